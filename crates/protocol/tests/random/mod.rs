//! Random epochs from a seed: the same ones on every machine.

// Not every program that draws epochs needs all of it.
#![allow(dead_code)]

pub mod proposals;

use alloy_primitives::{Address, B256, U256, keccak256};
use protocol::{CampaignTerms, EpochTerms, GoldWord, LabelWord, labels::MAX_BLOCKS, rewards::Statement};
use std::collections::{BTreeMap, BTreeSet};

/// A chain of keccak hashes.
pub struct Rng(B256);

impl Rng {
    pub fn new(seed: u64) -> Self {
        Self(keccak256(seed.to_be_bytes()))
    }

    pub fn word(&mut self) -> U256 {
        self.0 = keccak256(self.0);
        // Not the state itself, so that what was drawn does not give away what follows.
        U256::from_be_bytes(keccak256([self.0.as_slice(), b"word"].concat()).0)
    }

    pub fn hash(&mut self) -> B256 {
        self.word().into()
    }

    pub fn address(&mut self) -> Address {
        Address::from_word(self.hash())
    }

    pub fn below(&mut self, n: u64) -> u64 {
        (self.word() % U256::from(n)).to()
    }

    /// True in `percent` of 100 cases.
    pub fn in_percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub fn pick<T: Copy>(&mut self, options: &[T]) -> T {
        options[self.below(options.len() as u64) as usize]
    }

    /// One of `corners`, or any number up to `most`; never more than `most`.
    pub fn number(&mut self, corners: &[u16], most: u16) -> u16 {
        let corners: Vec<_> = corners.iter().copied().filter(|&corner| corner <= most).collect();
        if !corners.is_empty() && self.in_percent(50) {
            self.pick(&corners)
        } else {
            self.below(u64::from(most) + 1) as u16
        }
    }

    /// An amount below 2^`bits`, often at its ends.
    pub fn amount(&mut self, bits: usize) -> U256 {
        let most = (U256::from(1) << bits) - U256::from(1);
        match self.below(6) {
            0 => U256::ZERO,
            1 => most,
            2 => U256::from(10).pow(U256::from(18)).min(most),
            _ => self.word() & most,
        }
    }
}

/// Everything that [`protocol::rewards::epoch_payouts`] reads.
#[derive(Clone, Debug)]
pub struct RandomEpoch {
    pub terms: EpochTerms,
    pub secret: B256,
    /// Zero in one of ten cases.
    pub seed: B256,
    /// Ascending by position, as the tree.
    pub words: Vec<LabelWord>,
    /// Of the seats of `words`, in their order; some without gold.
    pub gold: Vec<GoldWord>,
}

impl RandomEpoch {
    /// An epoch of these blocks, each with at least one member.
    pub fn new(rng: &mut Rng, blocks: &[u32]) -> Self {
        let rosters: Vec<_> = blocks.iter().map(|&block| (block, roster_size(rng))).collect();
        Self::of_rosters(rng, &rosters)
    }

    /// An epoch of this many members, in blocks with gaps between them.
    pub fn of_size(rng: &mut Rng, n_members: u64) -> Self {
        let (mut rosters, mut n_left, mut block) = (vec![], n_members, 0);
        while n_left > 0 {
            let n = roster_size(rng).min(n_left);
            block += if rng.in_percent(20) { 1 + rng.below(3) as u32 } else { 0 };
            rosters.push((block, n));
            (n_left, block) = (n_left - n, block + 1);
        }
        Self::of_rosters(rng, &rosters)
    }

    /// Blocks, ascending, with the number of their members.
    fn of_rosters(rng: &mut Rng, rosters: &[(u32, u64)]) -> Self {
        let (terms, secret) = (terms(rng, rosters.last().map_or(0, |last| last.0)), rng.hash());
        let seed = if rng.in_percent(10) { B256::ZERO } else { rng.hash() };
        let mut epoch = Self { terms, secret, seed, words: vec![], gold: vec![] };
        for &(block, n_members) in rosters {
            epoch.add_block(rng, block, n_members);
        }
        epoch
    }

