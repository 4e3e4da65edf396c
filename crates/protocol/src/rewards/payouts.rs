//! All pays of an epoch and the tree that they are claimed from.

use super::{
    CampaignTerms, EpochTerms, Statement, TermsError,
    dmi::{Counts, Tally},
    masks::BlockSlots,
    openings::PayoutOpening,
    statement::Evidence,
};
use crate::{
    eip712::typed,
    labels::{GoldWord, LabelWord, MAX_BLOCKS, MAX_ROSTER, position},
    merkle::Tree,
};
use alloy_primitives::{Address, B256, U256, U512};
use alloy_sol_types::SolStruct;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What an epoch adds to one account before the budget is applied. A claim needs only its hash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawPay {
    /// 1 + position of the account's label leaf; 0 when it did not label in this epoch.
    pub position: u32,
    /// What the rule gives, in wei.
    #[serde(with = "crate::decimal")]
    pub raw: U256,
    /// Sum of `raw` of all leaves before this one, in wei.
    #[serde(with = "crate::decimal")]
    pub running_raw: U256,
}

impl RawPay {
    /// `rawPayHash` of the payout leaf.
    pub fn hash(&self) -> B256 {
        typed::RawPay { position: self.position, raw: self.raw, runningRaw: self.running_raw }
            .eip712_hash_struct()
    }
}

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
    /// What this epoch adds before scaling.
    pub raw_pay: RawPay,
}

impl PayoutLeaf {
    /// Its hash in the payouts tree.
    pub fn hash(&self) -> B256 {
        typed::PayoutLeaf {
            account: self.account,
            cumulative: self.cumulative,
            runningTotal: self.running_total,
            rawPayHash: self.raw_pay.hash(),
        }
        .eip712_hash_struct()
    }
}

/// Result of an epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochPayouts {
    /// One for each labeler that answered anything, ascending by (block, seat).
    pub statements: Vec<Statement>,
    /// One for each account that labeled in the epoch or ever earned anything, ascending by account.
    pub leaves: Vec<PayoutLeaf>,
    /// Tree over the leaves; its root is the `payoutsRoot`.
    pub tree: Tree,
}

impl EpochPayouts {
    /// Sum of all cumulative amounts, in wei; below 2^112.
    pub fn total_cumulative(&self) -> U256 {
        self.leaves.last().map_or(U256::ZERO, |leaf| leaf.running_total + leaf.cumulative)
    }

    /// Sum of all raw pays, in wei; below 2^112.
    pub fn total_raw(&self) -> U256 {
        self.leaves.last().map_or(U256::ZERO, |leaf| leaf.raw_pay.running_raw + leaf.raw_pay.raw)
    }

    /// The leaf and proof of an account; `None` when it neither labeled nor ever earned anything.
    pub fn proof(&self, account: Address) -> Option<PayoutOpening> {
        let index = self.leaves.binary_search_by_key(&account, |leaf| leaf.account).ok()?;
        let index = u32::try_from(index).ok()?;
        Some(PayoutOpening {
            index,
            leaf: self.leaves[index as usize],
            proof: self.tree.proof(index.into())?,
        })
    }
}

/// Why an epoch has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RewardError {
    /// The terms cannot be those of an epoch.
    #[error("the terms are invalid")]
    Terms(#[source] TermsError),
    /// A word that has no place in the labels tree, or no labeler, or the place of another word.
    #[error("the word of {labeler} cannot stand in block {block}, seat {seat}")]
    Position {
        /// Whose.
        labeler: Address,
        /// Where.
        block: u32,
        /// Where.
        seat: u32,
    },
    /// A labeler has two words in the epoch.
    #[error("{0} has more than one seat")]
    TwoSeats(Address),
    /// An answer outside the block's slots, or B where nothing is valid.
    #[error("the word of {0} has bits where none can be")]
    StrayBits(Address),
    /// All accounts together would have earned 2^112 wei.
    #[error("the sum of all pays does not fit into 112 bits")]
    Overflow,
}

/// Compute every pay of an epoch and the next payouts tree.
///
/// * `secret`: the operator's; opens the overlap and the gold.
/// * `seed`: zero when the secret was never revealed. Then nothing is known about the slots: base pay only, whatever the
///   gold, and `secret` is not read.
/// * `words`: all leaves of the labels tree, in any order. Who has a word belongs to its block's roster.
/// * `gold`: all leaves of the gold tree, in any order. A seat without one has no gold.
/// * `previous`: cumulative amount of every account that earned before, from the last settled tree.
///
/// The result does not depend on the order of `words` and `gold`. The sum of pays is at most `terms.budget`.
///
/// # Errors
/// See [`RewardError`]. Malformed labels have no payouts: they are a fraud of the operator's, and the epoch is voided.
pub fn epoch_payouts(
    terms: &EpochTerms,
    secret: B256,
    seed: B256,
    words: &[LabelWord],
    gold: &[GoldWord],
    previous: &BTreeMap<Address, U256>,
) -> Result<EpochPayouts, RewardError> {
    terms.campaign.check().map_err(RewardError::Terms)?;
    let words = sorted(&terms.campaign, words)?;
    let gold: BTreeMap<_, _> = gold
        .iter()
        .filter(|word| word.block < terms.gold_blocks && !word.tasks_hash.is_zero())
        .map(|word| ((word.block, word.seat), word.answers))
        .collect();
    let opening = (!seed.is_zero()).then_some(Opening { secret, seed, gold: &gold });
    let mut statements = Vec::with_capacity(words.len());
    for roster in words.chunk_by(|a, b| a.block == b.block) {
        let block = opening.as_ref().map(|opening| OpenBlock::new(&terms.campaign, opening, roster));
        let evidence = roster.iter().map(|word| evidence(block.as_ref(), word, roster.len()));
        statements.extend(evidence.map(|evidence| Statement::judge(&terms.campaign, &evidence)));
    }
    scale_to_budget(terms.campaign.budget, &mut statements);
    let leaves = payout_leaves(&statements, previous)?;
    let tree = payouts_tree(&leaves);
    Ok(EpochPayouts { statements, leaves, tree })
}

