//! What is wrong with a proposal of payouts, with the openings that show it to `EpochReferee`.
//!
//! [`disprove`] finds something in every proposal that is not exactly what the rule gives, and nothing in the one that is:
//! so whoever proposes what [`super::epoch_payouts`] computes cannot lose its bond, and whoever proposes anything else can.

use super::{
    EpochPayouts, EpochTerms, RewardError, epoch_payouts,
    openings::{BlockOpening, Gold, GoldOpening, LabelOpening, Labels, PayoutOpening, Payouts},
};
use crate::labels::MAX_ROSTER;
use alloy_primitives::{Address, B256, U256};
use std::collections::BTreeMap;

/// What the chain and the published files say about an epoch.
#[derive(Clone, Debug)]
pub struct EpochRecord {
    /// As opened.
    pub terms: EpochTerms,
    /// As revealed.
    pub secret: B256,
    /// Zero when the secret was never revealed.
    pub seed: B256,
    /// The committed labels.
    pub labels: Labels,
    /// The gold that the terms commit to.
    pub gold: Gold,
    /// The payouts tree that is approved now; empty before the first.
    pub approved: Payouts,
}

impl EpochRecord {
    /// That an account which labeled or earned before has no leaf, as `around` shows.
    pub(super) fn missing(&self, account: Address, around: Vec<PayoutOpening>) -> Option<Disproof> {
        match self.approved.of(account).filter(|previous| !previous.leaf.cumulative.is_zero()) {
            Some(previous) => Some(Disproof::MissingEarner { previous, around }),
            None => Some(Disproof::MissingLabeler { label: self.labels.of(account)?, around }),
        }
    }
}

/// What somebody proposed: the leaves behind the root, and the sums that came with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// As published, or as opened on demand.
    pub payouts: Payouts,
    /// On chain.
    pub total_cumulative: U256,
    /// On chain.
    pub total_raw: U256,
}

impl From<&EpochPayouts> for Proposal {
    /// The honest one.
    fn from(payouts: &EpochPayouts) -> Self {
        Self {
            payouts: Payouts::new(payouts.leaves.clone()),
            total_cumulative: payouts.total_cumulative(),
            total_raw: payouts.total_raw(),
        }
    }
}

/// A fraud of a proposer's: the arguments of the `IEpochReferee` function of its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Disproof {
    /// Two neighbours do not ascend.
    Order {
        /// The first.
        a: PayoutOpening,
        /// The next.
        b: PayoutOpening,
    },
    /// A running sum is not that of the leaf before.
    RunningTotal {
        /// The leaf before.
        a: PayoutOpening,
        /// The wrong one.
        b: PayoutOpening,
    },
    /// The first leaf does not start at zero, or the last does not end at the committed sums.
    Total {
        /// The first or the last.
        leaf: PayoutOpening,
    },
    /// The leaf names a position that is not its account's, or hides the one that is.
    LabelPosition {
        /// The leaf.
        leaf: PayoutOpening,
        /// The named position, or the account's; any where the contract needs none.
        label: LabelOpening,
    },
    /// The cumulative amount is not the approved one plus this epoch's pay, or nothing is due.
    CarryOver {
        /// The leaf.
        leaf: PayoutOpening,
        /// [`Payouts::around`] its account in the approved tree.
        previous: Vec<PayoutOpening>,
    },
    /// The raw pay is not what the rule gives.
    Score {
        /// The leaf.
        leaf: PayoutOpening,
        /// The account's block.
        roster: BlockOpening,
        /// The account's gold; `None` where the contract does not look at it.
        gold: Option<GoldOpening>,
    },
    /// Somebody who earned before has no leaf.
    MissingEarner {
        /// Its leaf in the approved tree.
        previous: PayoutOpening,
        /// [`Payouts::around`] its account in the proposed tree.
        around: Vec<PayoutOpening>,
    },
    /// Somebody who labeled has no leaf.
    MissingLabeler {
        /// Its label leaf.
        label: LabelOpening,
        /// [`Payouts::around`] its account in the proposed tree.
        around: Vec<PayoutOpening>,
    },
}

/// The first fraud in a proposal; `None` when it is what the rule gives.
///
/// # Errors
/// The labels have no payouts. That is a fraud of the operator's, whatever was proposed.
pub fn disprove(record: &EpochRecord, proposal: &Proposal) -> Result<Option<Disproof>, RewardError> {
    let EpochRecord { terms, secret, seed, labels, gold, .. } = record;
    let payouts = epoch_payouts(terms, *secret, *seed, labels.words(), gold.words(), &BTreeMap::new())?;
    let case = Case { record, proposal };
    let rule = Rule::new(record, &payouts, proposal.total_raw);
    // The later ones rely on the earlier: a search by account needs sorted accounts.
    Ok(case
        .disordered()
        .or_else(|| case.leaves().find_map(|leaf| rule.wrong(leaf)))
        .or_else(|| case.missing()))
}

/// A fraud of the operator's that the labels show by themselves: the arguments of the function of its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabelFraud {
    /// One labeler in two seats.
    DuplicateLabeler {
        /// One of them.
        a: LabelOpening,
        /// The other.
        b: LabelOpening,
    },
    /// Answers outside the block's slots, or B where nothing is valid.
    StrayBits {
        /// Where.
        label: LabelOpening,
    },
}

/// The first fraud in committed labels; `None` when they are well formed.
pub fn malformed(terms: &EpochTerms, labels: &Labels) -> Option<LabelFraud> {
    let mut seats = BTreeMap::new();
    for word in labels.words() {
        let label = labels.open(word.position())?;
        if word.valid.bit_len() > terms.campaign.block_slots.into() || !(word.answers & !word.valid).is_zero()
        {
            return Some(LabelFraud::StrayBits { label });
        }
        if let Some(first) = seats.insert(word.labeler, word.position()) {
            return Some(LabelFraud::DuplicateLabeler { a: labels.open(first)?, b: label });
        }
    }
    None
}

