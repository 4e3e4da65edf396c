//! All pays of an epoch and the tree that they are claimed from.

use super::{
    CampaignTerms, EpochTerms, Statement, TermsError,
    dmi::{Counts, majority_of_others},
    masks,
    statement::Evidence,
};
use crate::{
    Choice, Epoch,
    eip712::typed,
    labels::{LabelWord, MAX_ROSTER, Seat},
    merkle::Tree,
};
use alloy_primitives::{Address, B256, U256, U512};
use alloy_sol_types::SolStruct;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What one account may have claimed in all once the root is approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PayoutLeaf {
    /// Who is paid.
    pub account: Address,
    /// Sum of its pays over all epochs, in wei.
    #[serde(with = "crate::decimal")]
    pub cumulative: U256,
    /// Sum of `cumulative` of all leaves before this one, in wei.
    #[serde(with = "crate::decimal")]
    pub running_total: U256,
}

impl PayoutLeaf {
    /// Its hash in the payouts tree.
    pub fn hash(&self) -> B256 {
        typed::PayoutLeaf {
            account: self.account,
            cumulative: self.cumulative,
            runningTotal: self.running_total,
        }
        .eip712_hash_struct()
    }
}

/// A leaf and where it is in the tree: what a claim needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutProof {
    /// Position of the leaf.
    pub index: u32,
    /// The leaf.
    pub leaf: PayoutLeaf,
    /// Siblings, bottom up.
    pub proof: Vec<B256>,
}

/// Result of an epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochPayouts {
    /// One for each labeler that answered anything, ascending by (block, labeler).
    pub statements: Vec<Statement>,
    /// One for each account that ever earned anything, ascending by account.
    pub leaves: Vec<PayoutLeaf>,
    /// Tree over the leaves; its root is the `payoutsRoot`.
    pub tree: Tree,
}

impl EpochPayouts {
    /// Sum of all cumulative amounts, in wei.
    pub fn total_cumulative(&self) -> U256 {
        self.leaves.last().map_or(U256::ZERO, |leaf| leaf.running_total + leaf.cumulative)
    }

    /// The leaf and proof of an account; `None` when it never earned anything.
    pub fn proof(&self, account: Address) -> Option<PayoutProof> {
        let index = self.leaves.binary_search_by_key(&account, |leaf| leaf.account).ok()?;
        let proof = self.tree.proof(index)?;
        Some(PayoutProof { index: u32::try_from(index).ok()?, leaf: self.leaves[index], proof })
    }
}

/// Why an epoch has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RewardError {
    /// The terms cannot be those of an epoch.
    #[error("the terms are invalid")]
    Terms(#[source] TermsError),
    /// Somebody answered without a seat in the block.
    #[error("{labeler} answered in block {block} without a seat there")]
    NoSeat {
        /// Who.
        labeler: Address,
        /// Where.
        block: u32,
    },
    /// A labeler has two seats or two words in the epoch.
    #[error("{0} has more than one seat or word")]
    TwoSeats(Address),
    /// More than [`MAX_ROSTER`] members.
    #[error("block {0} has more than {MAX_ROSTER} members")]
    LargeRoster(u32),
    /// An answer outside the block's slots, or B where nothing is valid.
    #[error("the word of {0} has bits where none can be")]
    StrayBits(Address),
    /// Somebody would have earned 2^256 wei.
    #[error("the sum of all pays does not fit into 256 bits")]
    Overflow,
}

/// Compute every pay of an epoch and the next payouts tree.
///
/// * `secret`: the operator's; opens the overlap and the gold.
/// * `seed`: zero when the secret was never revealed. Then nothing is known about the slots: base pay only, no gold gate,
///   and `secret` is not read.
/// * `seats`: all of the epoch; a labeler has at most one.
/// * `words`: all leaves of the labels tree, in any order. Who has a word belongs to its block's roster.
/// * `gold`: committed answers. A gold slot whose task has none is not counted.
/// * `previous`: cumulative amount of every account that earned before, from the last settled tree.
///
/// The result does not depend on the order of `seats` and `words`. The sum of pays is at most `terms.budget`.
///
/// # Errors
/// See [`RewardError`]; all of them mean that the inputs are not those of an epoch.
#[expect(clippy::too_many_arguments, reason = "the inputs of the rule, each from another place")]
pub fn epoch_payouts(
    terms: &EpochTerms,
    epoch: Epoch,
    secret: B256,
    seed: B256,
    seats: &[Seat],
    words: &[LabelWord],
    gold: &BTreeMap<B256, Choice>,
    previous: &BTreeMap<Address, U256>,
) -> Result<EpochPayouts, RewardError> {
    let terms = &terms.campaign;
    terms.check().map_err(RewardError::Terms)?;
    let seats = seats_by_labeler(seats)?;
    let opening = (!seed.is_zero()).then_some(Opening { secret, seed, epoch, gold });
    let mut statements = Vec::with_capacity(words.len());
    for (block, roster) in rosters(terms, words)? {
        for evidence in block_evidence(terms, opening.as_ref(), block, &roster, &seats)? {
            statements.push(Statement::judge(terms, &evidence));
        }
    }
    scale_to_budget(terms.budget, &mut statements);
    let leaves = payout_leaves(&statements, previous)?;
    let tree = payouts_tree(&leaves);
    Ok(EpochPayouts { statements, leaves, tree })
}

