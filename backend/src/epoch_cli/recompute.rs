//! What the chain and the bundle give for one epoch, whatever was proposed.
use crate::{
    chain::{EpochOnChain, EpochStatus},
    verify::{Evidence, epoch as published},
};
use alloy::primitives::{Address, U256};
use anyhow::bail;
use protocol::{
    EpochTerms,
    labels::Bundle,
    rewards::{EpochPayouts, epoch_payouts},
};
use std::collections::BTreeMap;

/// An epoch whose secret was revealed, or whose reveal was missed.
pub struct Recomputed {
    pub on_chain: EpochOnChain,
    pub terms: EpochTerms,
    pub bundle: Bundle,
    /// Cumulative amounts of the last accepted epoch before it.
    pub previous: BTreeMap<Address, U256>,
    pub payouts: EpochPayouts,
}

/// Check the bundle and compute all pays.
pub async fn recompute(evidence: &Evidence, epoch: u64) -> anyhow::Result<Recomputed> {
    let on_chain = evidence.chain.epoch(epoch).await?;
    match on_chain.status {
        EpochStatus::None => bail!("the chain has no epoch {epoch}"),
        EpochStatus::Open => {
            bail!("epoch {epoch} is open: nothing is committed yet, so nothing can be computed")
        }
        EpochStatus::Committed => bail!(
            "epoch {epoch} is not revealed yet: which slots count is secret until then, at the latest until {}",
            super::status::time(on_chain.committed_at + evidence.chain.reveal_window().await?)
        ),
        EpochStatus::Voided => bail!("epoch {epoch} was voided and pays nothing"),
        EpochStatus::Revealed | EpochStatus::Proposed | EpochStatus::Accepted => {}
    }
    let leaves = published::settled(evidence, epoch - 1).await?;
    let previous = leaves.into_iter().map(|leaf| (leaf.account, leaf.cumulative)).collect();
    let terms = evidence.chain.epoch_terms(epoch).await?;
    let bundle = published::bundle(evidence, epoch, &terms, &on_chain).await?;
    published::check_seed(evidence, epoch, &terms, &on_chain).await?;
    if !on_chain.seed.is_zero() {
        bundle.check_assignment(&terms, on_chain.secret)?;
    }
    let (words, gold) = (bundle.label_words(), bundle.gold_words());
    let payouts = epoch_payouts(&terms, on_chain.secret, on_chain.seed, &words, &gold, &previous)?;
    Ok(Recomputed { on_chain, terms, bundle, previous, payouts })
}
