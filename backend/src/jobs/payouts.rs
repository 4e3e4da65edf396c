//! An epoch's payouts from what the chain and the published bundle say.
use super::GiveUp;
use crate::{
    app::AppState,
    chain::{EpochOnChain, EpochStatus},
};
use alloy::primitives::{Address, U256};
use protocol::{
    Epoch,
    labels::Bundle,
    rewards::{EpochPayouts, epoch_payouts},
};
use std::collections::BTreeMap;
use storage::app::{
    payout_leaves::{self, Leaf},
    statements,
};

/// Compute the payouts of a revealed epoch.
pub async fn compute(app: &AppState, epoch: u64, on_chain: &EpochOnChain) -> anyhow::Result<EpochPayouts> {
    let terms = app.chain.epoch_terms(epoch).await?;
    let bytes = app.blobs.get(on_chain.bundle_hash).await?;
    let bytes = bytes
        .ok_or_else(|| GiveUp(format!("the bundle {} is not in the blob store", on_chain.bundle_hash)))?;
    let bundle = Bundle::from_bytes(&bytes, on_chain.bundle_hash)?;
    let previous = previous(app, epoch).await?;
    let payouts = epoch_payouts(
        &terms,
        Epoch(epoch),
        on_chain.secret,
        on_chain.seed,
        &bundle.seats,
        &bundle.label_words(),
        &bundle.gold_map(),
        &previous,
    );
    payouts.map_err(|error| GiveUp(format!("epoch {epoch} cannot be paid: {error}")).into())
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
    let to_leaf = |leaf: &protocol::rewards::PayoutLeaf| Leaf {
        account: leaf.account,
        cumulative: leaf.cumulative,
        running_total: leaf.running_total,
    };
    let leaves: Vec<Leaf> = payouts.leaves.iter().map(to_leaf).collect();
    let mut db = app.pool.begin().await?;
    statements::replace(&mut db, epoch, &statements).await?;
    payout_leaves::replace(&mut db, epoch, &leaves).await?;
    db.commit().await?;
    Ok(())
}
