//! `StakingPool` → `stakes`, `slashes`, `reward_stream`; and the epochs of slashes, which `EpochReferee` tells.

use super::{Changes, Context, change};
use crate::events::StakingEvent;
use alloy::primitives::{Address, B256, U256};
use chrono::{DateTime, Utc};
use protocol::Epoch;
use sqlx::{Error, PgConnection};
use std::collections::BTreeMap;
use storage::chain::{
    feed::Change,
    reward_stream,
    slashes::{self, Slash},
    stakes::{self, StakeChange},
};

/// What a run of events does to stakes.
#[derive(Default)]
pub struct Fold {
    stakes: BTreeMap<Address, StakeChange>,
    slashes: Vec<Slash>,
    cases: Vec<(Address, B256, Epoch)>,
}

impl Fold {
    /// False when the event is not about the stake of an account.
    pub fn add(&mut self, context: &Context, event: &StakingEvent, changes: &mut Changes) -> bool {
        let mut set = |account: Address, active, thawing: U256, available_at: Option<DateTime<Utc>>| {
            let stake = self.stakes.entry(account).or_default();
            (stake.active, stake.thawing) = (Some(active), Some(thawing));
            if thawing.is_zero() {
                stake.available_at = Some(None);
            } else if available_at.is_some() {
                stake.available_at = Some(available_at);
            }
        };
        let account = match *event {
            StakingEvent::Staked { account, active } => {
                self.stakes.entry(account).or_default().active = Some(active);
                account
            }
            StakingEvent::UnstakeRequested { account, active, thawing, available_at } => {
                set(account, active, thawing, Some(available_at));
                account
            }
            StakingEvent::Withdrawn { account, active } => {
                set(account, active, U256::ZERO, None);
                account
            }
            StakingEvent::Slashed { account, amount, challenger, share, case_id, active, thawing } => {
                set(account, active, thawing, None);
                let stake = self.stakes.entry(account).or_default();
                stake.slashed = stake.slashed.saturating_add(amount);
                let (position, slashed_at) = (context.position, context.mined_at);
                self.slashes.push(Slash {
                    account,
                    amount,
                    challenger,
                    share,
                    case_id,
                    epoch: None,
                    position,
                    slashed_at,
                });
                account
            }
            StakingEvent::RewardPaid { account, amount } => {
                let stake = self.stakes.entry(account).or_default();
                stake.rewards_paid = stake.rewards_paid.saturating_add(amount);
                account
            }
            StakingEvent::RewardNotified { .. } | StakingEvent::RewardReserved { .. } => return false,
        };
        changes.add(context, "stakes", account);
        true
    }

    /// In which epoch a labeler's slash was proved.
    pub fn add_case(
        &mut self,
        context: &Context,
        labeler: Address,
        case_id: B256,
        epoch: Epoch,
        changes: &mut Changes,
    ) {
        self.cases.push((labeler, case_id, epoch));
        changes.add(context, "stakes", labeler);
    }

    pub async fn write(self, conn: &mut PgConnection) -> Result<(), Error> {
        stakes::change_many(conn, &self.stakes).await?;
        slashes::insert_many(conn, &self.slashes).await?;
        slashes::set_epochs(conn, &self.cases).await
    }
}

/// The events that [`Fold`] does not take.
pub async fn apply(conn: &mut PgConnection, event: &StakingEvent) -> Result<Vec<Change>, Error> {
    match *event {
        StakingEvent::RewardNotified { amount, ends_at, reserve } => {
            reward_stream::notify(conn, amount, ends_at, reserve).await?;
        }
        StakingEvent::RewardReserved { reserve } => reward_stream::set_reserve(conn, reserve).await?,
        _ => return Ok(vec![]),
    }
    Ok(vec![change("reward_stream", "pool")])
}
