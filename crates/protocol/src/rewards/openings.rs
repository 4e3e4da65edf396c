//! Parts of the committed trees with their paths, as `IEpochReferee` and claims take them.

use super::PayoutLeaf;
use crate::{
    Epoch, GoldWord, LabelWord,
    labels::{MAX_ROSTER, gold_tree, labels_tree},
    merkle::{self, Tree},
};
use alloy_primitives::{Address, B256};
use serde::{Deserialize, Serialize};

/// Levels of a block's subtree.
const BLOCK_DEPTH: usize = MAX_ROSTER.ilog2() as usize;

/// A leaf of a payouts tree and its path: `IEpochReferee.PayoutOpening` and `RawPay`, or a claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PayoutOpening {
    /// Position of the leaf.
    pub index: u32,
    /// The leaf.
    pub leaf: PayoutLeaf,
    /// Siblings, bottom up.
    pub proof: Vec<B256>,
}

impl PayoutOpening {
    /// Whether it opens the tree of `account_count` leaves with this root.
    pub fn verify(&self, payouts_root: B256, account_count: u32) -> bool {
        merkle::verify(payouts_root, account_count.into(), self.leaf.hash(), self.index.into(), &self.proof)
    }
}

/// A position of the labels tree and its path: `IEpochReferee.LabelOpening`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LabelOpening {
    /// Block · 32 + seat.
    pub position: u32,
    /// What stands there; `None` for an empty seat.
    pub word: Option<LabelWord>,
    /// Siblings, bottom up.
    pub proof: Vec<B256>,
}

impl LabelOpening {
    /// Whether it opens the labels tree of `block_count` blocks with this root.
    pub fn verify(&self, epoch: Epoch, labels_root: B256, block_count: u32) -> bool {
        let leaf = self.word.map_or(B256::ZERO, |word| word.leaf(epoch));
        self.word.is_none_or(|word| word.position() == self.position)
            && merkle::verify(labels_root, positions(block_count), leaf, self.position.into(), &self.proof)
    }
}

/// A whole block of the labels tree: `IEpochReferee.BlockOpening`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockOpening {
    /// The block.
    pub block: u32,
    /// The taken seats, ascending.
    pub words: Vec<LabelWord>,
    /// Siblings of the block's subtree, bottom up.
    pub proof: Vec<B256>,
}

impl BlockOpening {
    /// Whether it opens the labels tree of `block_count` blocks with this root.
    pub fn verify(&self, epoch: Epoch, labels_root: B256, block_count: u32) -> bool {
        let is_here = |word: &LabelWord| word.block == self.block && (word.seat as usize) < MAX_ROSTER;
        let leaves = self.words.iter().map(|word| (word.seat.into(), word.leaf(epoch)));
        let root = Tree::sparse(MAX_ROSTER as u64, leaves).root();
        self.words.iter().all(is_here)
            && self.words.windows(2).all(|pair| pair[0].seat < pair[1].seat)
            && merkle::verify(labels_root, block_count.into(), root, self.block.into(), &self.proof)
    }
}

/// A seat of the gold tree and its path: `IEpochReferee.GoldOpening`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoldOpening {
    /// Block · 32 + seat.
    pub position: u32,
    /// What stands there; `None` for a seat without gold.
    pub word: Option<GoldWord>,
    /// Siblings, bottom up.
    pub proof: Vec<B256>,
}

impl GoldOpening {
    /// Whether it opens the gold tree of `gold_blocks` blocks with this root.
    pub fn verify(&self, gold_root: B256, gold_blocks: u32) -> bool {
        let leaf = self.word.map_or(B256::ZERO, |word| word.leaf());
        self.word.is_none_or(|word| word.position() == self.position)
            && merkle::verify(gold_root, positions(gold_blocks), leaf, self.position.into(), &self.proof)
    }
}

/// The leaves of a payouts tree, to open them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payouts {
    leaves: Vec<PayoutLeaf>,
    tree: Tree,
}

impl Payouts {
    /// The tree over leaves in their order, as they were proposed.
    pub fn new(leaves: Vec<PayoutLeaf>) -> Self {
        let tree = super::payouts_tree(&leaves);
        Self { leaves, tree }
    }

    /// The leaves.
    pub fn leaves(&self) -> &[PayoutLeaf] {
        &self.leaves
    }

