//! Positional Merkle tree: the index of a leaf decides left or right at each level.
//!
//! Leaves are padded with zero words to the next power of two; a node is keccak256(left ‖ right). The root of one leaf is
//! the leaf, the root of none is zero. A leaf value must be the hash of a typed structure longer than 64 bytes, so that
//! an inner node can never be taken for a leaf, or zero for an empty position.
//!
//! A proof has exactly [`depth`] siblings. This is a rule of security: with any other length, one index would name several
//! nodes, and two proofs that do not contradict each other could look as if they did.

use alloy_primitives::{B256, keccak256};

/// Siblings of a proof in a tree of `count` leaves: ceil(log2(count)).
pub fn depth(count: u64) -> usize {
    (64 - count.saturating_sub(1).leading_zeros()) as usize
}

/// A whole tree in memory, for roots and proofs. Takes room for the leaves that are not zero, wherever they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    count: u64,
    /// Nodes whose subtree is not all zero, ascending by index; `levels[0]` are leaves, the last level is the root.
    levels: Vec<Vec<(u64, B256)>>,
    /// Root of an all-zero subtree of each level.
    zeros: Vec<B256>,
}

impl Tree {
    /// Build the tree over `leaves` in their order.
    pub fn new(leaves: impl IntoIterator<Item = B256>) -> Self {
        let leaves: Vec<_> = (0..).zip(leaves).collect();
        Self::build(leaves.len() as u64, leaves)
    }

    /// Build a tree of `count` positions with `leaves` at theirs and zero words elsewhere. Positions outside the tree
    /// are ignored; of two leaves at one position the first counts.
    pub fn sparse(count: u64, leaves: impl IntoIterator<Item = (u64, B256)>) -> Self {
        let mut leaves: Vec<_> = leaves.into_iter().filter(|&(index, _)| index < count).collect();
        leaves.sort_by_key(|&(index, _)| index);
        leaves.dedup_by_key(|&mut (index, _)| index);
        Self::build(count, leaves)
    }

    fn build(count: u64, mut leaves: Vec<(u64, B256)>) -> Self {
        leaves.retain(|(_, leaf)| !leaf.is_zero());
        let (mut levels, mut zeros) = (vec![leaves], vec![B256::ZERO]);
        for level in 0..depth(count) {
            let zero = zeros[level];
            let siblings = levels[level].chunk_by(|a, b| a.0 / 2 == b.0 / 2);
            let above = siblings.map(|pair| match *pair {
                [(index, left), (_, right)] => (index / 2, node(left, right)),
                [(index, only), ..] if index % 2 == 0 => (index / 2, node(only, zero)),
                [(index, only), ..] => (index / 2, node(zero, only)),
                [] => unreachable!("chunks are not empty"),
            });
            levels.push(above.collect());
            zeros.push(node(zero, zero));
        }
        Self { count, levels, zeros }
    }

    /// The root; zero when there are no positions.
    pub fn root(&self) -> B256 {
        self.node(self.depth(), 0)
    }

    /// Number of positions.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Siblings of a leaf's proof.
    pub fn depth(&self) -> usize {
        self.levels.len() - 1
    }

    /// The leaf at `index`; zero at an empty position and outside the tree.
    pub fn leaf(&self, index: u64) -> B256 {
        self.node(0, index)
    }

    /// Siblings of leaf `index`, bottom up; `None` past the last position.
    pub fn proof(&self, index: u64) -> Option<Vec<B256>> {
        self.subtree_proof(0, index)
    }

    /// Siblings of the subtree number `index` of 2^`level` positions, bottom up; `None` past the last position.
    pub fn subtree_proof(&self, level: usize, index: u64) -> Option<Vec<B256>> {
        let sibling = |k: usize| self.node(k, (index >> (k - level)) ^ 1);
        (level <= self.depth() && index < self.count.div_ceil(1 << level))
            .then(|| (level..self.depth()).map(sibling).collect())
    }

    /// The node number `index` of a level, bottom up; zero subtrees outside.
    pub(crate) fn node(&self, level: usize, index: u64) -> B256 {
        let nodes = &self.levels[level];
        nodes.binary_search_by_key(&index, |&(i, _)| i).map_or(self.zeros[level], |at| nodes[at].1)
    }
}

/// Root that `leaf` at `index` and its siblings fold to, whatever their number.
pub fn fold(leaf: B256, index: u64, proof: &[B256]) -> B256 {
    let mut path = index;
    proof.iter().fold(leaf, |hash, &sibling| {
        let is_left = path & 1 == 0;
        path >>= 1;
        if is_left { node(hash, sibling) } else { node(sibling, hash) }
    })
}

