//! One labeler's pay in one epoch with every term, so that it can be explained and contested.

use super::{CampaignTerms, dmi};
use alloy_primitives::{Address, I256, U256};
use serde::{Deserialize, Serialize};

/// One 1e18: the fixed point of scores.
const WAD: u64 = 1_000_000_000_000_000_000;

/// Every term of one labeler's pay. Amounts in wei and the score in 1e-18, as decimal strings in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Statement {
    /// Who is paid.
    pub labeler: Address,
    /// Block of the labeler's seat.
    pub block: u32,
    /// Seat in the block.
    pub seat: u32,
    /// Labels valid for pay: A or B.
    pub n_valid: u16,
    /// Common valid slots in the first half of the overlap.
    pub t1: u16,
    /// Common valid slots in the second half.
    pub t2: u16,
    /// Answers against the majority in the first half.
    pub m1: dmi::Counts,
    /// Answers against the majority in the second half.
    pub m2: dmi::Counts,
    /// Score that was paid; 0 unless `reason` is `scored`.
    #[serde(with = "crate::decimal")]
    pub score: I256,
    /// Gold slots answered right.
    pub gold_right: u16,
    /// Gold slots with a valid answer; the others of them are wrong.
    pub gold_answered: u16,
    /// Gold slots; 0 when the seat has no gold, or none is known for want of a seed.
    pub gold_slots: u16,
    /// `basePay · n`.
    #[serde(with = "crate::decimal")]
    pub base: U256,
    /// `floor(alphaPay · n · score / 1e18)`; may be negative.
    #[serde(with = "crate::decimal")]
    pub alpha: I256,
    /// `max(0, base + alpha)`; times `max(0, right − wrong) / goldSlots`, rounded down, where there is gold.
    #[serde(with = "crate::decimal")]
    pub raw: U256,
    /// `raw`, or its share of the budget when all raw pays exceed it.
    #[serde(with = "crate::decimal")]
    pub pay: U256,
    /// Why the score is what it is.
    pub reason: Reason,
}

/// Why a score was paid or not; the first that applies. JSON: lower camel case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Reason {
    /// The secret was never revealed: base pay only.
    NoSeed,
    /// Too few labelers in the block: base pay only.
    SmallRoster,
    /// Too few common valid slots: base pay only.
    ShortOverlap,
    /// Base pay and score.
    Scored,
}

/// What is known about a member before it is judged.
pub(super) struct Evidence {
    pub labeler: Address,
    pub block: u32,
    pub seat: u32,
    pub n_valid: u16,
    pub gold_right: u16,
    pub gold_answered: u16,
    pub gold_slots: u16,
    /// Counts of both halves; `None` without a seed.
    pub halves: Option<[dmi::Counts; 2]>,
    /// Members of the block that answered anything.
    pub n_roster: usize,
}

impl Statement {
    /// Judge a member. `pay` is still `raw`: scaling needs all statements.
    pub(super) fn judge(terms: &CampaignTerms, evidence: &Evidence) -> Self {
        let (reason, score) = score(terms, evidence);
        let [m1, m2] = evidence.halves.unwrap_or_default();
        let n = I256::from_raw(U256::from(evidence.n_valid));
        // Bounds: pays < 2^72, n <= 2^8, |score| <= 2^62, so every product stays below 2^143.
        let amount = |wei: u128| I256::from_raw(U256::from(wei));
        let base = amount(terms.base_pay) * n;
        let alpha = floor_wad(amount(terms.alpha_pay) * n * score);
        let raw = evidence.after_gold((base + alpha).max(I256::ZERO).into_raw());
        Self {
            labeler: evidence.labeler,
            block: evidence.block,
            seat: evidence.seat,
            n_valid: evidence.n_valid,
            t1: m1.total(),
            t2: m2.total(),
            m1,
            m2,
            score,
            gold_right: evidence.gold_right,
            gold_answered: evidence.gold_answered,
            gold_slots: evidence.gold_slots,
            base: base.into_raw(),
            alpha,
            raw,
            pay: raw,
            reason,
        }
    }
}

impl Evidence {
    /// Right answers less wrong ones, of all gold slots: a blind guess is worth nothing on average, and a slot left out or
    /// tied no more than that.
    fn after_gold(&self, raw: U256) -> U256 {
        if self.gold_slots == 0 {
            return raw;
        }
        let wrong = self.gold_answered - self.gold_right;
        raw * U256::from(self.gold_right.saturating_sub(wrong)) / U256::from(self.gold_slots)
    }
}

fn score(terms: &CampaignTerms, evidence: &Evidence) -> (Reason, I256) {
    let unpaid = |reason| (reason, I256::ZERO);
    let Some([first, second]) = &evidence.halves else {
        return unpaid(Reason::NoSeed);
    };
    if evidence.n_roster < usize::from(terms.min_roster) {
        return unpaid(Reason::SmallRoster);
    }
    match dmi::score(first, second) {
        Some(score) if first.total() + second.total() >= terms.min_overlap => {
            let score = I256::try_from(score).expect("128 bits fit in 256");
            (Reason::Scored, score)
        }
        _ => unpaid(Reason::ShortOverlap),
    }
}

