//! `StakingPool` → `stakes`.

use super::change;
use crate::events::StakingEvent;
use alloy::primitives::U256;
use sqlx::{Error, PgConnection};
use storage::chain::{feed::Change, stakes};

pub async fn apply(conn: &mut PgConnection, event: &StakingEvent) -> Result<Vec<Change>, Error> {
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
        StakingEvent::Slashed { account, amount, active, thawing } => {
            stakes::set(conn, account, active, thawing, None).await?;
            stakes::add_slashed(conn, account, amount).await?;
            account
        }
    };
    Ok(vec![change("stakes", account)])
}