/// Whether `leaf` is at `index` of the tree of `count` positions with this root.
pub fn verify(root: B256, count: u64, leaf: B256, index: u64, proof: &[B256]) -> bool {
    index < count && proof.len() == depth(count) && fold(leaf, index, proof) == root
}

pub(crate) fn node(left: B256, right: B256) -> B256 {
    let mut pair = [0; 64];
    pair[..32].copy_from_slice(left.as_slice());
    pair[32..].copy_from_slice(right.as_slice());
    keccak256(pair)
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
        let zero = B256::ZERO;
        assert_eq!(Tree::new([zero; 3]).root(), node(node(zero, zero), node(zero, zero)));
    }

    #[test]
    fn the_depth_is_that_of_the_padded_tree() {
        let expected = [(0, 0), (1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (32, 5), (33, 6), (1 << 26, 26)];
        for (count, depth_) in expected {
            assert_eq!(depth(count), depth_, "{count}");
        }
    }

    #[test]
    fn every_leaf_proves_itself_at_its_index_and_nowhere_else() {
        for n in 1..=33 {
            let tree = Tree::new(leaves(n));
            for (i, &leaf) in leaves(n).iter().enumerate() {
                let proof = tree.proof(i as u64).unwrap();
                assert_eq!(tree.leaf(i as u64), leaf);
                for j in 0..2 * n as u64 + 2 {
                    let proved = verify(tree.root(), n as u64, leaf, j, &proof);
                    assert_eq!(proved, j == i as u64, "{n} {i} {j}");
                }
            }
            assert_eq!(tree.proof(n as u64), None);
        }
    }

    #[test]
    fn a_sparse_tree_is_the_dense_one_with_zero_words() {
        for (n, taken) in [(1, vec![]), (64, vec![0]), (64, vec![3, 32, 63]), (96, vec![95, 40, 41])] {
            let mut dense = vec![B256::ZERO; n];
            taken.iter().for_each(|&i: &usize| dense[i] = keccak256([i as u8]));
            let sparse = Tree::sparse(n as u64, taken.iter().map(|&i| (i as u64, dense[i])));
            assert_eq!(sparse, Tree::new(dense.clone()));
            for (i, &leaf) in dense.iter().enumerate() {
                let proof = sparse.proof(i as u64).unwrap();
                assert!(verify(sparse.root(), n as u64, leaf, i as u64, &proof));
            }
        }
        let outside = Tree::sparse(4, [(4, keccak256("x")), (u64::MAX, keccak256("y"))]);
        assert_eq!(outside, Tree::new([B256::ZERO; 4]));
    }

    #[test]
    fn a_subtree_proves_itself() {
        let tree = Tree::new(leaves(70));
        for block in 0..3 {
            let root = Tree::new((0..32).map(|i| tree.leaf(block * 32 + i))).root();
            let proof = tree.subtree_proof(5, block).unwrap();
            assert!(verify(tree.root(), 3, root, block, &proof));
        }
        assert_eq!(tree.subtree_proof(5, 3), None);
        assert_eq!(tree.subtree_proof(8, 0), None);
        assert_eq!(tree.subtree_proof(7, 0), Some(vec![]));
    }

    #[test]
    fn a_changed_leaf_sibling_or_length_is_refused() {
        let tree = Tree::new(leaves(5));
        let (leaf, proof) = (tree.leaf(4), tree.proof(4).unwrap());
        assert!(verify(tree.root(), 5, leaf, 4, &proof));
        assert!(!verify(tree.root(), 5, tree.leaf(3), 4, &proof));
        assert!(!verify(tree.root(), 5, leaf, 4, &proof[..2]));
        let mut other = proof.clone();
        other[1] = B256::repeat_byte(7);
        assert!(!verify(tree.root(), 5, leaf, 4, &other));
    }

    #[test]
    fn an_inner_node_is_not_a_leaf_at_a_shorter_or_longer_path() {
        let tree = Tree::new(leaves(5));
        let inner = node(tree.leaf(0), tree.leaf(1));
        let short = tree.subtree_proof(1, 0).unwrap();
        assert_eq!(fold(inner, 0, &short), tree.root());
        assert!(!verify(tree.root(), 5, inner, 0, &short));
        let long = [vec![B256::ZERO], tree.proof(0).unwrap()].concat();
        assert!(!verify(fold(inner, 0, &long), 5, inner, 0, &long));
    }
}