/// `floor(value / 1e18)`, towards minus infinity.
fn floor_wad(value: I256) -> I256 {
    value.div_euclid(I256::from_raw(U256::from(WAD)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rewards::{dmi::Counts, terms::example};

    fn evidence() -> Evidence {
        Evidence {
            labeler: Address::ZERO,
            block: 0,
            seat: 0,
            n_valid: 200,
            gold_right: 16,
            gold_answered: 16,
            gold_slots: 16,
            halves: Some([Counts([[16, 0], [0, 16]]); 2]),
            n_roster: 12,
        }
    }

    #[test]
    fn pays_base_and_the_score_of_perfect_agreement() {
        let statement = Statement::judge(&example(), &evidence());
        let score = dmi::SCALE * 65_536 / 984_064;
        assert_eq!(statement.reason, Reason::Scored);
        assert_eq!(statement.score, I256::try_from(score).unwrap());
        assert_eq!(statement.base, U256::from(200u128 * 1_000_000_000_000_000_000));
        assert_eq!(statement.alpha, I256::try_from(200 * 4 * score).unwrap());
        assert_eq!(statement.raw, statement.base + statement.alpha.into_raw());
    }

    #[test]
    fn each_missing_condition_has_its_reason() {
        type Mutation = fn(&mut Evidence);
        let cases: [(Mutation, Reason); 4] = [
            (|e| e.halves = None, Reason::NoSeed),
            (|e| e.n_roster = 11, Reason::SmallRoster),
            (
                |e| e.halves = Some([Counts([[12, 0], [0, 11]]), Counts([[12, 0], [0, 12]])]),
                Reason::ShortOverlap,
            ),
            (
                |e| e.halves = Some([Counts([[60, 0], [0, 3]]), Counts([[1, 0], [0, 0]])]),
                Reason::ShortOverlap,
            ),
        ];
        for (mutate, reason) in cases {
            let mut evidence = evidence();
            mutate(&mut evidence);
            let statement = Statement::judge(&example(), &evidence);
            assert_eq!(statement.reason, reason);
            assert_eq!((statement.score, statement.alpha), (I256::ZERO, I256::ZERO));
            assert_eq!(statement.raw, statement.base);
        }
    }

    #[test]
    fn the_pay_shrinks_to_right_less_wrong_of_all_gold() {
        let pay = |right, answered, slots| {
            let mut evidence = evidence();
            (evidence.gold_right, evidence.gold_answered, evidence.gold_slots) = (right, answered, slots);
            let statement = Statement::judge(&example(), &evidence);
            assert_eq!((statement.gold_slots, statement.reason), (slots, Reason::Scored));
            let before = statement.base + statement.alpha.into_raw();
            (statement.raw, before)
        };
        let sixteenths =
            [(16, 16, 16), (14, 15, 13), (13, 13, 13), (9, 16, 2), (8, 16, 0), (0, 0, 0), (0, 16, 0)];
        for (right, answered, factor) in sixteenths {
            let (raw, before) = pay(right, answered, 16);
            assert_eq!(raw, before * U256::from(factor) / U256::from(16), "{right} of {answered} right");
        }
        let (raw, before) = pay(0, 0, 0);
        assert_eq!(raw, before, "a seat without gold");
        let (raw, before) = pay(1, 1, 7);
        assert!(
            raw * U256::from(7) < before && before < (raw + U256::from(1)) * U256::from(7),
            "rounded down"
        );
    }

    #[test]
    fn a_bad_score_cannot_pay_less_than_nothing() {
        let mut evidence = evidence();
        evidence.halves = Some([Counts([[16, 0], [0, 16]]), Counts([[0, 16], [16, 0]])]);
        let statement = Statement::judge(&example(), &evidence);
        assert_eq!(statement.reason, Reason::Scored);
        assert!(statement.score.is_negative());
        assert_eq!(statement.raw, U256::ZERO);
    }

    #[test]
    fn the_largest_terms_do_not_overflow() {
        let mut terms = example();
        let most = (1 << 72) - 1;
        (terms.base_pay, terms.alpha_pay, terms.min_overlap) = (most, most, 0);
        assert_eq!(terms.check(), Ok(()));
        let mut evidence = evidence();
        evidence.n_valid = 256;
        evidence.halves = Some([Counts([[1, 0], [0, 1]]); 2]);
        let statement = Statement::judge(&terms, &evidence);
        assert_eq!(statement.score, I256::try_from(4_000_000_000_000_000_000u64).unwrap());
        assert_eq!(statement.raw, U256::from(most) * U256::from(256 * 5));
    }

    #[test]
    fn alpha_is_floored_towards_minus_infinity() {
        let wad = I256::from_raw(U256::from(WAD));
        let one = I256::try_from(1).unwrap();
        assert_eq!(floor_wad(one), I256::ZERO);
        assert_eq!(floor_wad(-one), -one);
        assert_eq!(floor_wad(-wad), -one);
    }
}
