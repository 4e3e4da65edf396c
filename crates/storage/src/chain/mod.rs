//! Schema `chain`: what the contracts said. Written by the indexer alone, inside its transaction; read by everyone.
//!
//! One file a table. `blocks`, `logs` and `cursor` are what was fetched; all other tables are a fold of `logs` and can be
//! rebuilt from it. To add a table: a migration that ends with `select chain.keep_journal('chain.<table>')`, a file here,
//! its writes in `indexer/src/apply`, and its name in [`PROJECTIONS`].
pub mod accounts;
pub mod blocks;
pub mod bonds;
pub mod claims;
pub mod cursor;
pub mod datasets;
pub mod demands;
pub mod disproofs;
pub mod epochs;
pub mod families;
pub mod feed;
pub mod finality;
pub mod logs;
pub mod model_versions;
pub mod pauses;
pub mod payouts_roots;
pub mod proposals;
pub mod quarantine;
pub mod quorums;
pub mod reward_pool;
pub mod reward_stream;
pub mod role_members;
pub mod routine;
pub mod slashes;
pub mod stakes;
pub mod total_supplies;
pub mod totals;
pub mod undo;
pub mod votes;

use sqlx::{AssertSqlSafe, Error, PgConnection};

/// Every table that is a fold of `chain.logs`; those that others refer to come after them.
pub const PROJECTIONS: [&str; 25] = [
    "quarantine",
    "accounts",
    "total_supplies",
    "votes",
    "proposals",
    "quorums",
    "stakes",
    "slashes",
    "reward_stream",
    "bonds",
    "demands",
    "disproofs",
    "payouts_roots",
    "epochs",
    "reward_pool",
    "claims",
    "model_versions",
    "families",
    "datasets",
    "role_members",
    "pauses",
    "vetoes",
    "routine_proposals",
    "routine_calls",
    "routine_proposers",
];

/// Empty every table that is a fold of `chain.logs`. Readers see the old rows until the transaction ends.
pub async fn clear_projections(conn: &mut PgConnection) -> Result<(), Error> {
    let deletes = PROJECTIONS.map(|table| format!("delete from chain.{table}")).join("; ");
    sqlx::raw_sql(AssertSqlSafe(deletes)).execute(&mut *conn).await?;
    undo::delete_all(conn).await
}

/// Where in the chain a row comes from: events are ordered by block and index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub block_number: u64,
    pub log_index: u32,
}
