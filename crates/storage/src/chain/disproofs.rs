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
