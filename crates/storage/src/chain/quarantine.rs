//! `chain.quarantine`: events that could not be decoded or applied. They never stop the indexer, but somebody should look.
use super::Position;
use crate::columns;
use sqlx::{Error, PgConnection, Row};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    pub position: Position,
    pub error: String,
}

pub async fn insert(conn: &mut PgConnection, position: Position, error: &str) -> Result<(), Error> {
    sqlx::query("insert into chain.quarantine (block_number, log_index, error) values ($1, $2, $3)")
        .bind(position.block_number.cast_signed())
        .bind(position.log_index.cast_signed())
        .bind(error)
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn list(conn: &mut PgConnection) -> Result<Vec<Quarantined>, Error> {
    let rows = sqlx::query("select * from chain.quarantine order by block_number, log_index")
        .fetch_all(conn)
        .await?;
    let read = |row| {
        let block_number = columns::unsigned(row, "block_number")?;
        let log_index = columns::unsigned4(row, "log_index")?;
        Ok(Quarantined { position: Position { block_number, log_index }, error: row.try_get("error")? })
    };
    rows.iter().map(read).collect()
}