/// The payouts tree over leaves that ascend by account.
pub fn payouts_tree(leaves: &[PayoutLeaf]) -> Tree {
    Tree::new(leaves.iter().map(PayoutLeaf::hash))
}

/// What the revealed secret tells about an epoch.
struct Opening<'a> {
    secret: B256,
    seed: B256,
    /// Known answers by (block, seat).
    gold: &'a BTreeMap<(u32, u32), U256>,
}

/// Words in the order of the labels tree.
fn sorted(terms: &CampaignTerms, words: &[LabelWord]) -> Result<Vec<LabelWord>, RewardError> {
    let mut labelers: Vec<_> = words.iter().map(|word| word.labeler).collect();
    labelers.sort_unstable();
    if let Some(pair) = labelers.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(RewardError::TwoSeats(pair[0]));
    }
    let mut words = words.to_vec();
    words.sort_by_key(|word| (word.block, word.seat));
    let misplaced = |word: &LabelWord| {
        let (labeler, block, seat) = (word.labeler, word.block, word.seat);
        RewardError::Position { labeler, block, seat }
    };
    if let Some(pair) = words.windows(2).find(|pair| pair[0].position() == pair[1].position()) {
        return Err(misplaced(&pair[1]));
    }
    for word in &words {
        if word.block >= MAX_BLOCKS || word.seat as usize >= MAX_ROSTER || word.labeler.is_zero() {
            return Err(misplaced(word));
        }
        if word.valid.bit_len() > terms.block_slots.into() || !(word.answers & !word.valid).is_zero() {
            return Err(RewardError::StrayBits(word.labeler));
        }
    }
    Ok(words)
}

/// What the revealed secret tells about one block.
struct OpenBlock<'a> {
    opening: &'a Opening<'a>,
    slots: BlockSlots,
    halves: [U256; 2],
    tally: Tally,
}

impl<'a> OpenBlock<'a> {
    fn new(terms: &CampaignTerms, opening: &'a Opening, roster: &[LabelWord]) -> Self {
        let slots = BlockSlots::new(terms, opening.secret, roster[0].block);
        let halves = slots.halves(opening.seed);
        let tally = Tally::new(roster, slots.overlap());
        Self { opening, slots, halves, tally }
    }

    fn counts(&self, word: &LabelWord) -> [Counts; 2] {
        let majority = self.tally.without(word);
        self.halves.map(|half| Counts::of(word, &majority, half))
    }

    /// Gold slots of the seat that were answered right, that were answered at all, and that there are.
    fn gold_counts(&self, word: &LabelWord) -> [u16; 3] {
        let Some(known) = self.opening.gold.get(&(word.block, word.seat)) else {
            return [0; 3];
        };
        let gold = self.slots.gold(word.seat);
        let answered = gold & word.valid;
        [answered & !(word.answers ^ known), answered, gold].map(count)
    }
}

fn evidence(block: Option<&OpenBlock>, word: &LabelWord, n_roster: usize) -> Evidence {
    let [gold_right, gold_answered, gold_slots] = block.map_or([0; 3], |block| block.gold_counts(word));
    Evidence {
        labeler: word.labeler,
        block: word.block,
        seat: word.seat,
        n_valid: count(word.valid),
        gold_right,
        gold_answered,
        gold_slots,
        halves: block.map(|block| block.counts(word)),
        n_roster,
    }
}

fn count(mask: U256) -> u16 {
    u16::try_from(mask.count_ones()).expect("a mask has 256 bits")
}

/// Scale raw pays down to the budget: `floor(raw · budget / sum)`.
fn scale_to_budget(budget: U256, statements: &mut [Statement]) {
    // At most 2^26 raw pays below 2^83 each.
    let sum: U256 = statements.iter().map(|s| s.raw).sum();
    if sum > budget {
        for statement in statements {
            statement.pay = U256::from(U512::from(statement.raw) * U512::from(budget) / U512::from(sum));
        }
    }
}

fn payout_leaves(
    statements: &[Statement],
    previous: &BTreeMap<Address, U256>,
) -> Result<Vec<PayoutLeaf>, RewardError> {
    let earned = previous.iter().filter(|(_, amount)| !amount.is_zero());
    let mut accounts: BTreeMap<_, _> = earned.map(|(&account, &amount)| (account, (amount, None))).collect();
    for statement in statements {
        let (amount, labeled) = accounts.entry(statement.labeler).or_default();
        *amount = amount.checked_add(statement.pay).ok_or(RewardError::Overflow)?;
        *labeled = Some(statement);
    }
    let mut leaves = Vec::with_capacity(accounts.len());
    let (mut running_total, mut running_raw) = (U256::ZERO, U256::ZERO);
    for (account, (cumulative, labeled)) in accounts {
        let (position, raw) = labeled.map_or((0, U256::ZERO), |s| (1 + position(s.block, s.seat), s.raw));
        leaves.push(PayoutLeaf {
            account,
            cumulative,
            running_total,
            raw_pay: RawPay { position, raw, running_raw },
        });
        running_total = running_total.checked_add(cumulative).ok_or(RewardError::Overflow)?;
        running_raw += raw;
    }
    // The contract holds both sums in 112 bits; that of the raw pays cannot be larger, by the bounds of the terms.
    if running_total.bit_len() > 112 { Err(RewardError::Overflow) } else { Ok(leaves) }
}
