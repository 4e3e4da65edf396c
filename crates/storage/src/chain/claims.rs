//! `chain.claims`: every payment of the reward distributor.
use super::Position;
use crate::{columns, wei::Wei};
use alloy_primitives::{Address, B256, U256};
use chrono::{DateTime, Utc};
use sqlx::{Error, PgConnection, Row, postgres::PgRow};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub position: Position,
    pub account: Address,
    /// Who was paid: the account or the recipient that it chose.
    pub recipient: Address,
    pub amount: U256,
    /// All that the account ever claimed, this included.
    pub total_claimed: U256,
    pub tx_hash: B256,
    pub claimed_at: DateTime<Utc>,
}

impl Claim {
    fn from_row(row: &PgRow) -> Result<Self, Error> {
        Ok(Self {
            position: Position {
                block_number: columns::unsigned(row, "block_number")?,
                log_index: columns::unsigned4(row, "log_index")?,
            },
            account: columns::address(row, "account")?,
            recipient: columns::address(row, "recipient")?,
            amount: Wei::get(row, "amount")?,
            total_claimed: Wei::get(row, "total_claimed")?,
            tx_hash: columns::hash(row, "tx_hash")?,
            claimed_at: row.try_get("claimed_at")?,
        })
    }
}

pub async fn insert_many(conn: &mut PgConnection, claims: &[Claim]) -> Result<(), Error> {
    if claims.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into chain.claims (block_number, log_index, account, recipient, amount, total_claimed, tx_hash,
                                   claimed_at)
         select * from unnest($1::bigint[], $2::integer[], $3::bytea[], $4::bytea[], $5::numeric[], $6::numeric[],
                              $7::bytea[], $8::timestamptz[])",
    )
    .bind(claims.iter().map(|c| c.position.block_number.cast_signed()).collect::<Vec<_>>())
    .bind(claims.iter().map(|c| c.position.log_index.cast_signed()).collect::<Vec<_>>())
    .bind(claims.iter().map(|c| c.account.as_slice()).collect::<Vec<_>>())
    .bind(claims.iter().map(|c| c.recipient.as_slice()).collect::<Vec<_>>())
    .bind(claims.iter().map(|c| Wei(c.amount)).collect::<Vec<_>>())
    .bind(claims.iter().map(|c| Wei(c.total_claimed)).collect::<Vec<_>>())
    .bind(claims.iter().map(|c| c.tx_hash.as_slice()).collect::<Vec<_>>())
    .bind(claims.iter().map(|c| c.claimed_at).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

/// Claims, newest first; of one account or of all.
pub async fn list(
    conn: &mut PgConnection,
    account: Option<Address>,
    limit: u32,
) -> Result<Vec<Claim>, Error> {
    let rows = sqlx::query(
        "select * from chain.claims where $1::bytea is null or account = $1
         order by block_number desc, log_index desc limit $2",
    )
    .bind(account.map(|account| account.to_vec()))
    .bind(i64::from(limit))
    .fetch_all(conn)
    .await?;
    rows.iter().map(Claim::from_row).collect()
}

/// All that an account ever claimed, in wei.
pub async fn total(conn: &mut PgConnection, account: Address) -> Result<U256, Error> {
    let total: Option<Wei> = sqlx::query_scalar(
        "select total_claimed from chain.claims where account = $1
         order by block_number desc, log_index desc limit 1",
    )
    .bind(account.as_slice())
    .fetch_optional(conn)
    .await?;
    Ok(total.unwrap_or_default().0)
}

/// All that each account ever claimed, in wei.
pub async fn totals(conn: &mut PgConnection) -> Result<Vec<(Address, U256)>, Error> {
    let rows = sqlx::query(
        "select distinct on (account) account, total_claimed from chain.claims
         order by account, block_number desc, log_index desc",
    )
    .fetch_all(conn)
    .await?;
    rows.iter().map(|row| Ok((columns::address(row, "account")?, Wei::get(row, "total_claimed")?))).collect()
}