struct Case<'a> {
    record: &'a EpochRecord,
    proposal: &'a Proposal,
}

impl Case<'_> {
    fn leaves(&self) -> impl Iterator<Item = PayoutOpening> {
        (0..).map_while(|index| self.proposal.payouts.open(index))
    }

    /// Something wrong with the tree as such.
    fn disordered(&self) -> Option<Disproof> {
        let neighbours = self.leaves().zip(self.leaves().skip(1));
        for (a, b) in neighbours {
            let (left, right) = (a.leaf, b.leaf);
            if left.account >= right.account {
                return Some(Disproof::Order { a, b });
            }
            if right.running_total != left.running_total.wrapping_add(left.cumulative)
                || right.raw_pay.running_raw != left.raw_pay.running_raw.wrapping_add(left.raw_pay.raw)
            {
                return Some(Disproof::RunningTotal { a, b });
            }
        }
        let (first, last) = (self.proposal.payouts.open(0)?, self.leaves().last()?);
        let starts = first.leaf.running_total.is_zero() && first.leaf.raw_pay.running_raw.is_zero();
        if !starts {
            return Some(Disproof::Total { leaf: first });
        }
        let leaf = last.leaf;
        let ends = leaf.running_total.wrapping_add(leaf.cumulative) == self.proposal.total_cumulative
            && leaf.raw_pay.running_raw.wrapping_add(leaf.raw_pay.raw) == self.proposal.total_raw;
        (!ends).then_some(Disproof::Total { leaf: last })
    }

    /// Somebody without a leaf.
    fn missing(&self) -> Option<Disproof> {
        let payouts = &self.proposal.payouts;
        let earners = (0..).map_while(|index| self.record.approved.open(index));
        let earners = earners.filter(|previous| !previous.leaf.cumulative.is_zero());
        let labelers = self.record.labels.words().iter().map(|word| word.labeler);
        let mut accounts = earners.map(|previous| previous.leaf.account).chain(labelers);
        let absent = accounts.find(|&account| payouts.of(account).is_none())?;
        self.record.missing(absent, payouts.around(absent))
    }
}

/// What the rule says about one leaf, whatever stands around it.
pub(super) struct Rule<'a> {
    record: &'a EpochRecord,
    /// As proposed: pays are scaled by it.
    total_raw: U256,
    /// Right raw pay of every labeler.
    raws: BTreeMap<Address, U256>,
}

impl<'a> Rule<'a> {
    /// `payouts` are those that the labels give.
    pub(super) fn new(record: &'a EpochRecord, payouts: &EpochPayouts, total_raw: U256) -> Self {
        let raws = payouts.statements.iter().map(|s| (s.labeler, s.raw)).collect();
        Self { record, total_raw, raws }
    }

    /// Something wrong with one leaf.
    pub(super) fn wrong(&self, leaf: PayoutOpening) -> Option<Disproof> {
        if let Some(label) = self.misplaced(&leaf) {
            return Some(Disproof::LabelPosition { leaf, label });
        }
        let account = leaf.leaf.account;
        let labeled = self.raws.get(&account);
        let carried = self.record.approved.of(account).map_or(U256::ZERO, |opening| opening.leaf.cumulative);
        let is_due = labeled.is_some() || !carried.is_zero();
        if !is_due || !self.is_carried_over(&leaf, carried) {
            return Some(Disproof::CarryOver { leaf, previous: self.record.approved.around(account) });
        }
        if labeled.is_some_and(|&raw| raw != leaf.leaf.raw_pay.raw) {
            let position = leaf.leaf.raw_pay.position - 1;
            let roster = self.record.labels.block(position / MAX_ROSTER as u32)?;
            return Some(Disproof::Score { leaf, roster, gold: self.gold(position) });
        }
        None
    }

    /// The label opening that shows a wrong position; `None` for a right one.
    fn misplaced(&self, leaf: &PayoutOpening) -> Option<LabelOpening> {
        let labels = &self.record.labels;
        let (account, pay) = (leaf.leaf.account, leaf.leaf.raw_pay);
        let any = || labels.open(0);
        match pay.position.checked_sub(1) {
            Some(position) => match labels.open(position) {
                Some(label) if label.word.is_some_and(|word| word.labeler == account) => None,
                Some(label) => Some(label),
                None => any(),
            },
            None if !pay.raw.is_zero() => any(),
            None if !self.raws.contains_key(&account) => None,
            None => labels.of(account),
        }
    }

    fn is_carried_over(&self, leaf: &PayoutOpening, carried: U256) -> bool {
        let pay = self.pay(leaf.leaf.raw_pay.raw);
        pay.is_some_and(|pay| leaf.leaf.cumulative == carried.wrapping_add(pay))
    }

    /// A raw pay scaled to the budget by the proposed sum; `None` when it exceeds the sum.
    pub(super) fn pay(&self, raw: U256) -> Option<U256> {
        let (total_raw, budget) = (self.total_raw, self.record.terms.campaign.budget);
        // Raw pays add up to the total, which has 112 bits, and the budget is smaller where it is used.
        match total_raw > budget {
            true if raw > total_raw => None,
            true => Some(raw * budget / total_raw),
            false => Some(raw),
        }
    }

    /// Gold as far as it is looked at.
    fn gold(&self, position: u32) -> Option<GoldOpening> {
        let is_open = !self.record.seed.is_zero();
        is_open.then(|| self.record.gold.open(position)).flatten()
    }
}
