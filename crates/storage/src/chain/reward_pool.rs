//! `chain.reward_pool`: the one row of the reward distributor. Amounts in wei.
use crate::{columns, wei::Wei};
use alloy_primitives::{B256, U256};
use protocol::Epoch;
use sqlx::{Error, PgConnection, Row, postgres::PgRow};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RewardPool {
    pub total_funded: U256,
    pub total_approved: U256,
    pub total_paid: U256,
    /// The most that one epoch may be opened with.
    pub epoch_budget: U256,
    /// The root that claims are checked against.
    pub payouts_root: Option<B256>,
    /// Epoch that installed it.
    pub payouts_epoch: Option<Epoch>,
}

impl RewardPool {
    fn from_row(row: &PgRow) -> Result<Self, Error> {
        Ok(Self {
            total_funded: Wei::get(row, "total_funded")?,
            total_approved: Wei::get(row, "total_approved")?,
            total_paid: Wei::get(row, "total_paid")?,
            epoch_budget: Wei::get(row, "epoch_budget")?,
            payouts_root: columns::opt_hash(row, "payouts_root")?,
            payouts_epoch: row.try_get::<Option<i64>, _>("payouts_epoch")?.map(|e| Epoch(e.cast_unsigned())),
        })
    }
}

/// The pool; all zero before its first event.
pub async fn get(conn: &mut PgConnection) -> Result<RewardPool, Error> {
    let row = sqlx::query("select * from chain.reward_pool").fetch_optional(conn).await?;
    row.as_ref().map_or_else(|| Ok(RewardPool::default()), RewardPool::from_row)
}

/// What a run of events does to the pool. Amounts in wei.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolChange {
    pub total_funded: Option<U256>,
    pub epoch_budget: Option<U256>,
    /// Epoch, root and the new sum of what is approved.
    pub payouts_root: Option<(Epoch, B256, U256)>,
    /// Paid in addition.
    pub paid: U256,
}

/// Change the one row.
pub async fn change(conn: &mut PgConnection, change: &PoolChange) -> Result<(), Error> {
    if *change == PoolChange::default() {
        return Ok(());
    }
    let root = change.payouts_root;
    sqlx::query(
        "insert into chain.reward_pool as p (total_funded, epoch_budget, total_paid, payouts_epoch, payouts_root,
                                             total_approved)
         values (coalesce($1::numeric, 0), coalesce($2::numeric, 0), $3, $4, $5, coalesce($6::numeric, 0))
         on conflict (singleton) do update set total_funded = coalesce($1, p.total_funded),
             epoch_budget = coalesce($2, p.epoch_budget), total_paid = p.total_paid + excluded.total_paid,
             payouts_epoch = coalesce(excluded.payouts_epoch, p.payouts_epoch),
             payouts_root = coalesce(excluded.payouts_root, p.payouts_root),
             total_approved = coalesce($6, p.total_approved)",
    )
    .bind(change.total_funded.map(Wei))
    .bind(change.epoch_budget.map(Wei))
    .bind(Wei(change.paid))
    .bind(root.map(|(epoch, ..)| epoch.0.cast_signed()))
    .bind(root.map(|(_, root, _)| root.to_vec()))
    .bind(root.map(|(.., approved)| Wei(approved)))
    .execute(conn)
    .await?;
    Ok(())
}
