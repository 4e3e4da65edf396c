//! Schema `chain`: what the contracts said. Written by the indexer alone, inside its transaction; read by everyone.
//!
//! One file a table. `blocks`, `logs` and `cursor` are what was fetched; all other tables are a fold of `logs` and can be
//! rebuilt from it. To add a table: a migration, a file here, its writes in `indexer/src/apply`, and a line in
//! [`clear_projections`].
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
pub mod slashes;
pub mod stakes;
pub mod total_supplies;
pub mod votes;

use sqlx::{Error, PgConnection};

/// Empty every table that is a fold of `chain.logs`. Readers see the old rows until the transaction ends.
pub async fn clear_projections(conn: &mut PgConnection) -> Result<(), Error> {
    for statement in [
        "delete from chain.quarantine",
        "delete from chain.accounts",
        "delete from chain.total_supplies",
        "delete from chain.votes",
        "delete from chain.proposals",
        "delete from chain.quorums",
        "delete from chain.stakes",
        "delete from chain.slashes",
        "delete from chain.reward_stream",
        "delete from chain.bonds",
        "delete from chain.demands",
        "delete from chain.disproofs",
        "delete from chain.payouts_roots",
        "delete from chain.epochs",
        "delete from chain.reward_pool",
        "delete from chain.claims",
        "delete from chain.model_versions",
        "delete from chain.families",
        "delete from chain.datasets",
        "delete from chain.role_members",
        "delete from chain.pauses",
    ] {
        sqlx::query(statement).execute(&mut *conn).await?;
    }
    Ok(())
}

/// Where in the chain a row comes from: events are ordered by block and index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub block_number: u64,
    pub log_index: u32,
}
