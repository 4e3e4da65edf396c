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

pub async fn set_total_funded(conn: &mut PgConnection, total_funded: U256) -> Result<(), Error> {
    set(
        conn,
        "insert into chain.reward_pool (total_funded) values ($1)
         on conflict (singleton) do update set total_funded = excluded.total_funded",
        total_funded,
    )
    .await
}

pub async fn set_epoch_budget(conn: &mut PgConnection, epoch_budget: U256) -> Result<(), Error> {
    set(
        conn,
        "insert into chain.reward_pool (epoch_budget) values ($1)
         on conflict (singleton) do update set epoch_budget = excluded.epoch_budget",
        epoch_budget,
    )
    .await
}

pub async fn add_paid(conn: &mut PgConnection, amount: U256) -> Result<(), Error> {
    set(
        conn,
        "insert into chain.reward_pool (total_paid) values ($1)
         on conflict (singleton) do update set total_paid = reward_pool.total_paid + excluded.total_paid",
        amount,
    )
    .await
}

pub async fn set_payouts_root(
    conn: &mut PgConnection,
    epoch: Epoch,
    payouts_root: B256,
    total_approved: U256,
) -> Result<(), Error> {
    sqlx::query(
        "insert into chain.reward_pool (payouts_root, payouts_epoch, total_approved) values ($1, $2, $3)
         on conflict (singleton) do update set payouts_root = excluded.payouts_root,
             payouts_epoch = excluded.payouts_epoch, total_approved = excluded.total_approved",
    )
    .bind(payouts_root.as_slice())
    .bind(epoch.0.cast_signed())
    .bind(Wei(total_approved))
    .execute(conn)
    .await?;
    Ok(())
}

async fn set(conn: &mut PgConnection, statement: &'static str, amount: U256) -> Result<(), Error> {
    sqlx::query(statement).bind(Wei(amount)).execute(conn).await?;
    Ok(())
}
