//! `chain.cursor`: the last block whose events are in the tables. Moves by compare-and-swap, so that a second indexer, or
//! one that was thought dead, can never write from a block that is no longer the last.
use crate::columns;
use alloy_primitives::B256;
use sqlx::{Error, PgConnection, postgres::PgRow};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub chain_id: u64,
    pub genesis_hash: B256,
    pub deployment_hash: B256,
    pub block_number: u64,
    pub block_hash: B256,
}

impl Cursor {
    fn from_row(row: &PgRow) -> Result<Self, Error> {
        Ok(Self {
            chain_id: columns::unsigned(row, "chain_id")?,
            genesis_hash: columns::hash(row, "genesis_hash")?,
            deployment_hash: columns::hash(row, "deployment_hash")?,
            block_number: columns::unsigned(row, "block_number")?,
            block_hash: columns::hash(row, "block_hash")?,
        })
    }
}

/// The cursor; `None` before the first block.
pub async fn get(conn: &mut PgConnection) -> Result<Option<Cursor>, Error> {
    let row = sqlx::query("select * from chain.cursor").fetch_optional(conn).await?;
    row.as_ref().map(Cursor::from_row).transpose()
}

/// Write the first cursor. False when there is one already.
pub async fn insert(conn: &mut PgConnection, cursor: &Cursor) -> Result<bool, Error> {
    let done = sqlx::query(
        "insert into chain.cursor (chain_id, genesis_hash, deployment_hash, block_number, block_hash, updated_at)
         select $1, $2, $3, $4, $5, now() where not exists (select from chain.cursor)",
    )
    .bind(cursor.chain_id.cast_signed())
    .bind(cursor.genesis_hash.as_slice())
    .bind(cursor.deployment_hash.as_slice())
    .bind(cursor.block_number.cast_signed())
    .bind(cursor.block_hash.as_slice())
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Move the cursor from where the caller believes it is. False when it is elsewhere: then nothing must be committed.
pub async fn advance(
    conn: &mut PgConnection,
    from: &Cursor,
    block_number: u64,
    block_hash: B256,
) -> Result<bool, Error> {
    let done = sqlx::query(
        "update chain.cursor set block_number = $4, block_hash = $5, updated_at = now()
         where chain_id = $1 and block_number = $2 and block_hash = $3",
    )
    .bind(from.chain_id.cast_signed())
    .bind(from.block_number.cast_signed())
    .bind(from.block_hash.as_slice())
    .bind(block_number.cast_signed())
    .bind(block_hash.as_slice())
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Forget the chain; blocks and projections are to be deleted in the same transaction.
pub async fn delete(conn: &mut PgConnection) -> Result<(), Error> {
    sqlx::query("delete from chain.cursor").execute(conn).await?;
    Ok(())
}
