//! `chain.disproofs`: frauds that were proved on chain.
use super::Position;
use crate::columns;
use alloy_primitives::{Address, B256};
use chrono::{DateTime, Utc};
use protocol::Epoch;
use sqlx::{Error, PgConnection, Row, postgres::PgRow};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disproof {
    pub challenger: Address,
    /// Name of the contract's `Fraud`, lower camel case.
    pub fraud: String,
    /// The root that was wrong; `None` for a fraud in the labels.
    pub payouts_root: Option<B256>,
    pub disproved_at: DateTime<Utc>,
}

impl Disproof {
    fn from_row(row: &PgRow) -> Result<Self, Error> {
        Ok(Self {
            challenger: columns::address(row, "challenger")?,
            fraud: row.try_get("fraud")?,
            payouts_root: columns::opt_hash(row, "payouts_root")?,
            disproved_at: row.try_get("disproved_at")?,
        })
    }
}

/// All frauds proved in an epoch, newest first.
pub async fn list_by_epoch(conn: &mut PgConnection, epoch: Epoch) -> Result<Vec<Disproof>, Error> {
    let rows = sqlx::query(
        "select * from chain.disproofs where epoch = $1 order by block_number desc, log_index desc",
    )
    .bind(epoch.0.cast_signed())
    .fetch_all(conn)
    .await?;
    rows.iter().map(Disproof::from_row).collect()
}

/// A fraud in which an account had a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub epoch: Epoch,
    /// Whose fraud it was: who proposed the root, or for a fraud in the labels the epoch's operator.
    pub against: Address,
    pub disproof: Disproof,
}

/// Frauds that an account proved or was proved to have committed, newest first.
pub async fn list_by_account(conn: &mut PgConnection, account: Address) -> Result<Vec<Part>, Error> {
    let rows = sqlx::query(
        "select * from (
             select d.*, case when d.payouts_root is null then e.operator else p.proposer end as against
             from chain.disproofs d
             join chain.epochs e on e.epoch = d.epoch
             left join lateral (
                 select proposer from chain.payouts_roots r
                 where r.epoch = d.epoch and r.payouts_root = d.payouts_root
                     and (r.block_number, r.log_index) < (d.block_number, d.log_index)
                 order by r.block_number desc, r.log_index desc limit 1
             ) p on true
         ) parts
         where challenger = $1 or against = $1
         order by block_number desc, log_index desc",
    )
    .bind(account.as_slice())
    .fetch_all(conn)
    .await?;
    let part = |row: &PgRow| {
        Ok(Part {
            epoch: Epoch(columns::unsigned(row, "epoch")?),
            against: columns::address(row, "against")?,
            disproof: Disproof::from_row(row)?,
        })
    };
    rows.iter().map(part).collect()
}

pub async fn insert(
    conn: &mut PgConnection,
    epoch: Epoch,
    disproof: &Disproof,
    position: Position,
) -> Result<(), Error> {
    sqlx::query(
        "insert into chain.disproofs (epoch, challenger, fraud, payouts_root, block_number, log_index, disproved_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(epoch.0.cast_signed())
    .bind(disproof.challenger.as_slice())
    .bind(&disproof.fraud)
    .bind(disproof.payouts_root.map(|root| root.to_vec()))
    .bind(position.block_number.cast_signed())
    .bind(position.log_index.cast_signed())
    .bind(disproof.disproved_at)
    .execute(conn)
    .await?;
    Ok(())
}
