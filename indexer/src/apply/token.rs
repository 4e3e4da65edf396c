//! `GovernanceToken` → `accounts`, `total_supplies`. Most events are of the token, so a run of them is folded in memory
//! and written with one statement a table.

use super::{Changes, Context};
use crate::events::TokenEvent;
use alloy::primitives::{Address, I256};
use sqlx::{Error, PgConnection};
use std::collections::BTreeMap;
use storage::chain::{
    accounts::{self, AccountChange},
    total_supplies::{self, Checkpoint},
};

/// What a run of events does to the tables.
#[derive(Default)]
pub struct Fold {
    accounts: BTreeMap<Address, AccountChange>,
    /// Mints and burns, with the change of the supply.
    supply: Vec<(Context, I256)>,
}

impl Fold {
    pub fn add(&mut self, context: &Context, event: &TokenEvent, changes: &mut Changes) {
        if let Some(change) = event.supply_change() {
            self.supply.push((*context, change));
        }
        let mut change = |account: Address, alter: &dyn Fn(&mut AccountChange)| {
            alter(self.accounts.entry(account).or_default());
            changes.add(context, "accounts", account);
        };
        // Sums that overflow are of no token of ours; the database refuses them.
        match *event {
            TokenEvent::Transfer { from, to, amount } => {
                if !to.is_zero() {
                    change(to, &|a| a.credited = a.credited.saturating_add(amount));
                }
                if !from.is_zero() {
                    change(from, &|a| a.debited = a.debited.saturating_add(amount));
                }
            }
            TokenEvent::Locked { account, amount } => {
                change(account, &|a| a.locked = a.locked.saturating_add(amount));
            }
            TokenEvent::Unlocked { account, amount } => {
                change(account, &|a| a.unlocked = a.unlocked.saturating_add(amount));
            }
            TokenEvent::DelegateChanged { account, delegate } => {
                change(account, &|a| a.delegate = Some(delegate));
            }
            TokenEvent::VotesChanged { delegate, votes } => change(delegate, &|a| a.votes = Some(votes)),
        }
    }

    pub async fn write(self, conn: &mut PgConnection) -> Result<(), Error> {
        accounts::change_many(conn, &self.accounts).await?;
        if self.supply.is_empty() {
            return Ok(());
        }
        let mut total = total_supplies::last(conn).await?;
        let checkpoint = |(context, change): &(Context, I256)| {
            // A foreign token may burn what it never minted; then it has none.
            total = if change.is_negative() {
                total.saturating_sub(change.unsigned_abs())
            } else {
                total.saturating_add(change.into_raw())
            };
            Checkpoint { position: context.position, total_supply: total, since: context.mined_at }
        };
        let checkpoints: Vec<_> = self.supply.iter().map(checkpoint).collect();
        total_supplies::insert_many(conn, &checkpoints).await
    }
}
