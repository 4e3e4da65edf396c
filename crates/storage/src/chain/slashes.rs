//! `chain.slashes`: stake that was taken, and for what. Amounts in wei.
use super::Position;
use crate::{columns, wei::Wei};
use alloy_primitives::{Address, B256, U256};
use chrono::{DateTime, Utc};
use protocol::Epoch;
use sqlx::{Error, PgConnection, Row, postgres::PgRow};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slash {
    pub account: Address,
    pub amount: U256,
    /// Who got `share` of `amount` for proving the case.
    pub challenger: Option<Address>,
    pub share: U256,
    pub case_id: B256,
    /// In which the case was proved; `None` for a slash by vote.
    pub epoch: Option<Epoch>,
    pub position: Position,
    pub slashed_at: DateTime<Utc>,
}

impl Slash {
    fn from_row(row: &PgRow) -> Result<Self, Error> {
        Ok(Self {
            account: columns::address(row, "account")?,
            amount: Wei::get(row, "amount")?,
            challenger: columns::opt_address(row, "challenger")?,
            share: Wei::get(row, "share")?,
            case_id: columns::hash(row, "case_id")?,
            epoch: row.try_get::<Option<i64>, _>("epoch")?.map(|epoch| Epoch(epoch.cast_unsigned())),
            position: Position {
                block_number: columns::unsigned(row, "block_number")?,
                log_index: columns::unsigned4(row, "log_index")?,
            },
            slashed_at: row.try_get("slashed_at")?,
        })
    }
}

/// Slashes of an account, newest first.
pub async fn list_by_account(conn: &mut PgConnection, account: Address) -> Result<Vec<Slash>, Error> {
    let rows = sqlx::query(
        "select * from chain.slashes where account = $1 order by block_number desc, log_index desc",
    )
    .bind(account.as_slice())
    .fetch_all(conn)
    .await?;
    rows.iter().map(Slash::from_row).collect()
}

pub async fn insert_many(conn: &mut PgConnection, slashes: &[Slash]) -> Result<(), Error> {
    if slashes.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into chain.slashes (account, amount, challenger, share, case_id, epoch, block_number, log_index,
                                    slashed_at)
         select * from unnest($1::bytea[], $2::numeric[], $3::bytea[], $4::numeric[], $5::bytea[], $6::bigint[],
                              $7::bigint[], $8::integer[], $9::timestamptz[])",
    )
    .bind(slashes.iter().map(|s| s.account.as_slice()).collect::<Vec<_>>())
    .bind(slashes.iter().map(|s| Wei(s.amount)).collect::<Vec<_>>())
    .bind(slashes.iter().map(|s| s.challenger.map(|challenger| challenger.to_vec())).collect::<Vec<_>>())
    .bind(slashes.iter().map(|s| Wei(s.share)).collect::<Vec<_>>())
    .bind(slashes.iter().map(|s| s.case_id.as_slice()).collect::<Vec<_>>())
    .bind(slashes.iter().map(|s| s.epoch.map(|epoch| epoch.0.cast_signed())).collect::<Vec<_>>())
    .bind(slashes.iter().map(|s| s.position.block_number.cast_signed()).collect::<Vec<_>>())
    .bind(slashes.iter().map(|s| s.position.log_index.cast_signed()).collect::<Vec<_>>())
    .bind(slashes.iter().map(|s| s.slashed_at).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

/// The epochs that cases were proved in.
pub async fn set_epochs(conn: &mut PgConnection, cases: &[(Address, B256, Epoch)]) -> Result<(), Error> {
    if cases.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "update chain.slashes s set epoch = c.epoch
         from unnest($1::bytea[], $2::bytea[], $3::bigint[]) as c (account, case_id, epoch)
         where s.account = c.account and s.case_id = c.case_id",
    )
    .bind(cases.iter().map(|(account, ..)| account.as_slice()).collect::<Vec<_>>())
    .bind(cases.iter().map(|(_, case_id, _)| case_id.as_slice()).collect::<Vec<_>>())
    .bind(cases.iter().map(|(.., epoch)| epoch.0.cast_signed()).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}
