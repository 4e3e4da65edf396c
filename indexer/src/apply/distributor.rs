//! `RewardDistributor` → `reward_pool`, `claims`.

use super::{Changes, Context};
use crate::events::DistributorEvent;
use sqlx::{Error, PgConnection};
use storage::chain::{
    claims::{self, Claim},
    reward_pool::{self, PoolChange},
};

/// What a run of events does to the pool.
#[derive(Default)]
pub struct Fold {
    pool: PoolChange,
    claims: Vec<Claim>,
}

impl Fold {
    pub fn add(&mut self, context: &Context, event: &DistributorEvent, changes: &mut Changes) {
        match *event {
            DistributorEvent::Funded { total_funded } => self.pool.total_funded = Some(total_funded),
            DistributorEvent::EpochBudgetSet { epoch_budget } => self.pool.epoch_budget = Some(epoch_budget),
            DistributorEvent::PayoutsRootSet { epoch, payouts_root, total_approved } => {
                self.pool.payouts_root = Some((epoch, payouts_root, total_approved));
                changes.add(context, "payouts_roots", epoch);
            }
            DistributorEvent::Claimed { account, recipient, amount, total_claimed } => {
                self.pool.paid = self.pool.paid.saturating_add(amount);
                self.claims.push(Claim {
                    position: context.position,
                    account,
                    recipient,
                    amount,
                    total_claimed,
                    tx_hash: context.tx_hash,
                    claimed_at: context.mined_at,
                });
                changes.add(context, "claims", account);
            }
        }
        changes.add(context, "reward_pool", "pool");
    }

    pub async fn write(self, conn: &mut PgConnection) -> Result<(), Error> {
        claims::insert_many(conn, &self.claims).await?;
        reward_pool::change(conn, &self.pool).await
    }
}
