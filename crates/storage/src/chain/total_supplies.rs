//! `chain.total_supplies`: the token supply after every mint and burn, in wei.
use super::Position;
use crate::wei::Wei;
use alloy_primitives::{I256, U256};
use chrono::{DateTime, Utc};
use sqlx::{Error, PgConnection};

/// Add a checkpoint that differs from the last one by `change`; burns are negative.
pub async fn add(
    conn: &mut PgConnection,
    position: Position,
    change: I256,
    since: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query(
        "insert into chain.total_supplies (block_number, log_index, total_supply, since)
         values ($1, $2, $3 - $4 + coalesce((select total_supply from chain.total_supplies
                                             order by block_number desc, log_index desc limit 1), 0), $5)",
    )
    .bind(position.block_number.cast_signed())
    .bind(position.log_index.cast_signed())
    .bind(Wei(change.max(I256::ZERO).into_raw()))
    .bind(Wei(if change.is_negative() { change.unsigned_abs() } else { U256::ZERO }))
    .bind(since)
    .execute(conn)
    .await?;
    Ok(())
}

/// The supply now.
pub async fn last(conn: &mut PgConnection) -> Result<U256, Error> {
    let supply: Option<Wei> = sqlx::query_scalar(
        "select total_supply from chain.total_supplies order by block_number desc, log_index desc limit 1",
    )
    .fetch_optional(conn)
    .await?;
    Ok(supply.unwrap_or_default().0)
}