    /// The tree.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Leaf number `index`.
    pub fn open(&self, index: u32) -> Option<PayoutOpening> {
        let leaf = *self.leaves.get(index as usize)?;
        Some(PayoutOpening { index, leaf, proof: self.tree.proof(index.into())? })
    }

    /// The leaf of an account; `None` when it has none.
    pub fn of(&self, account: Address) -> Option<PayoutOpening> {
        let index = self.leaves.binary_search_by_key(&account, |leaf| leaf.account).ok()?;
        self.open(u32::try_from(index).ok()?)
    }

    /// The account's leaf, or what shows that it has none: the two neighbours of the gap, the first or the last leaf
    /// alone, or nothing when there are no leaves.
    pub fn around(&self, account: Address) -> Vec<PayoutOpening> {
        match self.leaves.binary_search_by_key(&account, |leaf| leaf.account) {
            Ok(index) => self.open(index as u32).into_iter().collect(),
            Err(above) => {
                let neighbours = above.checked_sub(1).into_iter().chain([above]);
                neighbours.filter_map(|index| self.open(index as u32)).collect()
            }
        }
    }
}

/// The label words of an epoch, to open them.
#[derive(Clone, Debug)]
pub struct Labels {
    words: Vec<LabelWord>,
    tree: Tree,
}

impl Labels {
    /// The labels tree over words in any order.
    pub fn new(epoch: Epoch, words: &[LabelWord]) -> Self {
        let mut words = words.to_vec();
        words.sort_by_key(LabelWord::position);
        let tree = labels_tree(epoch, &words);
        Self { words, tree }
    }

    /// As [`Labels::new`], over as many blocks as were committed: an operator may commit to empty ones at the end.
    pub fn of_blocks(epoch: Epoch, words: &[LabelWord], n_blocks: u32) -> Self {
        let leaves = words.iter().map(|word| (word.position().into(), word.leaf(epoch)));
        let tree = Tree::sparse(positions(n_blocks), leaves);
        Self { tree, ..Self::new(epoch, words) }
    }

    /// The words, in the order of the tree.
    pub fn words(&self) -> &[LabelWord] {
        &self.words
    }

    /// The tree.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The seat at `position`, taken or empty; `None` outside the tree.
    pub fn open(&self, position: u32) -> Option<LabelOpening> {
        let at = self.words.binary_search_by_key(&position, LabelWord::position);
        let word = at.ok().map(|at| self.words[at]);
        Some(LabelOpening { position, word, proof: self.tree.proof(position.into())? })
    }

    /// The seat of a labeler; `None` when it has none.
    pub fn of(&self, labeler: Address) -> Option<LabelOpening> {
        let word = self.words.iter().find(|word| word.labeler == labeler)?;
        self.open(word.position())
    }

    /// A whole block; `None` outside the tree.
    pub fn block(&self, block: u32) -> Option<BlockOpening> {
        let words = self.words.iter().filter(|word| word.block == block).copied().collect();
        Some(BlockOpening { block, words, proof: self.tree.subtree_proof(BLOCK_DEPTH, block.into())? })
    }
}

/// The gold of an epoch, to open it.
#[derive(Clone, Debug)]
pub struct Gold {
    words: Vec<GoldWord>,
    tree: Tree,
}

impl Gold {
    /// The gold tree over words in any order.
    pub fn new(words: &[GoldWord]) -> Self {
        let mut words = words.to_vec();
        words.sort_by_key(GoldWord::position);
        let tree = gold_tree(&words);
        Self { words, tree }
    }

    /// As [`Gold::new`], over as many blocks as were committed.
    pub fn of_blocks(words: &[GoldWord], n_blocks: u32) -> Self {
        let leaves = words.iter().map(|word| (word.position().into(), word.leaf()));
        let tree = Tree::sparse(positions(n_blocks), leaves);
        Self { tree, ..Self::new(words) }
    }

    /// The words, in the order of the tree.
    pub fn words(&self) -> &[GoldWord] {
        &self.words
    }

    /// The tree.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The seat at `position`, with gold or without; `None` outside the tree, where no seat has gold.
    pub fn open(&self, position: u32) -> Option<GoldOpening> {
        let at = self.words.binary_search_by_key(&position, GoldWord::position);
        let word = at.ok().map(|at| self.words[at]);
        Some(GoldOpening { position, word, proof: self.tree.proof(position.into())? })
    }
}

fn positions(n_blocks: u32) -> u64 {
    u64::from(n_blocks) * MAX_ROSTER as u64
}
