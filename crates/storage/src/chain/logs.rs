//! `chain.logs`: raw events of our contracts, the only input of the projections.
use super::{Position, blocks::Block};
use crate::{
    columns,
    copy::{Rows, copy, encode},
};
use alloy_primitives::{Address, B256};
use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use sqlx::{Error, PgConnection, Row, postgres::PgRow};
use std::collections::HashMap;

/// Logs from which on they are copied. Up to about 1,500 an `INSERT` is as fast; and a `COPY` of a few hundred kilobytes may
/// stall for the 40 ms of a delayed acknowledgement, because sqlx 0.9.0 leaves Nagle's algorithm on (transact-rs/sqlx#4335).
const COPY_FROM: usize = 3000;
const COLUMNS: &str = "block_number, log_index, tx_hash, address, topics, data";

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

/// Append blocks and their logs.
pub async fn insert_with_blocks(
    conn: &mut PgConnection,
    blocks: &[Block],
    logs: &[Log],
) -> Result<(), Error> {
    if logs.len() < COPY_FROM {
        return insert(conn, blocks, logs).await;
    }
    insert(conn, blocks, &[]).await?;
    copy(conn, &format!("copy chain.logs ({COLUMNS}) from stdin (format binary)"), logs, write_row).await
}

fn write_row(rows: &mut Rows, log: &Log) {
    rows.row(6);
    rows.bigint(log.position.block_number);
    rows.integer(log.position.log_index);
    rows.bytes(log.tx_hash.as_slice());
    rows.bytes(log.address.as_slice());
    rows.words(&log.topics);
    rows.bytes(&log.data);
}

/// In one turn of the database.
async fn insert(conn: &mut PgConnection, blocks: &[Block], logs: &[Log]) -> Result<(), Error> {
    let topic = |at: usize| logs.iter().map(|l| l.topics.get(at).map(|t| t.as_slice())).collect::<Vec<_>>();
    sqlx::query(
        "with block as (
             insert into chain.blocks (number, hash, parent_hash, mined_at, verified)
             select * from unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::timestamptz[], $5::smallint[]))
         insert into chain.logs (block_number, log_index, tx_hash, address, topics, data)
         select b, i, h, a, array_remove(array[t1, t2, t3, t4], null), d
         from unnest($6::bigint[], $7::integer[], $8::bytea[], $9::bytea[], $10::bytea[], $11::bytea[], $12::bytea[],
                     $13::bytea[], $14::bytea[]) as l (b, i, h, a, t1, t2, t3, t4, d)",
    )
    .bind(blocks.iter().map(|b| b.number.cast_signed()).collect::<Vec<_>>())
    .bind(blocks.iter().map(|b| b.hash.as_slice()).collect::<Vec<_>>())
    .bind(blocks.iter().map(|b| b.parent_hash.as_slice()).collect::<Vec<_>>())
    .bind(blocks.iter().map(|b| b.mined_at).collect::<Vec<_>>())
    .bind(blocks.iter().map(|b| b.verified.number()).collect::<Vec<_>>())
    .bind(logs.iter().map(|l| l.position.block_number.cast_signed()).collect::<Vec<_>>())
    .bind(logs.iter().map(|l| l.position.log_index.cast_signed()).collect::<Vec<_>>())
    .bind(logs.iter().map(|l| l.tx_hash.as_slice()).collect::<Vec<_>>())
    .bind(logs.iter().map(|l| l.address.as_slice()).collect::<Vec<_>>())
    .bind(topic(0))
    .bind(topic(1))
    .bind(topic(2))
    .bind(topic(3))
    .bind(logs.iter().map(|l| l.data.as_slice()).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

/// Delete the logs of the blocks above `number`. Returns how many.
pub async fn delete_above(conn: &mut PgConnection, number: u64) -> Result<u64, Error> {
    let done = sqlx::query("delete from chain.logs where block_number > $1")
        .bind(number.cast_signed())
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}

/// Delete the logs of one block.
pub async fn delete_of_block(conn: &mut PgConnection, number: u64) -> Result<(), Error> {
    sqlx::query("delete from chain.logs where block_number = $1")
        .bind(number.cast_signed())
        .execute(conn)
        .await?;
    Ok(())
}

/// Whether the logs of some blocks are exactly these, both in the order of the chain. Compared as bytes: reading 40 rows a
/// block was a quarter of the CPU time of a proof. A connection on which this is dropped half-way is of no use any more.
pub async fn are_exactly(
    conn: &mut PgConnection,
    numbers: &[u64],
    logs: impl Iterator<Item = &Log>,
) -> Result<bool, Error> {
    let expected = encode(logs, write_row);
    let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
    let statement = format!(
        "copy (select {COLUMNS} from chain.logs where block_number in ({}) order by block_number, log_index)
         to stdout (format binary)",
        numbers.join(", ")
    );
    let mut stored = conn.copy_out_raw(&statement).await?;
    let (mut is_same, mut at) = (true, 0);
    while let Some(piece) = stored.try_next().await? {
        is_same &= expected.get(at..at + piece.len()) == Some(&piece[..]);
        at += piece.len();
    }
    Ok(is_same && at == expected.len())
}

/// The logs of each of these blocks, in their order.
pub async fn list_of_blocks(conn: &mut PgConnection, numbers: &[u64]) -> Result<Vec<Vec<Log>>, Error> {
    let places: HashMap<u64, usize> = numbers.iter().copied().zip(0..).collect();
    let numbers: Vec<i64> = numbers.iter().map(|number| number.cast_signed()).collect();
    let rows = sqlx::query(
        "select l.*, b.mined_at from chain.logs l join chain.blocks b on b.number = l.block_number
         where l.block_number = any($1) order by l.block_number, l.log_index",
    )
    .bind(&numbers)
    .fetch_all(conn)
    .await?;
    let mut blocks = vec![vec![]; numbers.len()];
    for row in &rows {
        let log = Log::from_row(row)?;
        if let Some(&place) = places.get(&log.position.block_number) {
            blocks[place].push(log);
        }
    }
    Ok(blocks)
}

/// Whether each of `contracts` has an event in the blocks up to `number`.
pub async fn each_has_some(
    conn: &mut PgConnection,
    contracts: &[Address],
    number: u64,
) -> Result<bool, Error> {
    let contracts: Vec<&[u8]> = contracts.iter().map(|contract| contract.as_slice()).collect();
    // In the order of the primary key each search ends early: a contract's first event is among the first blocks.
    sqlx::query_scalar(
        "select bool_and(first.block_number is not null) from unnest($1::bytea[]) contract (address)
         left join lateral (select block_number from chain.logs where address = contract.address
             and block_number <= $2 order by block_number, log_index limit 1) first on true",
    )
    .bind(contracts)
    .bind(number.cast_signed())
    .fetch_one(conn)
    .await
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