    fn add_block(&mut self, rng: &mut Rng, block: u32, n_members: u64) {
        let mut seats = BTreeSet::new();
        while seats.len() < n_members as usize {
            seats.insert(rng.below(32) as u32);
        }
        let slots = U256::MAX >> (256 - usize::from(self.terms.campaign.block_slots));
        let truth = rng.word();
        for seat in seats {
            let last = self.words.last().copied().filter(|word| word.block == block);
            let (answers, valid) = answers(rng, truth, last.as_ref());
            let valid = valid & slots;
            let labeler = rng.address();
            let word = LabelWord { block, seat, labeler, answers: answers & valid, valid };
            self.words.push(word);
            let answers = match rng.below(4) {
                0 => rng.word(),
                1 => word.answers,
                2 => word.answers ^ rare(rng),
                _ => word.answers ^ (rng.word() & rng.word()),
            };
            let tasks_hash = if rng.in_percent(20) { B256::ZERO } else { rng.hash() };
            self.gold.push(GoldWord { block, seat, answers, tasks_hash });
        }
    }
}

/// What became of a member's gold.
pub fn gold_kind(statement: &Statement) -> &'static str {
    let (right, answered, slots) = (statement.gold_right, statement.gold_answered, statement.gold_slots);
    match () {
        () if slots == 0 => "no gold",
        () if answered == 0 => "none answered",
        () if right < answered - right => "more wrong than right",
        () if answered < slots => "some left out or tied",
        () if right < answered => "some wrong",
        () => "all right",
    }
}

fn roster_size(rng: &mut Rng) -> u64 {
    match rng.below(8) {
        0 => 1,
        1 => 2,
        2 => 5,
        3 => 12,
        4 => 32,
        _ => 1 + rng.below(32),
    }
}

/// One to four blocks, ascending, not always without gaps.
pub fn blocks(rng: &mut Rng) -> Vec<u32> {
    let mut blocks: Vec<u32> = (0..4).filter(|_| rng.in_percent(60)).collect();
    blocks.push(5 + rng.below(3) as u32);
    blocks.drain(..rng.below(blocks.len() as u64) as usize);
    blocks
}

/// Accounts that earned before: some of the labelers, some others, some with nothing.
pub fn earlier(rng: &mut Rng, words: &[LabelWord], n_others: u64) -> BTreeMap<Address, U256> {
    let veterans: Vec<_> = words.iter().filter(|_| rng.in_percent(40)).map(|word| word.labeler).collect();
    let others: Vec<_> = (0..n_others).map(|_| rng.address()).collect();
    veterans.into_iter().chain(others).map(|account| (account, rng.amount(90))).collect()
}

/// One bit of sixteen.
fn rare(rng: &mut Rng) -> U256 {
    (0..4).fold(U256::MAX, |mask, _| mask & rng.word())
}

/// Answers and which of them are valid, of one of the kinds of labelers there are.
fn answers(rng: &mut Rng, truth: U256, last: Option<&LabelWord>) -> (U256, U256) {
    let valid = match rng.below(8) {
        0 => U256::ZERO,
        1 => rng.word(),
        2 => rng.word() | rng.word() | rng.word(),
        _ => U256::MAX,
    };
    match (rng.below(10), last) {
        (0, _) => (U256::ZERO, valid),
        (1, _) => (U256::MAX, valid),
        (2, _) => (rng.word(), valid),
        (3, _) => (!truth, valid),
        (4, Some(last)) => (last.answers, last.valid),
        _ => (truth ^ (rng.word() & rng.word()), valid),
    }
}

fn terms(rng: &mut Rng, last_block: u32) -> EpochTerms {
    let block_slots = rng.number(&[1, 2, 3, 31, 96, 255, 256], 255).max(1);
    let block_slots = if rng.in_percent(15) { 256 } else { block_slots };
    let overlap_slots = rng.number(&[0, 2, 16, 64, block_slots & !1], block_slots) & !1;
    let gold_slots = rng.number(&[0, 8, 16, block_slots - overlap_slots], block_slots - overlap_slots);
    let gold_blocks = (u64::from(last_block) + rng.below(4)).clamp(1, MAX_BLOCKS.into()) as u32;
    let has_gold = gold_slots > 0;
    EpochTerms {
        campaign: CampaignTerms {
            budget: rng.amount(100).max(U256::from(1)),
            base_pay: rng.amount(72).to(),
            alpha_pay: rng.amount(72).to(),
            block_slots,
            overlap_slots,
            gold_slots,
            min_overlap: rng.number(&[0, 1, 2, overlap_slots], overlap_slots),
            min_roster: rng.number(&[0, 1, 2, 12], 32),
        },
        gold_blocks: if has_gold { gold_blocks } else { 0 },
        gold_root: if has_gold { rng.hash() } else { B256::ZERO },
        secret_hash: rng.hash(),
        campaign_hash: rng.hash(),
    }
}
