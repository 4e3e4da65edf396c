//! `chain.accounts`: token balance, locked part, delegate and votes of every address seen. Amounts in wei.
use crate::{columns, wei::Wei};
use alloy_primitives::{Address, U256};
use sqlx::{Error, PgConnection, postgres::PgRow};
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    pub account: Address,
    pub balance: U256,
    /// Part of the balance that lockers hold.
    pub locked: U256,
    pub delegate: Option<Address>,
    /// Votes delegated to the account, its own included if it delegates to itself.
    pub votes: U256,
}

impl Account {
    fn from_row(row: &PgRow) -> Result<Self, Error> {
        Ok(Self {
            account: columns::address(row, "account")?,
            balance: Wei::get(row, "balance")?,
            locked: Wei::get(row, "locked")?,
            delegate: columns::opt_address(row, "delegate")?,
            votes: Wei::get(row, "votes")?,
        })
    }
}

pub async fn find(conn: &mut PgConnection, account: Address) -> Result<Option<Account>, Error> {
    let row = sqlx::query("select * from chain.accounts where account = $1")
        .bind(account.as_slice())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(Account::from_row).transpose()
}

/// Accounts from this address on and then from zero, up to `limit`; `None` is all.
pub async fn list_from(
    conn: &mut PgConnection,
    start: Address,
    limit: Option<u32>,
) -> Result<Vec<Account>, Error> {
    let rows = sqlx::query(
        "(select * from chain.accounts where account >= $1 order by account limit $2)
         union all (select * from chain.accounts where account < $1 order by account limit $2) limit $2",
    )
    .bind(start.as_slice())
    .bind(limit.map(i64::from))
    .fetch_all(conn)
    .await?;
    rows.iter().map(Account::from_row).collect()
}

/// Accounts with votes, most first.
pub async fn list_delegates(conn: &mut PgConnection, limit: u32) -> Result<Vec<Account>, Error> {
    let rows =
        sqlx::query("select * from chain.accounts where votes > 0 order by votes desc, account limit $1")
            .bind(i64::from(limit))
            .fetch_all(conn)
            .await?;
    rows.iter().map(Account::from_row).collect()
}

/// How many accounts delegate to this one.
pub async fn count_delegators(conn: &mut PgConnection, delegate: Address) -> Result<u64, Error> {
    let count: i64 = sqlx::query_scalar("select count(*) from chain.accounts where delegate = $1")
        .bind(delegate.as_slice())
        .fetch_one(conn)
        .await?;
    Ok(count.cast_unsigned())
}

/// What a run of events does to one account. Amounts in wei.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountChange {
    pub credited: U256,
    pub debited: U256,
    pub locked: U256,
    pub unlocked: U256,
    /// The delegate chosen last; `Some(None)` is nobody.
    pub delegate: Option<Option<Address>>,
    /// Votes after the last change of them.
    pub votes: Option<U256>,
}

/// Change many accounts in one statement. Fails when a balance or a lock would go below zero.
pub async fn change_many(
    conn: &mut PgConnection,
    changes: &BTreeMap<Address, AccountChange>,
) -> Result<(), Error> {
    if changes.is_empty() {
        return Ok(());
    }
    let wei = |of: fn(&AccountChange) -> U256| changes.values().map(|c| Wei(of(c))).collect::<Vec<_>>();
    // Not an upsert: its domain refuses a negative change before a conflict can turn it into a sum.
    sqlx::query(
        "merge into chain.accounts a
         using unnest($1::bytea[], $2::numeric[], $3::numeric[], $4::numeric[], $5::numeric[], $6::boolean[], $7::bytea[],
                      $8::numeric[])
               as c (account, credited, debited, locked, unlocked, delegates, delegate, votes)
         on a.account = c.account
         when matched then update set
             balance = a.balance + c.credited - c.debited, locked = a.locked + c.locked - c.unlocked,
             delegate = case when c.delegates then c.delegate else a.delegate end, votes = coalesce(c.votes, a.votes)
         when not matched then insert (account, balance, locked, delegate, votes)
             values (c.account, c.credited - c.debited, c.locked - c.unlocked, c.delegate, coalesce(c.votes, 0))",
    )
    .bind(changes.keys().map(|account| account.as_slice()).collect::<Vec<_>>())
    .bind(wei(|c| c.credited))
    .bind(wei(|c| c.debited))
    .bind(wei(|c| c.locked))
    .bind(wei(|c| c.unlocked))
    .bind(changes.values().map(|c| c.delegate.is_some()).collect::<Vec<_>>())
    .bind(changes.values().map(|c| c.delegate.flatten().map(|d| d.to_vec())).collect::<Vec<_>>())
    .bind(changes.values().map(|c| c.votes.map(Wei)).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}
