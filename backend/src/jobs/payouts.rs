//! An epoch's payouts from what the chain and the published bundle say.
use super::GiveUp;
use crate::{
    app::AppState,
    chain::{EpochOnChain, EpochStatus},
};
use alloy::primitives::{Address, U256};
use protocol::{
    labels::Bundle,
    rewards::{EpochPayouts, epoch_payouts, payouts_tree},
};
use std::collections::BTreeMap;
use storage::app::{payout_leaves, statements};

/// Compute the payouts of a revealed epoch.
pub async fn compute(app: &AppState, epoch: u64, on_chain: &EpochOnChain) -> anyhow::Result<EpochPayouts> {
    let terms = app.chain.epoch_terms(epoch).await?;
    let bundle = bundle(app, on_chain).await?;
    let previous = previous(app, epoch).await?;
    let payouts = epoch_payouts(
        &terms,
        on_chain.secret,
        on_chain.seed,
        &bundle.label_words(),
        &bundle.gold_words(),
        &previous,
    );
    payouts.map_err(|error| GiveUp(format!("epoch {epoch} cannot be paid: {error}")).into())
}

/// The published labels of a committed epoch.
pub async fn bundle(app: &AppState, on_chain: &EpochOnChain) -> anyhow::Result<Bundle> {
    let bytes = app.blobs.get(on_chain.bundle_hash).await?;
    let bytes = bytes
        .ok_or_else(|| GiveUp(format!("the bundle {} is not in the blob store", on_chain.bundle_hash)))?;
    Ok(Bundle::from_bytes(&bytes, on_chain.bundle_hash)?)
}

/// Whether the leaves that are kept for the epoch have the root on chain.
pub async fn is_stored(app: &AppState, epoch: u64, on_chain: &EpochOnChain) -> anyhow::Result<bool> {
    let leaves = payout_leaves::list(&mut *app.pool.acquire().await?, epoch).await?;
    Ok(payouts_tree(&leaves).root() == on_chain.payouts_root)
}

/// Cumulative amounts of the last accepted epoch before this one; voided ones left no tree.
async fn previous(app: &AppState, epoch: u64) -> anyhow::Result<BTreeMap<Address, U256>> {
    for earlier in (1..epoch).rev() {
        if app.chain.epoch(earlier).await?.status == EpochStatus::Accepted {
            let leaves = payout_leaves::list(&mut *app.pool.acquire().await?, earlier).await?;
            return Ok(leaves.into_iter().map(|leaf| (leaf.account, leaf.cumulative)).collect());
        }
    }
    Ok(BTreeMap::new())
}

/// Keep statements and leaves for the pages; they replace those of an earlier attempt.
pub async fn store(app: &AppState, epoch: u64, payouts: &EpochPayouts) -> anyhow::Result<()> {
    let as_json =
        |statement| serde_json::to_value(statement).expect("a statement holds numbers and names only");
    let statements: Vec<_> = payouts.statements.iter().map(|s| (s.labeler, as_json(s))).collect();
    let mut db = app.pool.begin().await?;
    statements::replace(&mut db, epoch, &statements).await?;
    payout_leaves::replace(&mut db, epoch, &payouts.leaves).await?;
    db.commit().await?;
    Ok(())
}
