//! What is known of an epoch: the chain, the published files, and what was shown on demand where they disagree.
use super::Watcher;
use crate::{
    chain::{Answers, EpochOnChain, EpochStatus},
    verify::epoch as published,
};
use alloy::primitives::B256;
use anyhow::bail;
use protocol::{
    Epoch, EpochTerms, GoldWord, LabelWord,
    labels::{Bundle, MAX_ROSTER},
    merkle::Tree,
    rewards::{
        EpochPayouts, RewardError, epoch_payouts,
        openings::{Gold, Labels, Payouts},
        search::{Difference, Shown},
    },
};
use std::{collections::BTreeMap, sync::Arc};

/// One epoch.
pub(super) struct Record {
    pub on_chain: EpochOnChain,
    pub terms: EpochTerms,
    /// `None`: it cannot be had, or is no bundle.
    pub bundle: Option<Arc<Bundle>>,
    /// Why there is no bundle.
    pub no_bundle: Option<String>,
    /// As committed, unless there is a gap.
    pub labels: Labels,
    pub labels_gap: Option<Gap>,
    /// As committed, unless there is a gap.
    pub gold: Gold,
    pub gold_gap: Option<Gap>,
    /// Looked up only where the published files do not suffice.
    pub answers: Option<Answers>,
}

/// A committed tree is not the one that was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gap {
    /// The position that tells more; `None` where the difference lies outside the tree.
    pub ask: Option<u32>,
}

impl Record {
    /// Labels and gold are known, so that everything else can be recomputed.
    pub fn is_whole(&self) -> bool {
        self.labels_gap.is_none() && self.gold_gap.is_none()
    }

    /// What the labels give on top of the approved payouts.
    pub fn payouts(&self, approved: &Payouts) -> Result<EpochPayouts, RewardError> {
        let previous = approved.leaves().iter().map(|leaf| (leaf.account, leaf.cumulative)).collect();
        let (secret, seed) = (self.on_chain.secret, self.on_chain.seed);
        epoch_payouts(&self.terms, secret, seed, self.labels.words(), self.gold.words(), &previous)
    }
}

impl Watcher {
    /// Gather what is known of a committed epoch.
    pub(super) async fn record(&mut self, epoch: u64, on_chain: EpochOnChain) -> anyhow::Result<Record> {
        let terms = self.evidence.chain.epoch_terms(epoch).await?;
        let (bundle, no_bundle) = match self.bundle(epoch, &on_chain).await {
            Ok(bundle) => (Some(bundle), None),
            Err(error) => (None, Some(format!("{error:#}"))),
        };
        let mut words = bundle.as_ref().map(|bundle| by_position(bundle.label_words(), LabelWord::position));
        let mut gold = bundle.as_ref().map(|bundle| by_position(bundle.gold_words(), GoldWord::position));
        let (mut words, mut gold) = (words.take().unwrap_or_default(), gold.take().unwrap_or_default());
        let label_leaf = |word: &LabelWord| word.leaf(Epoch(epoch));
        // No gold is looked at without a seed.
        let gold_root = if on_chain.seed.is_zero() { None } else { Some(terms.gold_root) };

        let mut labels_gap = gap(on_chain.labels_root, on_chain.block_count, &mut words, &[], label_leaf);
        let mut gold_gap =
            gold_root.and_then(|root| gap(root, terms.gold_blocks, &mut gold, &[], GoldWord::leaf));
        let mut answers = None;
        if labels_gap.is_some() || gold_gap.is_some() {
            let shown = self.evidence.chain.answers(epoch, on_chain.commit_block).await?;
            let opened: Vec<_> =
                shown.labels.iter().map(|o| (o.position, o.word, o.proof.as_slice())).collect();
            labels_gap = gap(on_chain.labels_root, on_chain.block_count, &mut words, &opened, label_leaf);
            let opened: Vec<_> =
                shown.gold.iter().map(|o| (o.position, o.word, o.proof.as_slice())).collect();
            gold_gap =
                gold_root.and_then(|root| gap(root, terms.gold_blocks, &mut gold, &opened, GoldWord::leaf));
            answers = Some(shown);
        }
        let words: Vec<_> = words.into_values().collect();
        let labels = Labels::of_blocks(Epoch(epoch), &words, on_chain.block_count);
        let gold = Gold::of_blocks(&gold.into_values().collect::<Vec<_>>(), terms.gold_blocks);
        Ok(Record { on_chain, terms, bundle, no_bundle, labels, labels_gap, gold, gold_gap, answers })
    }

