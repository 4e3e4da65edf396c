//! `chain.total_supplies`: the token supply after every mint and burn, in wei.
use super::Position;
use crate::wei::Wei;
use alloy_primitives::U256;
use chrono::{DateTime, Utc};
use sqlx::{Error, PgConnection};

/// The supply from one mint or burn to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    pub position: Position,
    pub total_supply: U256,
    pub since: DateTime<Utc>,
}

pub async fn insert_many(conn: &mut PgConnection, checkpoints: &[Checkpoint]) -> Result<(), Error> {
    sqlx::query(
        "insert into chain.total_supplies (block_number, log_index, total_supply, since)
         select * from unnest($1::bigint[], $2::integer[], $3::numeric[], $4::timestamptz[])",
    )
    .bind(checkpoints.iter().map(|c| c.position.block_number.cast_signed()).collect::<Vec<_>>())
    .bind(checkpoints.iter().map(|c| c.position.log_index.cast_signed()).collect::<Vec<_>>())
    .bind(checkpoints.iter().map(|c| Wei(c.total_supply)).collect::<Vec<_>>())
    .bind(checkpoints.iter().map(|c| c.since).collect::<Vec<_>>())
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
