//! What is wrong with a tree that nobody published, found by asking for few of its leaves.
//!
//! Whoever answers a demand shows one leaf and the siblings on its path, which are hashes of everything beside it. A sibling
//! that equals the one of the right tree hides nothing; one that differs hides a difference. [`Shown::first_difference`]
//! goes down from the root to the first place where the two trees differ; where it knows no further, the leftmost leaf of
//! the differing subtree is asked for. Its path either starts with the difference, or shows the next differing subtree,
//! which is at most half as large. So after at most `depth + 1` answers the first differing leaf is known, and all before
//! it are right: then it is wrong by itself, or in its order, or in its running sums, or it stands where somebody else
//! should. Running sums alone could not be halved like this: a proposer whose sums do not fit its leaves could show
//! agreeable ones wherever it is asked.

use super::{
    EpochPayouts, PayoutLeaf, RewardError,
    disproof::{Disproof, EpochRecord, Rule},
    epoch_payouts,
    openings::{PayoutOpening, Payouts},
};
use crate::merkle::{Tree, depth, node, verify};
use alloy_primitives::{B256, U256};
use std::collections::BTreeMap;

/// What is known of a committed tree.
#[derive(Clone, Debug)]
pub struct Shown {
    root: B256,
    count: u64,
    /// By level, bottom up, and index.
    nodes: BTreeMap<(usize, u64), B256>,
}

/// Where a committed tree differs from the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Nowhere.
    None,
    /// This leaf is the first one that differs.
    Leaf(u64),
    /// The first one is this leaf or further right; the path of this leaf tells more.
    From(u64),
}

impl Shown {
    /// Nothing but the root of a tree of `count` positions.
    pub fn new(root: B256, count: u64) -> Self {
        Self { root, count, nodes: BTreeMap::from([((depth(count), 0), root)]) }
    }

    /// Learn from a leaf and its siblings, bottom up. False when they are not of this tree.
    pub fn add(&mut self, leaf: B256, index: u64, proof: &[B256]) -> bool {
        if !verify(self.root, self.count, leaf, index, proof) {
            return false;
        }
        let (mut hash, mut at) = (leaf, index);
        for (level, &sibling) in proof.iter().enumerate() {
            self.nodes.insert((level, at), hash);
            self.nodes.insert((level, at ^ 1), sibling);
            hash = if at & 1 == 0 { node(hash, sibling) } else { node(sibling, hash) };
            at >>= 1;
        }
        true
    }

    /// The first difference, as far as it is known. `right` has as many positions.
    pub fn first_difference(&self, right: &Tree) -> Difference {
        if self.root == right.root() {
            return Difference::None;
        }
        let mut at = 0;
        for level in (0..depth(self.count)).rev() {
            // Children become known in pairs, and of a node that differs one child differs.
            match self.nodes.get(&(level, 2 * at)) {
                None => return Difference::From(at << (level + 1)),
                Some(&left) => at = 2 * at + u64::from(left == right.node(level, 2 * at)),
            }
        }
        Difference::Leaf(at)
    }

    /// Siblings of a position, taken from `right` where they are not known.
    fn proof(&self, index: u64, right: &Tree) -> Vec<B256> {
        let sibling = |level| (level, (index >> level) ^ 1);
        let known =
            |(level, at)| self.nodes.get(&(level, at)).copied().unwrap_or_else(|| right.node(level, at));
        (0..depth(self.count)).map(|level| known(sibling(level))).collect()
    }
}

/// What `LabelEpochs` holds of a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Root of the payouts tree.
    pub payouts_root: B256,
    /// Its leaves.
    pub account_count: u32,
    /// Sum of all cumulative amounts, in wei.
    pub total_cumulative: U256,
    /// Sum of all raw pays, in wei.
    pub total_raw: U256,
}

/// What to do about a proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing: it is what the rule gives.
    Right,
    /// Send this.
    Wrong(Box<Disproof>),
    /// It is not what the rule gives; demand this leaf to see more.
    Ask(u32),
    /// Every leaf and every sum is right, but something stands behind the last leaf where zero words should. Pays nobody,
    /// and no proof shows it: a vote may throw it away.
    Padding,
}

/// Look for a fraud in a proposal of which only some leaves are known, in any order; those that do not open it are ignored.
/// Asks at most `depth + 2` times before it finds one.
///
/// # Errors
/// The labels have no payouts. That is a fraud of the operator's, whatever was proposed.
pub fn search(record: &EpochRecord, claim: &Claim, shown: &[PayoutOpening]) -> Result<Verdict, RewardError> {
    let payouts = honest(record)?;
    let n = payouts.leaves.len();
    let is_right = *claim
        == Claim {
            payouts_root: payouts.tree.root(),
            account_count: n as u32,
            total_cumulative: payouts.total_cumulative(),
            total_raw: payouts.total_raw(),
        };
    if is_right {
        return Ok(Verdict::Right);
    }
    let rule = Rule::new(record, &payouts, claim.total_raw);
    let right = expected(record, &rule, &payouts.leaves);
    let leaves: Vec<_> = right.iter().take(claim.account_count as usize).map(PayoutLeaf::hash).collect();
    let tree = Tree::sparse(claim.account_count.into(), (0..).zip(leaves));
    let mut hunt = Hunt { record, claim, rule, right, tree, shown: claim.shown(), leaves: BTreeMap::new() };
    hunt.learn(shown);
    if payouts.tree.root() == claim.payouts_root {
        // The right tree under other sums, or with another count.
        let published = Payouts::new(payouts.leaves);
        hunt.learn(&(0..).map_while(|index| published.open(index)).collect::<Vec<_>>());
    }
    Ok(hunt.verdict())
}

