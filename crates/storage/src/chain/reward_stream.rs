//! `chain.reward_stream`: the one row of the staking pool's rewards. Amounts in wei.
use crate::wei::Wei;
use alloy_primitives::U256;
use chrono::{DateTime, Utc};
use sqlx::{Error, PgConnection, Row};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RewardStream {
    /// `None` before the first stream.
    pub ends_at: Option<DateTime<Utc>>,
    /// Tokens of the pool that no stream has yet.
    pub reserve: U256,
    pub total_notified: U256,
}

/// All zero before the first event.
pub async fn get(conn: &mut PgConnection) -> Result<RewardStream, Error> {
    let row = sqlx::query("select * from chain.reward_stream").fetch_optional(conn).await?;
    row.map_or_else(
        || Ok(RewardStream::default()),
        |row| {
            Ok(RewardStream {
                ends_at: row.try_get("ends_at")?,
                reserve: Wei::get(&row, "reserve")?,
                total_notified: Wei::get(&row, "total_notified")?,
            })
        },
    )
}

pub async fn notify(
    conn: &mut PgConnection,
    amount: U256,
    ends_at: DateTime<Utc>,
    reserve: U256,
) -> Result<(), Error> {
    sqlx::query(
        "insert into chain.reward_stream as r (ends_at, reserve, total_notified) values ($1, $2, $3)
         on conflict (singleton) do update set ends_at = excluded.ends_at, reserve = excluded.reserve,
             total_notified = r.total_notified + excluded.total_notified",
    )
    .bind(ends_at)
    .bind(Wei(reserve))
    .bind(Wei(amount))
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn set_reserve(conn: &mut PgConnection, reserve: U256) -> Result<(), Error> {
    sqlx::query(
        "insert into chain.reward_stream (reserve) values ($1)
         on conflict (singleton) do update set reserve = excluded.reserve",
    )
    .bind(Wei(reserve))
    .execute(conn)
    .await?;
    Ok(())
}
