//! `chain.stakes`: stake of every account in the staking pool. Amounts in wei.
use crate::{columns, wei::Wei};
use alloy_primitives::{Address, U256};
use chrono::{DateTime, Utc};
use sqlx::{Error, PgConnection, Row, postgres::PgRow};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stake {
    pub account: Address,
    pub active: U256,
    pub thawing: U256,
    /// When all of `thawing` can be withdrawn; `None` when nothing thaws.
    pub available_at: Option<DateTime<Utc>>,
    /// Slashed so far.
    pub slashed: U256,
    /// Streamed rewards claimed so far.
    pub rewards_paid: U256,
}

impl Stake {
    fn from_row(row: &PgRow) -> Result<Self, Error> {
        Ok(Self {
            account: columns::address(row, "account")?,
            active: Wei::get(row, "active")?,
            thawing: Wei::get(row, "thawing")?,
            available_at: row.try_get("available_at")?,
            slashed: Wei::get(row, "slashed")?,
            rewards_paid: Wei::get(row, "rewards_paid")?,
        })
    }
}

pub async fn find(conn: &mut PgConnection, account: Address) -> Result<Option<Stake>, Error> {
    let row = sqlx::query("select * from chain.stakes where account = $1")
        .bind(account.as_slice())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(Stake::from_row).transpose()
}

/// All stakes, largest first.
pub async fn list(conn: &mut PgConnection) -> Result<Vec<Stake>, Error> {
    let rows =
        sqlx::query("select * from chain.stakes order by active desc, account").fetch_all(conn).await?;
    rows.iter().map(Stake::from_row).collect()
}

pub async fn set_active(conn: &mut PgConnection, account: Address, active: U256) -> Result<(), Error> {
    sqlx::query(
        "insert into chain.stakes (account, active) values ($1, $2)
         on conflict (account) do update set active = excluded.active",
    )
    .bind(account.as_slice())
    .bind(Wei(active))
    .execute(conn)
    .await?;
    Ok(())
}

/// Also tells when the thawing part can be withdrawn; `None` keeps the time as it is, unless nothing thaws.
pub async fn set(
    conn: &mut PgConnection,
    account: Address,
    active: U256,
    thawing: U256,
    available_at: Option<DateTime<Utc>>,
) -> Result<(), Error> {
    sqlx::query(
        "insert into chain.stakes as s (account, active, thawing, available_at) values ($1, $2, $3, $4)
         on conflict (account) do update set active = excluded.active, thawing = excluded.thawing,
             available_at = case when excluded.thawing > 0 then coalesce(excluded.available_at, s.available_at) end",
    )
    .bind(account.as_slice())
    .bind(Wei(active))
    .bind(Wei(thawing))
    .bind(available_at)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn add_slashed(conn: &mut PgConnection, account: Address, amount: U256) -> Result<(), Error> {
    sqlx::query("update chain.stakes set slashed = slashed + $2 where account = $1")
        .bind(account.as_slice())
        .bind(Wei(amount))
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn add_rewards_paid(conn: &mut PgConnection, account: Address, amount: U256) -> Result<(), Error> {
    sqlx::query(
        "insert into chain.stakes as s (account, active, rewards_paid) values ($1, 0, $2)
         on conflict (account) do update set rewards_paid = s.rewards_paid + excluded.rewards_paid",
    )
    .bind(account.as_slice())
    .bind(Wei(amount))
    .execute(conn)
    .await?;
    Ok(())
}
