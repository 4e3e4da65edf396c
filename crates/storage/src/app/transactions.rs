//! `app.transactions`: everything that the operator signed. A transaction is stored before it is sent, so that after a
//! crash the same bytes are sent again and nothing is done twice.
use crate::columns;
use alloy_primitives::{Address, B256};
use chrono::{DateTime, Utc};
use sqlx::{Error, PgConnection, Row, postgres::PgRow};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// What it is for, e.g. `epoch/3/commit`: at most one transaction each.
    pub key: String,
    pub sender: Address,
    pub recipient: Address,
    pub data: Vec<u8>,
    pub nonce: u64,
    /// The signed bytes that offer the highest fee.
    pub raw: Vec<u8>,
    pub tx_hash: B256,
    /// Hashes of those with the same nonce and a lower fee, which may be mined all the same.
    pub replaced: Vec<B256>,
    /// `sent`, `mined` or `reverted`.
    pub state: String,
    pub block_number: Option<u64>,
    pub error: Option<String>,
    pub created_at: DateTime<Utc>,
}

impl Transaction {
    fn from_row(row: &PgRow) -> Result<Self, Error> {
        Ok(Self {
            key: row.try_get("key")?,
            sender: columns::address(row, "sender")?,
            recipient: columns::address(row, "recipient")?,
            data: row.try_get("data")?,
            nonce: columns::unsigned(row, "nonce")?,
            raw: row.try_get("raw")?,
            tx_hash: columns::hash(row, "tx_hash")?,
            replaced: columns::hashes(row, "replaced")?,
            state: row.try_get("state")?,
            block_number: row.try_get::<Option<i64>, _>("block_number")?.map(i64::cast_unsigned),
            error: row.try_get("error")?,
            created_at: row.try_get("created_at")?,
        })
    }
}

/// One sender of transactions at a time per account, until the transaction ends: nonces have no gaps.
pub async fn lock(conn: &mut PgConnection, sender: Address) -> Result<(), Error> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind(format!("app.transactions/{sender}"))
        .execute(conn)
        .await?;
    Ok(())
}

/// The nonce after the last one stored for a sender.
pub async fn next_nonce(conn: &mut PgConnection, sender: Address) -> Result<Option<u64>, Error> {
    let nonce: Option<i64> =
        sqlx::query_scalar("select max(nonce) + 1 from app.transactions where sender = $1")
            .bind(sender.as_slice())
            .fetch_one(conn)
            .await?;
    Ok(nonce.map(i64::cast_unsigned))
}

/// Store a signed transaction before it is sent.
pub async fn insert(conn: &mut PgConnection, transaction: &Transaction) -> Result<(), Error> {
    sqlx::query(
        "insert into app.transactions
             (key, sender, recipient, data, nonce, raw, tx_hash, state, block_number, error, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(&transaction.key)
    .bind(transaction.sender.as_slice())
    .bind(transaction.recipient.as_slice())
    .bind(&transaction.data)
    .bind(transaction.nonce.cast_signed())
    .bind(&transaction.raw)
    .bind(transaction.tx_hash.as_slice())
    .bind(&transaction.state)
    .bind(transaction.block_number.map(u64::cast_signed))
    .bind(&transaction.error)
    .bind(transaction.created_at)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn find(conn: &mut PgConnection, key: &str) -> Result<Option<Transaction>, Error> {
    let row =
        sqlx::query("select * from app.transactions where key = $1").bind(key).fetch_optional(conn).await?;
    row.as_ref().map(Transaction::from_row).transpose()
}

/// Sent and not yet seen in a block, by nonce.
pub async fn list_sent(conn: &mut PgConnection, sender: Address) -> Result<Vec<Transaction>, Error> {
    let rows =
        sqlx::query("select * from app.transactions where sender = $1 and state = 'sent' order by nonce")
            .bind(sender.as_slice())
            .fetch_all(conn)
            .await?;
    rows.iter().map(Transaction::from_row).collect()
}

/// Everything stored from a nonce on, whatever became of it, by nonce.
pub async fn list_from(
    conn: &mut PgConnection,
    sender: Address,
    nonce: u64,
) -> Result<Vec<Transaction>, Error> {
    let rows = sqlx::query("select * from app.transactions where sender = $1 and nonce >= $2 order by nonce")
        .bind(sender.as_slice())
        .bind(nonce.cast_signed())
        .fetch_all(conn)
        .await?;
    rows.iter().map(Transaction::from_row).collect()
}

/// Take bytes with a higher fee for those of `old_hash`, if they are still the latest.
pub async fn replace_bytes(
    conn: &mut PgConnection,
    key: &str,
    old_hash: B256,
    raw: &[u8],
    tx_hash: B256,
) -> Result<(), Error> {
    sqlx::query(
        "update app.transactions set raw = $3, tx_hash = $4, replaced = array_append(replaced, tx_hash::bytea)
         where key = $1 and tx_hash = $2 and state = 'sent'",
    )
    .bind(key)
    .bind(old_hash.as_slice())
    .bind(raw)
    .bind(tx_hash.as_slice())
    .execute(conn)
    .await?;
    Ok(())
}

/// Record how it ended: `error` is the reason of a revert.
pub async fn settle(
    conn: &mut PgConnection,
    key: &str,
    block_number: u64,
    error: Option<&str>,
) -> Result<(), Error> {
    sqlx::query(
        "update app.transactions set block_number = $2, error = $3,
             state = case when $3::text is null then 'mined' else 'reverted' end
         where key = $1",
    )
    .bind(key)
    .bind(block_number.cast_signed())
    .bind(error)
    .execute(conn)
    .await?;
    Ok(())
}

/// Forget a transaction, so that its purpose can be served by a new one (after a revert, or when the chain lost it).
pub async fn delete(conn: &mut PgConnection, key: &str) -> Result<(), Error> {
    sqlx::query("delete from app.transactions where key = $1").bind(key).execute(conn).await?;
    Ok(())
}
