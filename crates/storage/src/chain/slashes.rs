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

pub async fn insert(conn: &mut PgConnection, slash: &Slash) -> Result<(), Error> {
    sqlx::query(
        "insert into chain.slashes (account, amount, challenger, share, case_id, epoch, block_number, log_index,
                                    slashed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(slash.account.as_slice())
    .bind(Wei(slash.amount))
    .bind(slash.challenger.map(|challenger| challenger.to_vec()))
    .bind(Wei(slash.share))
    .bind(slash.case_id.as_slice())
    .bind(slash.epoch.map(|epoch| epoch.0.cast_signed()))
    .bind(slash.position.block_number.cast_signed())
    .bind(slash.position.log_index.cast_signed())
    .bind(slash.slashed_at)
    .execute(conn)
    .await?;
    Ok(())
}

/// The epoch that a case was proved in.
pub async fn set_epoch(
    conn: &mut PgConnection,
    account: Address,
    case_id: B256,
    epoch: Epoch,
) -> Result<(), Error> {
    sqlx::query("update chain.slashes set epoch = $3 where account = $1 and case_id = $2")
        .bind(account.as_slice())
        .bind(case_id.as_slice())
        .bind(epoch.0.cast_signed())
        .execute(conn)
        .await?;
    Ok(())
}
