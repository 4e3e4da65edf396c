//! Which way the chain goes: pure, so that it can be tried with every sequence of heads.
//!
//! A reorganisation is a *different hash at a height that we hold*, or a next block with another parent; never a lower
//! head alone, which a node that lags behind has too.

use alloy::primitives::B256;
use std::collections::BTreeMap;

/// What a header says about its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    pub number: u64,
    pub hash: B256,
    pub parent_hash: B256,
}

/// Hashes that we hold, by height. It may have holes; the highest is the tip.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Window(BTreeMap<u64, B256>);

impl Window {
    pub fn hold(&mut self, number: u64, hash: B256) {
        self.0.insert(number, hash);
    }

    pub fn tip(&self) -> Option<(u64, B256)> {
        self.0.last_key_value().map(|(number, hash)| (*number, *hash))
    }
}

/// What a node's head means for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is our tip.
    Duplicate,
    /// It follows our tip.
    Extend,
    /// These blocks come first, up to the head itself.
    Gap { from: u64, to: u64 },
    /// We hold it already and more: the node lags.
    Behind,
    /// Our tip is on another branch.
    Fork,
}

/// Compare a node's head with what we hold. A head below everything that we hold is behind.
pub fn step(window: &Window, head: &Link) -> Step {
    let Some((tip, hash)) = window.tip() else { return Step::Gap { from: 0, to: head.number } };
    match window.0.get(&head.number) {
        Some(held) if *held != head.hash => Step::Fork,
        Some(_) if head.number == tip => Step::Duplicate,
        _ if head.number <= tip => Step::Behind,
        _ if head.number > tip + 1 => Step::Gap { from: tip + 1, to: head.number },
        _ if head.parent_hash == hash => Step::Extend,
        _ => Step::Fork,
    }
}

/// Search for the last block that two chains share: first in growing strides downwards, because most forks are shallow,
/// then by halves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForkSearch {
    /// Lowest height that we hold.
    floor: u64,
    /// Highest height known to be shared.
    shared: Option<u64>,
    /// Lowest height known to differ.
    differs: u64,
    stride: u64,
}

impl ForkSearch {
    /// We hold `floor..` and the chains differ at `differs` and above.
    pub fn new(floor: u64, differs: u64) -> Self {
        Self { floor, shared: None, differs, stride: 1 }
    }

    /// The height to compare next; `None` when the search is over.
    pub fn probe(&self) -> Option<u64> {
        match self.shared {
            _ if self.differs <= self.floor => None,
            Some(shared) if self.differs - shared <= 1 => None,
            Some(shared) => Some(shared + (self.differs - shared) / 2),
            None => Some(self.differs.saturating_sub(self.stride).max(self.floor)),
        }
    }

    /// What the comparison at [`ForkSearch::probe`] said.
    pub fn answer(&mut self, height: u64, is_shared: bool) {
        if is_shared {
            self.shared = Some(height);
        } else {
            self.differs = height;
            self.stride *= 2;
        }
    }

