//! How final a row is. A row that a block changes is kept in `chain.undo` as it was until that block is final, so whatever
//! is not there has not changed since.
use super::cursor::{self, Cursor};
use serde_json::{Value, json};
use sqlx::{Error, PgConnection, types::Json};
use std::collections::HashMap;

/// What would have to happen for a row to change back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finality {
    /// A reorganisation of the last blocks.
    Head,
    /// A failure of many validators, or of the layer below.
    Safe,
    /// It cannot.
    Finalized,
}

impl Cursor {
    /// How final the block `number` is.
    pub fn finality_of(&self, number: u64) -> Finality {
        match number {
            n if n <= self.marks.finalized => Finality::Finalized,
            n if n <= self.marks.safe => Finality::Safe,
            _ => Finality::Head,
        }
    }
}

/// The rows of one table that blocks which are not final changed, by one column of their key.
#[derive(Debug)]
pub struct Changed {
    cursor: Option<Cursor>,
    blocks: HashMap<String, u64>,
}

impl Changed {
    /// How final the row is whose key column reads so as text; bytes read `\x…`.
    pub fn finality(&self, key: &str) -> Finality {
        let Some(cursor) = &self.cursor else { return Finality::Head };
        // Blocks up to `journal_block` left no trace of which rows they changed.
        cursor.finality_of(self.blocks.get(key).copied().unwrap_or(0).max(cursor.journal_block))
    }
}

/// What blocks that are not final changed in a table of schema `chain`. To be read in one snapshot with the rows.
pub async fn changed(conn: &mut PgConnection, table: &str, key_column: &str) -> Result<Changed, Error> {
    let cursor = cursor::get(conn).await?;
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "select coalesce(key ->> $2, ''), max(block_number) from chain.undo
         where relation = $1 and block_number > $3 group by 1",
    )
    .bind(table)
    .bind(key_column)
    .bind(cursor.as_ref().map_or(0, |cursor| cursor.marks.finalized).cast_signed())
    .fetch_all(conn)
    .await?;
    let blocks = rows.into_iter().map(|(key, block)| (key, block.cast_unsigned())).collect();
    Ok(Changed { cursor, blocks })
}

/// A row as it was after an older block.
#[derive(Clone, Debug, PartialEq)]
pub enum Past {
    /// As it is now.
    Same,
    /// Another one; `None` when there was none.
    Other(Option<Value>),
    /// Not known any more.
    Unknown,
}

/// The row with this key (columns and values as `to_jsonb` writes them) as it was after the block `number`.
pub async fn row_after(
    conn: &mut PgConnection,
    cursor: &Cursor,
    table: &str,
    key: &Value,
    number: u64,
) -> Result<Past, Error> {
    if number < cursor.journal_block {
        return Ok(Past::Unknown);
    }
    let before: Option<Option<Json<Value>>> = sqlx::query_scalar(
        "select before from chain.undo where relation = $1 and key = $2 and block_number > $3 order by seq limit 1",
    )
    .bind(table)
    .bind(Json(key))
    .bind(number.cast_signed())
    .fetch_optional(conn)
    .await?;
    Ok(before.map_or(Past::Same, |before| Past::Other(before.map(|json| json.0))))
}

/// Bytes as they stand in a journaled row.
pub fn bytes(bytes: &[u8]) -> Value {
    json!(hex(bytes))
}

/// Bytes as Postgres writes them.
pub fn hex(bytes: &[u8]) -> String {
    format!("\\x{}", alloy_primitives::hex::encode(bytes))
}
