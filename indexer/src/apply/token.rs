//! `GovernanceToken` → `accounts`, `total_supplies`.

use super::{Context, account};
use crate::events::TokenEvent;
use sqlx::{Error, PgConnection};
use storage::chain::{accounts, feed::Change, total_supplies};

pub async fn apply(
    conn: &mut PgConnection,
    context: &Context,
    event: &TokenEvent,
) -> Result<Vec<Change>, Error> {
    if let Some(change) = event.supply_change() {
        total_supplies::add(conn, context.position, change, context.mined_at).await?;
    }
    Ok(match *event {
        TokenEvent::Transfer { from, to, amount } => {
            let parties: Vec<_> = [from, to].into_iter().filter(|party| !party.is_zero()).collect();
            if !to.is_zero() {
                accounts::credit(conn, to, amount).await?;
            }
            if !from.is_zero() {
                accounts::debit(conn, from, amount).await?;
            }
            parties.into_iter().map(account).collect()
        }
        TokenEvent::Locked { account: owner, amount } => {
            accounts::lock(conn, owner, amount).await?;
            vec![account(owner)]
        }
        TokenEvent::Unlocked { account: owner, amount } => {
            accounts::unlock(conn, owner, amount).await?;
            vec![account(owner)]
        }
        TokenEvent::DelegateChanged { account: owner, delegate } => {
            accounts::set_delegate(conn, owner, delegate).await?;
            vec![account(owner)]
        }
        TokenEvent::VotesChanged { delegate, votes } => {
            accounts::set_votes(conn, delegate, votes).await?;
            vec![account(delegate)]
        }
    })
}
