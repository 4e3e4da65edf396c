//! `StakingPool` → `stakes`, `slashes`, `reward_stream`.

use super::{Context, change};
use crate::events::StakingEvent;
use alloy::primitives::U256;
use sqlx::{Error, PgConnection};
use storage::chain::{
    feed::Change,
    reward_stream,
    slashes::{self, Slash},
    stakes,
};

pub async fn apply(
    conn: &mut PgConnection,
    context: &Context,
    event: &StakingEvent,
) -> Result<Vec<Change>, Error> {
    let account = match *event {
        StakingEvent::Staked { account, active } => {
            stakes::set_active(conn, account, active).await?;
            account
        }
        StakingEvent::UnstakeRequested { account, active, thawing, available_at } => {
            stakes::set(conn, account, active, thawing, Some(available_at)).await?;
            account
        }
        StakingEvent::Withdrawn { account, active } => {
            stakes::set(conn, account, active, U256::ZERO, None).await?;
            account
        }
        StakingEvent::Slashed { account, amount, challenger, share, case_id, active, thawing } => {
            stakes::set(conn, account, active, thawing, None).await?;
            stakes::add_slashed(conn, account, amount).await?;
            let (position, slashed_at) = (context.position, context.mined_at);
            let slash =
                Slash { account, amount, challenger, share, case_id, epoch: None, position, slashed_at };
            slashes::insert(conn, &slash).await?;
            account
        }
        StakingEvent::RewardNotified { amount, ends_at, reserve } => {
            reward_stream::notify(conn, amount, ends_at, reserve).await?;
            return Ok(vec![change("reward_stream", "pool")]);
        }
        StakingEvent::RewardReserved { reserve } => {
            reward_stream::set_reserve(conn, reserve).await?;
            return Ok(vec![change("reward_stream", "pool")]);
        }
        StakingEvent::RewardPaid { account, amount } => {
            stakes::add_rewards_paid(conn, account, amount).await?;
            account
        }
    };
    Ok(vec![change("stakes", account)])
}
