//! What side effects may build on. A page can take back what it shows; serving a model, revealing a secret, locking a bond
//! behind a root or trusting an admin cannot be taken back, so these read the chain as it was when a block became final.
//!
//! What does not wait, and why:
//!
//! | does not wait | because |
//! |---|---|
//! | stopping a version that was suspended or revoked, taking away a role | the safe side; a reorganisation brings it back |
//! | answers to demands, proofs of wrong payouts | missing the deadline costs money, and the contract checks them itself |
//! | queueing and executing a proposal, committing labels, registering | the transaction is part of the same chain: without what it builds on it reverts |
//! | revealing the secret when half of its time is over | missing it costs the bond and everybody's score |
use crate::{app::AppState, config::ActOn};
use alloy::primitives::{Address, B256};
use serde_json::json;
use sqlx::PgConnection;
use storage::chain::{
    cursor::{self, Cursor},
    families,
    finality::{self, Past},
};

/// The chain up to the block that side effects may build on.
#[derive(Debug, Clone)]
pub struct Settled {
    cursor: Cursor,
    /// The last block that counts.
    block: u64,
}

/// What is to be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Serve {
    /// This version.
    Version(B256),
    /// None.
    Nothing,
    /// What is served already: what a vote decided is not final, or not known.
    AsBefore,
}

impl Settled {
    /// Where the tables are; `None` before the first block.
    ///
    /// # Errors
    /// The database failed.
    pub async fn get(app: &AppState, conn: &mut PgConnection) -> Result<Option<Self>, sqlx::Error> {
        let cursor = cursor::get(conn).await?;
        Ok(cursor.map(|cursor| {
            let block = match app.act_on() {
                ActOn::Head => cursor.block_number,
                ActOn::Safe => cursor.marks.safe,
                ActOn::Finalized => cursor.marks.finalized,
            };
            Self { cursor, block }
        }))
    }

    /// A block that was finalized and then replaced: until somebody has looked at it, nothing is done.
    pub fn violated_block(&self) -> Option<u64> {
        self.cursor.violated_block
    }

    async fn row(
        &self,
        conn: &mut PgConnection,
        table: &str,
        key: serde_json::Value,
    ) -> Result<Past, sqlx::Error> {
        finality::row_after(conn, &self.cursor, table, &key, self.block).await
    }
}

/// The block that was finalized and then replaced, while nobody has acknowledged it.
///
/// # Errors
/// The database failed.
pub async fn violated_block(app: &AppState) -> Result<Option<u64>, sqlx::Error> {
    let mut conn = app.pool.acquire().await?;
    Ok(cursor::get(&mut conn).await?.and_then(|cursor| cursor.violated_block))
}

/// Whether an epoch is as the chain says now (`status`), for good. Always true where side effects build on the head.
///
/// # Errors
/// The database failed.
pub async fn epoch_is_settled(app: &AppState, epoch: u64, status: &str) -> Result<bool, sqlx::Error> {
    if app.act_on() == ActOn::Head {
        return Ok(true);
    }
    let mut tx = app.pool.begin_with("begin isolation level repeatable read, read only").await?;
    let Some(settled) = Settled::get(app, &mut tx).await? else { return Ok(false) };
    let indexed: Option<String> = sqlx::query_scalar("select status from chain.epochs where epoch = $1")
        .bind(epoch.cast_signed())
        .fetch_optional(&mut *tx)
        .await?;
    let same = settled.row(&mut tx, "epochs", json!({ "epoch": epoch })).await? == Past::Same;
    Ok(same && indexed.as_deref() == Some(status))
}

/// Which version of a family is to be served: the one whose activation is settled, unless it was stopped since.
///
/// # Errors
/// The database failed.
pub async fn active_version(app: &AppState, family_id: B256) -> Result<Serve, sqlx::Error> {
    let mut tx = app.pool.begin_with("begin isolation level repeatable read, read only").await?;
    let Some(settled) = Settled::get(app, &mut tx).await? else { return Ok(Serve::AsBefore) };
    let key = json!({ "family_id": finality::bytes(family_id.as_slice()) });
    let version = match settled.row(&mut tx, "families", key).await? {
        Past::Same => families::find(&mut tx, family_id).await?.and_then(|family| family.active_version),
        Past::Other(before) => before.and_then(|row| version_of(&row["active_version"])),
        Past::Unknown => return Ok(Serve::AsBefore),
    };
    let Some(version) = version.filter(|version| !version.is_zero()) else { return Ok(Serve::Nothing) };
    if is_stopped(&mut tx, version).await? {
        return Ok(Serve::Nothing);
    }
    Ok(if settled.violated_block().is_some() { Serve::AsBefore } else { Serve::Version(version) })
}

/// Whether a version was suspended or revoked, by the latest block that is indexed: this does not wait.
///
/// # Errors
/// The database failed.
pub async fn is_stopped(conn: &mut PgConnection, version_id: B256) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "select exists (select from chain.model_versions where version_id = $1 and status in ('suspended', 'revoked'))",
    )
    .bind(version_id.as_slice())
    .fetch_one(conn)
    .await
}

fn version_of(journaled: &serde_json::Value) -> Option<B256> {
    journaled.as_str()?.strip_prefix("\\x")?.parse().ok()
}

/// Whether an account holds a role on chain, now and settled; nobody does while a replaced final block is not
/// acknowledged (`auth.admins` does not depend on the chain).
///
/// # Errors
/// The database failed.
pub async fn holds_role(app: &AppState, role_id: u64, account: Address) -> Result<bool, sqlx::Error> {
    let mut tx = app.pool.begin_with("begin isolation level repeatable read, read only").await?;
    let holds: bool = sqlx::query_scalar(
        "select exists (select from chain.role_members where role_id = $1::numeric and account = $2)",
    )
    .bind(role_id.to_string())
    .bind(account.as_slice())
    .fetch_one(&mut *tx)
    .await?;
    if !holds {
        return Ok(false);
    }
    // Without a cursor the chain was forgotten a moment ago, and all rows with it.
    let Some(settled) = Settled::get(app, &mut tx).await? else { return Ok(true) };
    let key = json!({ "role_id": role_id, "account": finality::bytes(account.as_slice()) });
    let past = settled.row(&mut tx, "role_members", key).await?;
    Ok(settled.violated_block().is_none() && matches!(past, Past::Same | Past::Other(Some(_))))
}
