//! `chain.payouts_roots`: every payouts root that was proposed, and its fate.
use super::Position;
use crate::{columns, wei::Wei};
use alloy_primitives::{Address, B256, U256};
use chrono::{DateTime, Utc};
use protocol::Epoch;
use sqlx::{Error, PgConnection, Row, postgres::PgRow};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Proposed,
    Rejected,
    Disproved,
    Approved,
}

impl Status {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Rejected => "rejected",
            Self::Disproved => "disproved",
            Self::Approved => "approved",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutsRoot {
    pub epoch: Epoch,
    pub payouts_root: B256,
    pub proposer: Address,
    pub account_count: u32,
    /// Sum of all cumulative amounts, in wei.
    pub total_cumulative: U256,
    /// Sum of the epoch's pays before they are scaled to its budget, in wei.
    pub total_raw: U256,
    /// What the proposer loses if an error is proved, in wei.
    pub bond: U256,
    pub status: Status,
    pub challenge_ends_at: DateTime<Utc>,
    pub position: Position,
}

impl PayoutsRoot {
    fn from_row(row: &PgRow) -> Result<Self, Error> {
        let status = match row.try_get::<&str, _>("status")? {
            "approved" => Status::Approved,
            "rejected" => Status::Rejected,
            "disproved" => Status::Disproved,
            _ => Status::Proposed,
        };
        Ok(Self {
            epoch: Epoch(columns::unsigned(row, "epoch")?),
            payouts_root: columns::hash(row, "payouts_root")?,
            proposer: columns::address(row, "proposer")?,
            account_count: columns::unsigned(row, "account_count")?,
            total_cumulative: Wei::get(row, "total_cumulative")?,
            total_raw: Wei::get(row, "total_raw")?,
            bond: Wei::get(row, "bond")?,
            status,
            challenge_ends_at: row.try_get("challenge_ends_at")?,
            position: Position {
                block_number: columns::unsigned(row, "block_number")?,
                log_index: columns::unsigned4(row, "log_index")?,
            },
        })
    }
}

/// The last root proposed for an epoch.
pub async fn find_last(conn: &mut PgConnection, epoch: Epoch) -> Result<Option<PayoutsRoot>, Error> {
    let row = sqlx::query(
        "select * from chain.payouts_roots where epoch = $1 order by block_number desc, log_index desc limit 1",
    )
    .bind(epoch.0.cast_signed())
    .fetch_optional(conn)
    .await?;
    row.as_ref().map(PayoutsRoot::from_row).transpose()
}

/// All roots proposed for an epoch, newest first.
pub async fn list_by_epoch(conn: &mut PgConnection, epoch: Epoch) -> Result<Vec<PayoutsRoot>, Error> {
    let rows = sqlx::query(
        "select * from chain.payouts_roots where epoch = $1 order by block_number desc, log_index desc",
    )
    .bind(epoch.0.cast_signed())
    .fetch_all(conn)
    .await?;
    rows.iter().map(PayoutsRoot::from_row).collect()
}

pub async fn insert(conn: &mut PgConnection, root: &PayoutsRoot) -> Result<(), Error> {
    sqlx::query(
        "insert into chain.payouts_roots (epoch, payouts_root, proposer, account_count, total_cumulative, total_raw,
                                          bond, status, challenge_ends_at, block_number, log_index)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(root.epoch.0.cast_signed())
    .bind(root.payouts_root.as_slice())
    .bind(root.proposer.as_slice())
    .bind(i64::from(root.account_count))
    .bind(Wei(root.total_cumulative))
    .bind(Wei(root.total_raw))
    .bind(Wei(root.bond))
    .bind(root.status.as_str())
    .bind(root.challenge_ends_at)
    .bind(root.position.block_number.cast_signed())
    .bind(root.position.log_index.cast_signed())
    .execute(conn)
    .await?;
    Ok(())
}

/// Decide the root that is proposed for an epoch.
pub async fn decide(
    conn: &mut PgConnection,
    epoch: Epoch,
    payouts_root: B256,
    status: Status,
) -> Result<(), Error> {
    sqlx::query(
        "update chain.payouts_roots set status = $3
         where epoch = $1 and payouts_root = $2 and status = 'proposed'",
    )
    .bind(epoch.0.cast_signed())
    .bind(payouts_root.as_slice())
    .bind(status.as_str())
    .execute(conn)
    .await?;
    Ok(())
}

/// Reject whatever root is proposed for an epoch that was voided.
pub async fn reject_proposed(conn: &mut PgConnection, epoch: Epoch) -> Result<(), Error> {
    sqlx::query(
        "update chain.payouts_roots set status = 'rejected' where epoch = $1 and status = 'proposed'",
    )
    .bind(epoch.0.cast_signed())
    .execute(conn)
    .await?;
    Ok(())
}

/// An answered demand moved the end of the challenge window of the root that is proposed.
pub async fn set_challenge_ends_at(
    conn: &mut PgConnection,
    epoch: Epoch,
    challenge_ends_at: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query(
        "update chain.payouts_roots set challenge_ends_at = $2 where epoch = $1 and status = 'proposed'",
    )
    .bind(epoch.0.cast_signed())
    .bind(challenge_ends_at)
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether a root was proposed for an epoch and thrown away by a vote or a proof.
pub async fn was_refused(conn: &mut PgConnection, epoch: Epoch, payouts_root: B256) -> Result<bool, Error> {
    sqlx::query_scalar(
        "select exists (select from chain.payouts_roots
                        where epoch = $1 and payouts_root = $2 and status in ('rejected', 'disproved'))",
    )
    .bind(epoch.0.cast_signed())
    .bind(payouts_root.as_slice())
    .fetch_one(conn)
    .await
}