/// The payouts that the record gives.
fn honest(record: &EpochRecord) -> Result<EpochPayouts, RewardError> {
    let EpochRecord { terms, secret, seed, labels, gold, approved } = record;
    let previous = approved.leaves().iter().map(|leaf| (leaf.account, leaf.cumulative)).collect();
    epoch_payouts(terms, *secret, *seed, labels.words(), gold.words(), &previous)
}

/// The leaves that would be right under the claimed sum of raw pays, by which pays are scaled.
fn expected(record: &EpochRecord, rule: &Rule, leaves: &[PayoutLeaf]) -> Vec<PayoutLeaf> {
    let mut running_total = U256::ZERO;
    let scaled = leaves.iter().map(|leaf| {
        let carried =
            record.approved.of(leaf.account).map_or(U256::ZERO, |previous| previous.leaf.cumulative);
        // Where nothing is right, anything will do: whatever stands there is wrong by itself.
        let pay = rule.pay(leaf.raw_pay.raw).unwrap_or_default();
        let scaled = PayoutLeaf { cumulative: carried.wrapping_add(pay), running_total, ..*leaf };
        running_total = running_total.wrapping_add(scaled.cumulative);
        scaled
    });
    scaled.collect()
}

impl Claim {
    fn shown(&self) -> Shown {
        Shown::new(self.payouts_root, self.account_count.into())
    }
}

struct Hunt<'a> {
    record: &'a EpochRecord,
    claim: &'a Claim,
    rule: Rule<'a>,
    /// Leaves as they should be.
    right: Vec<PayoutLeaf>,
    /// Their tree, cut or padded to the claimed count.
    tree: Tree,
    shown: Shown,
    /// Proposed leaves that are known.
    leaves: BTreeMap<u64, PayoutOpening>,
}

impl Hunt<'_> {
    fn learn(&mut self, openings: &[PayoutOpening]) {
        for opening in openings {
            let index = opening.index.into();
            if self.shown.add(opening.leaf.hash(), index, &opening.proof) {
                self.leaves.insert(index, opening.clone());
            }
        }
    }

    fn verdict(&self) -> Verdict {
        if let Some(disproof) = self.leaves.values().find_map(|leaf| self.rule.wrong(leaf.clone())) {
            return Verdict::Wrong(Box::new(disproof));
        }
        let count = u64::from(self.claim.account_count);
        match self.shown.first_difference(&self.tree) {
            Difference::Leaf(index) if self.leaves.contains_key(&index) => self.first_wrong(index),
            Difference::Leaf(index) | Difference::From(index) if index < count => Verdict::Ask(index as u32),
            // All leaves are right; what differs is their number, their sums or what stands behind them.
            _ => self.end(count - 1),
        }
    }

    /// The first leaf that is not the right one at its place, though nothing is wrong with it alone.
    fn first_wrong(&self, index: u64) -> Verdict {
        let leaf = &self.leaves[&index];
        let before = index.checked_sub(1).and_then(|before| self.right_leaf(before));
        let expected = self.right.get(index as usize);
        let disproof = match (before, expected) {
            (Some(a), _) if leaf.leaf.account <= a.leaf.account => {
                Some(Disproof::Order { a, b: leaf.clone() })
            }
            (Some(a), Some(right)) if right.account == leaf.leaf.account => {
                Some(Disproof::RunningTotal { a, b: leaf.clone() })
            }
            (None, Some(right)) if right.account == leaf.leaf.account => {
                Some(Disproof::Total { leaf: leaf.clone() })
            }
            (before, Some(right)) => {
                let around = before.into_iter().chain([leaf.clone()]).collect();
                self.record.missing(right.account, around)
            }
            // Behind the last account there is nobody to whom anything is due.
            (_, None) => None,
        };
        disproof.map_or(Verdict::Padding, |disproof| Verdict::Wrong(Box::new(disproof)))
    }

    /// All proposed leaves are the right ones.
    fn end(&self, last: u64) -> Verdict {
        let Some(right) = self.right.get(last as usize) else {
            // More leaves than there can be, and nothing stands there.
            return Verdict::Ask(last as u32);
        };
        let is_whole = self.shown.first_difference(&self.tree) == Difference::None;
        let leaf = match self.leaves.get(&last) {
            Some(leaf) => Some(leaf.clone()),
            None if is_whole => self.right_leaf(last),
            None => None,
        };
        let Some(leaf) = leaf else { return Verdict::Ask(last as u32) };
        let disproof = match self.right.get(last as usize + 1) {
            Some(absent) => self.record.missing(absent.account, vec![leaf]),
            None => {
                let sums = (
                    right.running_total.wrapping_add(right.cumulative),
                    right.raw_pay.running_raw + right.raw_pay.raw,
                );
                let fits = sums == (self.claim.total_cumulative, self.claim.total_raw);
                (!fits).then_some(Disproof::Total { leaf })
            }
        };
        disproof.map_or(Verdict::Padding, |disproof| Verdict::Wrong(Box::new(disproof)))
    }

    /// A leaf before the first difference.
    fn right_leaf(&self, index: u64) -> Option<PayoutOpening> {
        let leaf = *self.right.get(index as usize)?;
        Some(PayoutOpening { index: index as u32, leaf, proof: self.shown.proof(index, &self.tree) })
    }
}
