//! `chain.accounts`: token balance, locked part, delegate and votes of every address seen. Amounts in wei.
use crate::{columns, wei::Wei};
use alloy_primitives::{Address, U256};
use sqlx::{Error, PgConnection, postgres::PgRow};

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

pub async fn credit(conn: &mut PgConnection, account: Address, amount: U256) -> Result<(), Error> {
    change(
        conn,
        "insert into chain.accounts (account, balance) values ($1, $2)
         on conflict (account) do update set balance = accounts.balance + excluded.balance",
        account,
        amount,
    )
    .await
}

/// Take from a balance; fails on one that would go below zero.
pub async fn debit(conn: &mut PgConnection, account: Address, amount: U256) -> Result<(), Error> {
    change(conn, "update chain.accounts set balance = balance - $2 where account = $1", account, amount).await
}

pub async fn lock(conn: &mut PgConnection, account: Address, amount: U256) -> Result<(), Error> {
    change(conn, "update chain.accounts set locked = locked + $2 where account = $1", account, amount).await
}

pub async fn unlock(conn: &mut PgConnection, account: Address, amount: U256) -> Result<(), Error> {
    change(conn, "update chain.accounts set locked = locked - $2 where account = $1", account, amount).await
}

pub async fn set_votes(conn: &mut PgConnection, account: Address, votes: U256) -> Result<(), Error> {
    change(
        conn,
        "insert into chain.accounts (account, votes) values ($1, $2)
         on conflict (account) do update set votes = excluded.votes",
        account,
        votes,
    )
    .await
}

/// `None` for the zero address: nobody.
pub async fn set_delegate(
    conn: &mut PgConnection,
    account: Address,
    delegate: Option<Address>,
) -> Result<(), Error> {
    sqlx::query(
        "insert into chain.accounts (account, delegate) values ($1, $2)
         on conflict (account) do update set delegate = excluded.delegate",
    )
    .bind(account.as_slice())
    .bind(delegate.map(|d| d.to_vec()))
    .execute(conn)
    .await?;
    Ok(())
}

async fn change(
    conn: &mut PgConnection,
    statement: &'static str,
    account: Address,
    amount: U256,
) -> Result<(), Error> {
    sqlx::query(statement).bind(account.as_slice()).bind(Wei(amount)).execute(conn).await?;
    Ok(())
}