/// The payouts tree over leaves that ascend by account.
pub fn payouts_tree(leaves: &[PayoutLeaf]) -> Tree {
    Tree::new(leaves.iter().map(PayoutLeaf::hash).collect())
}

/// What the revealed secret tells about an epoch.
struct Opening<'a> {
    secret: B256,
    seed: B256,
    epoch: Epoch,
    gold: &'a BTreeMap<B256, Choice>,
}

fn seats_by_labeler(seats: &[Seat]) -> Result<BTreeMap<Address, &Seat>, RewardError> {
    let mut by_labeler = BTreeMap::new();
    for seat in seats {
        if by_labeler.insert(seat.labeler, seat).is_some() {
            return Err(RewardError::TwoSeats(seat.labeler));
        }
    }
    Ok(by_labeler)
}

/// Words by block, ascending by labeler.
fn rosters(terms: &CampaignTerms, words: &[LabelWord]) -> Result<BTreeMap<u32, Vec<LabelWord>>, RewardError> {
    let mut words = words.to_vec();
    words.sort_by_key(|word| word.labeler);
    if let Some(pair) = words.windows(2).find(|pair| pair[0].labeler == pair[1].labeler) {
        return Err(RewardError::TwoSeats(pair[0].labeler));
    }
    let mut rosters: BTreeMap<u32, Vec<LabelWord>> = BTreeMap::new();
    for word in words {
        if word.valid.bit_len() > terms.block_slots.into() || !(word.answers & !word.valid).is_zero() {
            return Err(RewardError::StrayBits(word.labeler));
        }
        let roster = rosters.entry(word.block).or_default();
        if roster.len() == MAX_ROSTER {
            return Err(RewardError::LargeRoster(word.block));
        }
        roster.push(word);
    }
    Ok(rosters)
}

fn block_evidence(
    terms: &CampaignTerms,
    opening: Option<&Opening>,
    block: u32,
    roster: &[LabelWord],
    seats: &BTreeMap<Address, &Seat>,
) -> Result<Vec<Evidence>, RewardError> {
    let halves = opening.map(|o| {
        let overlap = masks::overlap(terms, o.secret, o.epoch, block);
        let first = masks::first_half(terms, o.seed, overlap, o.epoch, block);
        [first, overlap & !first]
    });
    let judge = |(member, word): (usize, &LabelWord)| {
        let seat = seats.get(&word.labeler).filter(|seat| seat.block == block);
        let seat = seat.ok_or(RewardError::NoSeat { labeler: word.labeler, block })?;
        let (gold_right, gold_answered) = opening.map_or((0, 0), |o| gold_counts(terms, o, seat, word));
        Ok(Evidence {
            labeler: word.labeler,
            block,
            seat: seat.seat,
            n_valid: u16::try_from(word.valid.count_ones()).expect("a word has 256 bits"),
            gold_right,
            gold_answered,
            halves: halves.map(|[first, second]| {
                let majority = majority_of_others(roster, member, first | second);
                [first, second].map(|half| Counts::of(word, &majority, half))
            }),
            n_roster: roster.len(),
        })
    };
    roster.iter().enumerate().map(judge).collect()
}

/// Gold slots of the seat that were answered right, and that were answered at all.
fn gold_counts(terms: &CampaignTerms, opening: &Opening, seat: &Seat, word: &LabelWord) -> (u16, u16) {
    let mask = masks::gold(terms, opening.secret, opening.epoch, seat.block, seat.seat);
    let (mut right, mut answered) = (0, 0);
    for (slot, task_id) in seat.task_ids.iter().enumerate().take(256).filter(|&(slot, _)| mask.bit(slot)) {
        if let (Some(known), Some(answer)) = (opening.gold.get(task_id), word.get(slot)) {
            answered += 1;
            right += u16::from(*known == answer);
        }
    }
    (right, answered)
}

/// Scale raw pays down to the budget: `floor(raw · budget / sum)`.
fn scale_to_budget(budget: U256, statements: &mut [Statement]) {
    // At most 2^32 blocks of 32 raw pays below 2^200 each.
    let sum: U512 = statements.iter().map(|s| U512::from(s.raw)).sum();
    let budget = U512::from(budget);
    if sum > budget {
        for statement in statements {
            statement.pay = U256::from(U512::from(statement.raw) * budget / sum);
        }
    }
}

fn payout_leaves(
    statements: &[Statement],
    previous: &BTreeMap<Address, U256>,
) -> Result<Vec<PayoutLeaf>, RewardError> {
    let mut cumulative = previous.clone();
    for statement in statements {
        let amount = cumulative.entry(statement.labeler).or_default();
        *amount = amount.checked_add(statement.pay).ok_or(RewardError::Overflow)?;
    }
    let mut running_total = U256::ZERO;
    let mut leaves = Vec::with_capacity(cumulative.len());
    for (account, cumulative) in cumulative.into_iter().filter(|(_, amount)| !amount.is_zero()) {
        leaves.push(PayoutLeaf { account, cumulative, running_total });
        running_total = running_total.checked_add(cumulative).ok_or(RewardError::Overflow)?;
    }
    Ok(leaves)
}
