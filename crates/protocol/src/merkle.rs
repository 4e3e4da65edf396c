//! Positional Merkle tree: the index of a leaf decides left or right at each level.
//!
//! Leaves are padded with zero words to the next power of two; a node is keccak256(left ‖ right). The root of one leaf is
//! the leaf, the root of none is zero. A leaf value must be the hash of a typed structure longer than 64 bytes, so that
//! an inner node can never be taken for a leaf.

use alloy_primitives::{B256, keccak256};

/// Longest proof that the contracts accept is one shorter than this.
pub const MAX_DEPTH: usize = 32;

/// A whole tree in memory, for roots and proofs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// `levels[0]` are the padded leaves, the last level is the root.
    levels: Vec<Vec<B256>>,
    n_leaves: usize,
}

impl Tree {
    /// Build the tree over `leaves` in their order.
    pub fn new(mut leaves: Vec<B256>) -> Self {
        let n_leaves = leaves.len();
        leaves.resize(n_leaves.max(1).next_power_of_two(), B256::ZERO);
        let mut levels = vec![leaves];
        while levels[levels.len() - 1].len() > 1 {
            let below = &levels[levels.len() - 1];
            levels.push(below.chunks_exact(2).map(|pair| node(pair[0], pair[1])).collect());
        }
        Self { levels, n_leaves }
    }

    /// The root; zero when there are no leaves.
    pub fn root(&self) -> B256 {
        self.levels[self.levels.len() - 1][0]
    }

    /// Leaves without padding.
    pub fn leaves(&self) -> &[B256] {
        &self.levels[0][..self.n_leaves]
    }

    /// Siblings of leaf `index`, bottom up; `None` past the last leaf.
    pub fn proof(&self, index: usize) -> Option<Vec<B256>> {
        let siblings = &self.levels[..self.levels.len() - 1];
        (index < self.n_leaves)
            .then(|| siblings.iter().enumerate().map(|(k, level)| level[(index >> k) ^ 1]).collect())
    }
}

/// Root that `leaf` at `index` and its siblings fold to; `None` when the proof is too long or the index does not fit it.
pub fn fold(leaf: B256, index: u64, proof: &[B256]) -> Option<B256> {
    if proof.len() >= MAX_DEPTH || index >= 1 << proof.len() {
        return None;
    }
    Some(proof.iter().enumerate().fold(leaf, |hash, (k, &sibling)| {
        if index >> k & 1 == 0 { node(hash, sibling) } else { node(sibling, hash) }
    }))
}

/// Whether `leaf` is at `index` of the tree with this root.
pub fn verify(root: B256, leaf: B256, index: u64, proof: &[B256]) -> bool {
    fold(leaf, index, proof) == Some(root)
}

fn node(left: B256, right: B256) -> B256 {
    keccak256([left.0, right.0].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(n: usize) -> Vec<B256> {
        (0..n).map(|i| keccak256([i as u8; 96])).collect()
    }

    #[test]
    fn small_trees_have_the_roots_of_their_definition() {
        let l = leaves(3);
        assert_eq!(Tree::new(vec![]).root(), B256::ZERO);
        assert_eq!(Tree::new(leaves(1)).root(), l[0]);
        assert_eq!(Tree::new(leaves(2)).root(), node(l[0], l[1]));
        assert_eq!(Tree::new(leaves(3)).root(), node(node(l[0], l[1]), node(l[2], B256::ZERO)));
    }

    #[test]
    fn every_leaf_proves_itself_at_its_index_and_nowhere_else() {
        for n in 1..=33 {
            let tree = Tree::new(leaves(n));
            for (i, &leaf) in tree.leaves().iter().enumerate() {
                let proof = tree.proof(i).unwrap();
                for j in 0..n as u64 + 2 {
                    assert_eq!(verify(tree.root(), leaf, j, &proof), j == i as u64, "{n} {i} {j}");
                }
            }
            assert_eq!(tree.proof(n), None);
        }
    }

    #[test]
    fn a_changed_leaf_sibling_or_length_is_refused() {
        let tree = Tree::new(leaves(5));
        let proof = tree.proof(4).unwrap();
        assert!(verify(tree.root(), tree.leaves()[4], 4, &proof));
        assert!(!verify(tree.root(), tree.leaves()[3], 4, &proof));
        assert!(!verify(tree.root(), tree.leaves()[4], 4, &proof[..2]));
        let mut other = proof.clone();
        other[1] = B256::repeat_byte(7);
        assert!(!verify(tree.root(), tree.leaves()[4], 4, &other));
        assert_eq!(fold(tree.root(), 0, &[B256::ZERO; 32]), None);
    }
}
