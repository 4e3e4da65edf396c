//! `chain.stakes`: stake of every account in the staking pool. Amounts in wei.
use crate::{columns, wei::Wei};
use alloy_primitives::{Address, U256};
use chrono::{DateTime, Utc};
use sqlx::{Error, PgConnection, Row, postgres::PgRow};
use std::collections::BTreeMap;

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

/// What a run of events does to one stake. Amounts in wei.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StakeChange {
    pub active: Option<U256>,
    pub thawing: Option<U256>,
    /// When all of `thawing` can be withdrawn, where that changed; `Some(None)` when nothing thaws.
    pub available_at: Option<Option<DateTime<Utc>>>,
    /// Slashed in addition.
    pub slashed: U256,
    /// Paid in addition.
    pub rewards_paid: U256,
}

/// Change many stakes in one statement.
pub async fn change_many(
    conn: &mut PgConnection,
    changes: &BTreeMap<Address, StakeChange>,
) -> Result<(), Error> {
    if changes.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "merge into chain.stakes s
         using unnest($1::bytea[], $2::numeric[], $3::numeric[], $4::boolean[], $5::timestamptz[], $6::numeric[],
                      $7::numeric[])
               as c (account, active, thawing, moves, available_at, slashed, rewards_paid)
         on s.account = c.account
         when matched then update set active = coalesce(c.active, s.active), thawing = coalesce(c.thawing, s.thawing),
             available_at = case when c.moves then c.available_at else s.available_at end,
             slashed = s.slashed + c.slashed, rewards_paid = s.rewards_paid + c.rewards_paid
         when not matched then insert (account, active, thawing, available_at, slashed, rewards_paid)
             values (c.account, coalesce(c.active, 0), coalesce(c.thawing, 0), c.available_at, c.slashed, c.rewards_paid)",
    )
    .bind(changes.keys().map(|account| account.as_slice()).collect::<Vec<_>>())
    .bind(changes.values().map(|c| c.active.map(Wei)).collect::<Vec<_>>())
    .bind(changes.values().map(|c| c.thawing.map(Wei)).collect::<Vec<_>>())
    .bind(changes.values().map(|c| c.available_at.is_some()).collect::<Vec<_>>())
    .bind(changes.values().map(|c| c.available_at.flatten()).collect::<Vec<_>>())
    .bind(changes.values().map(|c| Wei(c.slashed)).collect::<Vec<_>>())
    .bind(changes.values().map(|c| Wei(c.rewards_paid)).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}
