//! `chain.blocks`: every block since the deployment; a reorganisation is found by comparing hashes with it.
use crate::columns;
use alloy_primitives::B256;
use chrono::{DateTime, Utc};
use sqlx::{Error, PgConnection, Row, postgres::PgRow};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    pub number: u64,
    pub hash: B256,
    pub parent_hash: B256,
    pub mined_at: DateTime<Utc>,
}

impl Block {
    fn from_row(row: &PgRow) -> Result<Self, Error> {
        Ok(Self {
            number: columns::unsigned(row, "number")?,
            hash: columns::hash(row, "hash")?,
            parent_hash: columns::hash(row, "parent_hash")?,
            mined_at: row.try_get("mined_at")?,
        })
    }
}

pub async fn insert_many(conn: &mut PgConnection, blocks: &[Block]) -> Result<(), Error> {
    sqlx::query(
        "insert into chain.blocks (number, hash, parent_hash, mined_at)
         select * from unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::timestamptz[])",
    )
    .bind(blocks.iter().map(|b| b.number.cast_signed()).collect::<Vec<_>>())
    .bind(blocks.iter().map(|b| b.hash.to_vec()).collect::<Vec<_>>())
    .bind(blocks.iter().map(|b| b.parent_hash.to_vec()).collect::<Vec<_>>())
    .bind(blocks.iter().map(|b| b.mined_at).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn find(conn: &mut PgConnection, number: u64) -> Result<Option<Block>, Error> {
    let row = sqlx::query("select * from chain.blocks where number = $1")
        .bind(number.cast_signed())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(Block::from_row).transpose()
}

/// Number of the oldest stored block: where indexing began.
pub async fn first_number(conn: &mut PgConnection) -> Result<Option<u64>, Error> {
    let number: Option<i64> =
        sqlx::query_scalar("select min(number) from chain.blocks").fetch_one(conn).await?;
    Ok(number.map(i64::cast_unsigned))
}

/// Delete the blocks above `number`, and their logs with them. Returns how many logs that were.
pub async fn delete_above(conn: &mut PgConnection, number: u64) -> Result<u64, Error> {
    let n_logs: i64 = sqlx::query_scalar("select count(*) from chain.logs where block_number > $1")
        .bind(number.cast_signed())
        .fetch_one(&mut *conn)
        .await?;
    sqlx::query("delete from chain.blocks where number > $1")
        .bind(number.cast_signed())
        .execute(conn)
        .await?;
    Ok(n_logs.cast_unsigned())
}

/// Delete all blocks and logs.
pub async fn delete_all(conn: &mut PgConnection) -> Result<(), Error> {
    sqlx::query("delete from chain.blocks").execute(conn).await?;
    Ok(())
}
