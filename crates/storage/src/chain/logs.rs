//! `chain.logs`: raw events of our contracts, the only input of the projections.
use super::Position;
use crate::columns;
use alloy_primitives::{Address, B256};
use chrono::{DateTime, Utc};
use sqlx::{Error, PgConnection, Row, postgres::PgRow};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    pub position: Position,
    pub tx_hash: B256,
    pub address: Address,
    pub topics: Vec<B256>,
    pub data: Vec<u8>,
    /// Time of its block.
    pub mined_at: DateTime<Utc>,
}

impl Log {
    fn from_row(row: &PgRow) -> Result<Self, Error> {
        Ok(Self {
            position: Position {
                block_number: columns::unsigned(row, "block_number")?,
                log_index: columns::unsigned4(row, "log_index")?,
            },
            tx_hash: columns::hash(row, "tx_hash")?,
            address: columns::address(row, "address")?,
            topics: columns::hashes(row, "topics")?,
            data: row.try_get("data")?,
            mined_at: row.try_get("mined_at")?,
        })
    }
}

/// Store the logs of blocks that are stored already.
pub async fn insert_many(conn: &mut PgConnection, logs: &[Log]) -> Result<(), Error> {
    // unnest flattens arrays of arrays, so topics travel as one concatenation of 32-byte words.
    sqlx::query(
        "insert into chain.logs (block_number, log_index, tx_hash, address, topics, data)
         select b, i, t, a, array(select substring(w from 1 + 32 * k for 32)
                                  from generate_series(0, length(w) / 32 - 1) k), d
         from unnest($1::bigint[], $2::integer[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bytea[])
              as rows (b, i, t, a, w, d)",
    )
    .bind(logs.iter().map(|l| l.position.block_number.cast_signed()).collect::<Vec<_>>())
    .bind(logs.iter().map(|l| l.position.log_index.cast_signed()).collect::<Vec<_>>())
    .bind(logs.iter().map(|l| l.tx_hash.to_vec()).collect::<Vec<_>>())
    .bind(logs.iter().map(|l| l.address.to_vec()).collect::<Vec<_>>())
    .bind(logs.iter().map(|l| l.topics.concat()).collect::<Vec<_>>())
    .bind(logs.iter().map(|l| l.data.clone()).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

/// Up to `limit` logs after a position (`None`: from the first), in the order of the chain.
pub async fn list_after(
    conn: &mut PgConnection,
    after: Option<Position>,
    limit: u32,
) -> Result<Vec<Log>, Error> {
    let (block, index) =
        after.map_or((-1, -1), |p| (p.block_number.cast_signed(), p.log_index.cast_signed()));
    let rows = sqlx::query(
        "select l.*, b.mined_at from chain.logs l join chain.blocks b on b.number = l.block_number
         where (l.block_number, l.log_index) > ($1, $2) order by l.block_number, l.log_index limit $3",
    )
    .bind(block)
    .bind(index)
    .bind(i64::from(limit))
    .fetch_all(conn)
    .await?;
    rows.iter().map(Log::from_row).collect()
}
