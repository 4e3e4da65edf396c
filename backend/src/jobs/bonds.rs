//! Tokens behind what the operator does on chain.
use super::GiveUp;
use crate::app::AppState;
use alloy::primitives::{U256, utils::format_ether};
use anyhow::bail;
use storage::app::transactions;

/// Lock what the operator is short of to have `needed` wei free. `purpose` names the lock's transactions.
///
/// A lock that was mined is never repeated: what was locked by it is free, or was reserved for something else since.
pub async fn ensure(app: &AppState, purpose: &str, needed: U256) -> anyhow::Result<()> {
    let (free, _) = app.chain.bond().await?;
    if free >= needed {
        return Ok(());
    }
    let missing = needed - free;
    let key = next_key(app, purpose).await?;
    let unlocked = app.chain.unlocked_balance().await?;
    if unlocked < missing {
        return Err(GiveUp(format!(
            "the operator {} must lock {} POL more as a bond and has {} unlocked; send it tokens and try again",
            app.chain.operator.address(),
            format_ether(missing),
            format_ether(unlocked),
        ))
        .into());
    }
    app.transactions().send(&key, &app.chain.lock_bond(missing)).await?;
    if app.chain.bond().await?.0 < needed {
        bail!(
            "the bond was locked for {purpose} and is not free: another step took it, or the node lags behind"
        );
    }
    Ok(())
}

/// The key of the first lock for this purpose that is not mined.
async fn next_key(app: &AppState, purpose: &str) -> anyhow::Result<String> {
    let mut conn = app.pool.acquire().await?;
    let mut n = 1;
    loop {
        let key = format!("bond/{purpose}/{n}");
        match transactions::find(&mut conn, &key).await? {
            Some(transaction) if transaction.state == "mined" => n += 1,
            _ => return Ok(key),
        }
    }
}