    /// The published file, read once.
    async fn bundle(&mut self, epoch: u64, on_chain: &EpochOnChain) -> anyhow::Result<Arc<Bundle>> {
        if let Some(bundle) = self.bundles.get(&on_chain.bundle_hash) {
            return Ok(bundle.clone());
        }
        let bundle = Arc::new(published::fetch(&self.evidence, epoch, on_chain).await?);
        self.bundles.insert(on_chain.bundle_hash, bundle.clone());
        Ok(bundle)
    }

    /// The payouts tree that the chain pays from now, recomputed from the first epoch on or taken from given leaves.
    pub(super) async fn approved(&mut self) -> anyhow::Result<Payouts> {
        let root = self.evidence.chain.approved_root().await?;
        if root.is_zero() {
            return Ok(Payouts::new(Vec::new()));
        }
        let known = self.published.iter().chain(self.approved.as_ref().map(|(_, payouts)| payouts));
        if let Some(payouts) = known.into_iter().find(|payouts| payouts.tree().root() == root) {
            return Ok(payouts.clone());
        }
        let last = self.evidence.chain.last_settled_epoch().await?;
        // A root that an epoch of ours does not lead to: the chain lost blocks, so all is computed again.
        let (mut done, mut payouts) = match self.approved.take() {
            Some((done, payouts)) if done < last => (done, payouts),
            _ => (0, Payouts::new(Vec::new())),
        };
        while done < last {
            done += 1;
            let on_chain = self.evidence.chain.epoch(done).await?;
            if on_chain.status == EpochStatus::Accepted {
                payouts = self.accepted(done, on_chain, &payouts).await?;
            }
        }
        if payouts.tree().root() != root {
            bail!("the approved payouts changed while they were read");
        }
        self.approved = Some((done, payouts.clone()));
        Ok(payouts)
    }

    async fn accepted(
        &mut self,
        epoch: u64,
        on_chain: EpochOnChain,
        before: &Payouts,
    ) -> anyhow::Result<Payouts> {
        let root = on_chain.payouts_root;
        if let Some(payouts) = self.published.iter().find(|payouts| payouts.tree().root() == root) {
            return Ok(payouts.clone());
        }
        let record = self.record(epoch, on_chain).await?;
        // It is settled: nobody asks for its labels again.
        self.bundles.remove(&record.on_chain.bundle_hash);
        let payouts = record.payouts(before).map(|payouts| Payouts::new(payouts.leaves));
        match payouts {
            Ok(payouts) if payouts.tree().root() == root => Ok(payouts),
            _ => bail!(
                "epoch {epoch} was accepted with payouts {root}, which are not what its published labels give: \
                 what builds on them can be checked with their leaves only (--leaves)"
            ),
        }
    }
}

fn by_position<W>(words: Vec<W>, position: impl Fn(&W) -> u32) -> BTreeMap<u32, W> {
    words.into_iter().map(|word| (position(&word), word)).collect()
}

/// Put what was shown in the place of what was published, and say where the committed tree is another one still.
fn gap<W: Copy>(
    root: B256,
    n_blocks: u32,
    words: &mut BTreeMap<u32, W>,
    shown: &[(u32, Option<W>, &[B256])],
    leaf: impl Fn(&W) -> B256,
) -> Option<Gap> {
    let count = u64::from(n_blocks) * MAX_ROSTER as u64;
    let mut known = Shown::new(root, count);
    for &(position, word, proof) in shown {
        let hash = word.as_ref().map_or(B256::ZERO, &leaf);
        if known.add(hash, position.into(), proof) {
            words.remove(&position);
            words.extend(word.map(|word| (position, word)));
        }
    }
    let tree = Tree::sparse(count, words.iter().map(|(&position, word)| (position.into(), leaf(word))));
    match known.first_difference(&tree) {
        Difference::None => None,
        Difference::Leaf(at) | Difference::From(at) => Some(Gap { ask: (at < count).then_some(at as u32) }),
    }
}
