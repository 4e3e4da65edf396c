//! `chain.quorums`: the share of the supply that For votes must reach, after every change of it.
use super::Position;
use chrono::{DateTime, Utc};
use sqlx::{Error, PgConnection};

pub async fn insert(
    conn: &mut PgConnection,
    position: Position,
    quorum_bps: u16,
    since: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query(
        "insert into chain.quorums (block_number, log_index, quorum_bps, since) values ($1, $2, $3, $4)",
    )
    .bind(position.block_number.cast_signed())
    .bind(position.log_index.cast_signed())
    .bind(i32::from(quorum_bps))
    .bind(since)
    .execute(conn)
    .await?;
    Ok(())
}
