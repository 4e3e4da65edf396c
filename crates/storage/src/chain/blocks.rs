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
    pub verified: Verified,
}

/// How sure it is that all events of a block are stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verified {
    /// They are what the node answered; to be checked.
    #[default]
    Not,
    /// The bloom filter in the hashed header says that there are none.
    Bloom,
    /// All receipts of the block hash to the receipts root in its header.
    Receipts,
    /// The receipts cannot be recomputed; the bloom filter and a second answer agree.
    Unprovable,
}

impl Verified {
    pub(super) fn number(self) -> i16 {
        match self {
            Self::Not => 0,
            Self::Bloom => 1,
            Self::Receipts => 2,
            Self::Unprovable => 3,
        }
    }

    fn from_number(number: i16) -> Self {
        match number {
            1 => Self::Bloom,
            2 => Self::Receipts,
            3 => Self::Unprovable,
            _ => Self::Not,
        }
    }
}

impl Block {
    fn from_row(row: &PgRow) -> Result<Self, Error> {
        Ok(Self {
            number: columns::unsigned(row, "number")?,
            hash: columns::hash(row, "hash")?,
            parent_hash: columns::hash(row, "parent_hash")?,
            mined_at: row.try_get("mined_at")?,
            verified: Verified::from_number(row.try_get("verified")?),
        })
    }
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

/// Number of the last block that was mined up to a time.
pub async fn last_mined_by(conn: &mut PgConnection, time: DateTime<Utc>) -> Result<Option<u64>, Error> {
    let number: Option<i64> = sqlx::query_scalar(
        "select number from chain.blocks where mined_at <= $1 order by number desc limit 1",
    )
    .bind(time)
    .fetch_optional(conn)
    .await?;
    Ok(number.map(i64::cast_unsigned))
}

/// The next blocks whose events are not known to be complete, oldest first.
pub async fn list_unverified(conn: &mut PgConnection, limit: u32) -> Result<Vec<Block>, Error> {
    let rows = sqlx::query("select * from chain.blocks where verified = 0 order by number limit $1")
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await?;
    rows.iter().map(Block::from_row).collect()
}

/// Note how well blocks are proved, unless their hash has changed meanwhile.
pub async fn set_verified(conn: &mut PgConnection, blocks: &[(B256, u64, Verified)]) -> Result<(), Error> {
    sqlx::query(
        "update chain.blocks b set verified = v.verified
         from unnest($1::bytea[], $2::bigint[], $3::smallint[]) as v (hash, number, verified)
         where b.number = v.number and b.hash = v.hash",
    )
    .bind(blocks.iter().map(|(hash, ..)| hash.to_vec()).collect::<Vec<_>>())
    .bind(blocks.iter().map(|(_, number, _)| number.cast_signed()).collect::<Vec<_>>())
    .bind(blocks.iter().map(|(.., verified)| verified.number()).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

/// All blocks of a range are to be checked again.
pub async fn forget_verified(conn: &mut PgConnection, from: u64, to: u64) -> Result<(), Error> {
    sqlx::query("update chain.blocks set verified = 0 where number between $1 and $2 and verified > 0")
        .bind(from.cast_signed())
        .bind(to.cast_signed())
        .execute(conn)
        .await?;
    Ok(())
}

/// Delete the blocks above `number`.
pub async fn delete_above(conn: &mut PgConnection, number: u64) -> Result<(), Error> {
    sqlx::query("delete from chain.blocks where number > $1")
        .bind(number.cast_signed())
        .execute(conn)
        .await?;
    Ok(())
}

/// Delete all blocks.
pub async fn delete_all(conn: &mut PgConnection) -> Result<(), Error> {
    sqlx::query("delete from chain.blocks").execute(conn).await?;
    Ok(())
}
