//! `RewardDistributor` → `reward_pool`, `claims`.

use super::{Context, change};
use crate::events::DistributorEvent;
use sqlx::{Error, PgConnection};
use storage::chain::{
    claims::{self, Claim},
    feed::Change,
    reward_pool,
};

pub async fn apply(
    conn: &mut PgConnection,
    context: &Context,
    event: &DistributorEvent,
) -> Result<Vec<Change>, Error> {
    let pool = || change("reward_pool", "pool");
    Ok(match *event {
        DistributorEvent::Funded { total_funded } => {
            reward_pool::set_total_funded(conn, total_funded).await?;
            vec![pool()]
        }
        DistributorEvent::EpochBudgetSet { epoch_budget } => {
            reward_pool::set_epoch_budget(conn, epoch_budget).await?;
            vec![pool()]
        }
        DistributorEvent::PayoutsRootSet { epoch, payouts_root, total_approved } => {
            reward_pool::set_payouts_root(conn, epoch, payouts_root, total_approved).await?;
            vec![pool(), change("payouts_roots", epoch)]
        }
        DistributorEvent::Claimed { account, recipient, amount, total_claimed } => {
            let claim = Claim {
                position: context.position,
                account,
                recipient,
                amount,
                total_claimed,
                tx_hash: context.tx_hash,
                claimed_at: context.mined_at,
            };
            claims::insert(conn, &claim).await?;
            reward_pool::add_paid(conn, amount).await?;
            vec![change("claims", account), pool()]
        }
    })
}
