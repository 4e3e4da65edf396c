//! `chain.feed`: outbox of changes for live pages. Rows are written in the transaction of the change and announced with
//! `notify chain_feed`; a listener that missed some reads on from the last `seq` it saw.
use crate::columns;
use sqlx::{Error, PgConnection, Row, postgres::PgRow};

/// Channel of `listen`/`notify`; the payload is the last `seq`.
pub const CHANNEL: &str = "chain_feed";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A row changed.
    Apply,
    /// A reorganisation took the change back.
    Retract,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Apply => "apply",
            Self::Retract => "retract",
        }
    }
}

/// What changed: a table of schema `chain` and the id of a row in it, as the API spells it; `*` stands for any number of
/// rows, when old blocks are caught up with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    pub topic: &'static str,
    pub key: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedRow {
    pub seq: i64,
    pub block_number: u64,
    pub topic: String,
    pub key: String,
    pub kind: Kind,
}

impl FeedRow {
    fn from_row(row: &PgRow) -> Result<Self, Error> {
        let kind: &str = row.try_get("kind")?;
        Ok(Self {
            seq: row.try_get("seq")?,
            block_number: columns::unsigned(row, "block_number")?,
            topic: row.try_get("topic")?,
            key: row.try_get("key")?,
            kind: if kind == "retract" { Kind::Retract } else { Kind::Apply },
        })
    }
}

/// Announce changes made by blocks. Listeners hear of them when the transaction commits.
pub async fn insert_many(conn: &mut PgConnection, changes: &[(u64, Change)]) -> Result<(), Error> {
    if changes.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "with rows as (
             insert into chain.feed (block_number, topic, key, kind)
             select b, t, k, 'apply' from unnest($1::bigint[], $2::text[], $3::text[]) with ordinality as rows (b, t, k, n)
             order by n returning seq)
         select pg_notify($4, max(seq)::text) from rows",
    )
    .bind(changes.iter().map(|(block, _)| block.cast_signed()).collect::<Vec<_>>())
    .bind(changes.iter().map(|(_, change)| change.topic).collect::<Vec<_>>())
    .bind(changes.iter().map(|(_, change)| change.key.as_str()).collect::<Vec<_>>())
    .bind(CHANNEL)
    .execute(conn)
    .await?;
    Ok(())
}

/// Take back what was announced for blocks above `block_number` and not taken back yet.
pub async fn retract_above(conn: &mut PgConnection, block_number: u64) -> Result<u64, Error> {
    let done = sqlx::query(
        "insert into chain.feed (block_number, topic, key, kind)
         select block_number, topic, key, 'retract' from (
             select distinct on (block_number, topic, key) block_number, topic, key, kind from chain.feed
             where block_number > $1 order by block_number, topic, key, seq desc
         ) as last where kind = 'apply' order by block_number desc, topic, key",
    )
    .bind(block_number.cast_signed())
    .execute(&mut *conn)
    .await?;
    notify(conn).await?;
    Ok(done.rows_affected())
}

/// Forget what was announced for blocks up to `block_number`, but for the last `keep` announcements: a page that was away
/// for longer reads everything anew.
pub async fn delete_up_to(conn: &mut PgConnection, block_number: u64, keep: i64) -> Result<u64, Error> {
    let done = sqlx::query(
        "delete from chain.feed where block_number <= $1 and seq <= (select max(seq) from chain.feed) - $2",
    )
    .bind(block_number.cast_signed())
    .bind(keep)
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// Up to `limit` rows after a `seq`, oldest first.
pub async fn list_after(conn: &mut PgConnection, seq: i64, limit: u32) -> Result<Vec<FeedRow>, Error> {
    let rows = sqlx::query("select * from chain.feed where seq > $1 order by seq limit $2")
        .bind(seq)
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await?;
    rows.iter().map(FeedRow::from_row).collect()
}

/// The last `seq`; 0 when there is none.
pub async fn last_seq(conn: &mut PgConnection) -> Result<i64, Error> {
    sqlx::query_scalar("select coalesce(max(seq), 0) from chain.feed").fetch_one(conn).await
}

/// Whether rows after `seq` may have been deleted, or `seq` is of another database.
pub async fn is_unknown(conn: &mut PgConnection, seq: i64) -> Result<bool, Error> {
    sqlx::query_scalar("select $1 > coalesce(max(seq), 0) or $1 < coalesce(min(seq), 0) - 1 from chain.feed")
        .bind(seq)
        .fetch_one(conn)
        .await
}

async fn notify(conn: &mut PgConnection) -> Result<(), Error> {
    sqlx::query("select pg_notify($1, (select coalesce(max(seq), 0)::text from chain.feed))")
        .bind(CHANNEL)
        .execute(conn)
        .await?;
    Ok(())
}