    /// The last shared height, after the search; `None` when not even the lowest is.
    pub fn fork_point(&self) -> Option<u64> {
        self.shared
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What a node may do between two looks at it.
    #[derive(Clone, Debug)]
    enum Act {
        /// Mine this many blocks.
        Mine(u8),
        /// Replace this many blocks by others, and mine so many more.
        Fork { depth: u8, more: u8 },
        /// Answer with a head so much lower than the real one.
        Lag(u8),
        /// Answer with the same head again.
        Repeat,
    }

    fn act() -> impl Strategy<Value = Act> {
        prop_oneof![
            4 => (1..6_u8).prop_map(Act::Mine),
            3 => (1..12_u8, 0..4_u8).prop_map(|(depth, more)| Act::Fork { depth, more }),
            2 => (1..8_u8).prop_map(Act::Lag),
            1 => Just(Act::Repeat),
        ]
    }

    /// A chain as the hashes of its blocks; a salt makes each branch's hashes its own.
    struct Node {
        blocks: Vec<B256>,
        salt: u64,
    }

    impl Node {
        fn mine(&mut self, n: u8) {
            for _ in 0..n {
                let (parent, salt) = (self.blocks[self.blocks.len() - 1], self.salt);
                self.blocks
                    .push(alloy::primitives::keccak256([parent.as_slice(), &salt.to_be_bytes()].concat()));
            }
        }

        fn link(&self, number: u64) -> Link {
            let at = usize::try_from(number).unwrap();
            let parent_hash = at.checked_sub(1).map_or(B256::ZERO, |parent| self.blocks[parent]);
            Link { number, hash: self.blocks[at], parent_hash }
        }

        fn head(&self) -> u64 {
            self.blocks.len() as u64 - 1
        }
    }

    /// Follow one head as the indexer does. Returns what the step was.
    fn follow(held: &mut Window, node: &Node, head: u64) -> Step {
        let step = step(held, &node.link(head));
        match step {
            Step::Duplicate | Step::Behind => {}
            Step::Extend => held.hold(head, node.link(head).hash),
            Step::Gap { from, to } => {
                for number in from..=to {
                    // A block whose parent is not our tip shows the fork behind a gap.
                    let link = node.link(number);
                    if held.tip().is_some_and(|(_, tip)| tip != link.parent_hash) {
                        return unwind(held, node, held.tip().unwrap().0);
                    }
                    held.hold(number, link.hash);
                }
            }
            Step::Fork => return unwind(held, node, head.min(held.tip().unwrap().0)),
        }
        step
    }

    fn unwind(held: &mut Window, node: &Node, differs: u64) -> Step {
        let mut search = ForkSearch::new(0, differs);
        while let Some(height) = search.probe() {
            search.answer(height, held.0.get(&height) == Some(&node.link(height).hash));
        }
        let fork = search.fork_point().expect("genesis is shared");
        assert!(fork < differs);
        held.0.retain(|number, _| *number <= fork);
        Step::Fork
    }

    proptest! {
        #[test]
        fn every_sequence_of_heads_ends_in_what_a_fresh_reader_of_the_chain_holds(acts in prop::collection::vec(act(), 1..60)) {
            let mut node = Node { blocks: vec![B256::repeat_byte(1)], salt: 0 };
            let mut held = Window::default();
            held.hold(0, node.blocks[0]);
            for act in acts {
                let mut head = node.head();
                let synced = held.tip().unwrap() == (head, node.blocks[node.blocks.len() - 1]);
                match act {
                    Act::Mine(n) => node.mine(n),
                    Act::Fork { depth, more } => {
                        let depth = usize::from(depth).min(node.blocks.len() - 1);
                        node.blocks.truncate(node.blocks.len() - depth);
                        node.salt += 1;
                        node.mine(u8::try_from(depth).unwrap() + more);
                    }
                    Act::Lag(n) => {
                        head = head.saturating_sub(u64::from(n));
                        let before = held.clone();
                        let step = follow(&mut held, &node, head);
                        if synced && head < node.head() {
                            prop_assert_eq!(step, Step::Behind);
                            prop_assert_eq!(&before, &held);
                        }
                    }
                    Act::Repeat => {
                        follow(&mut held, &node, head);
                    }
                }
                // The real head is seen until nothing is new, as `sync_once` does.
                while follow(&mut held, &node, node.head()) != Step::Duplicate {}
                let fresh: BTreeMap<u64, B256> = (0..).zip(node.blocks.iter().copied()).collect();
                prop_assert_eq!(&held.0, &fresh);
            }
        }

        #[test]
        fn a_fork_is_found_with_about_twice_the_logarithm_of_its_depth(floor in 0..1000_u64, shared in 0..5000_u64, depth in 1..5000_u64) {
            let (fork, differs) = (floor + shared, floor + shared + depth);
            let mut search = ForkSearch::new(floor, differs);
            let mut n_probes = 0;
            while let Some(height) = search.probe() {
                prop_assert!((floor..differs).contains(&height));
                search.answer(height, height <= fork);
                n_probes += 1;
            }
            prop_assert_eq!(search.fork_point(), Some(fork));
            prop_assert!(n_probes <= 2 * (depth.ilog2() + 2), "{} probes for {}", n_probes, depth);
        }
    }

    #[test]
    fn a_chain_that_shares_nothing_has_no_fork_point() {
        let mut search = ForkSearch::new(5, 20);
        while let Some(height) = search.probe() {
            search.answer(height, false);
        }
        assert_eq!(search.fork_point(), None);
    }

    #[test]
    fn a_lower_head_is_a_fork_only_with_another_hash() {
        let mut window = Window::default();
        for number in 5..10 {
            window.hold(number, B256::with_last_byte(u8::try_from(number).unwrap()));
        }
        let head = |number, hash| Link { number, hash: B256::with_last_byte(hash), parent_hash: B256::ZERO };
        assert_eq!(step(&window, &head(7, 7)), Step::Behind);
        assert_eq!(step(&window, &head(7, 99)), Step::Fork);
        assert_eq!(step(&window, &head(3, 99)), Step::Behind);
        assert_eq!(step(&window, &head(9, 9)), Step::Duplicate);
        assert_eq!(step(&window, &head(9, 99)), Step::Fork);
        assert_eq!(step(&window, &head(10, 99)), Step::Fork);
        assert_eq!(step(&window, &head(12, 99)), Step::Gap { from: 10, to: 12 });
    }
}
