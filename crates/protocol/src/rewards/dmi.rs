//! Score of one member of a block: how much its answers say about the majority of the others.

use crate::labels::LabelWord;
use alloy_primitives::U256;
use serde::{Deserialize, Serialize};

/// 16 · 1e18: makes perfect agreement on balanced answers about 1e18.
pub const SCALE: i128 = 16_000_000_000_000_000_000;

/// Majority of the others, slot by slot: `ones` where more said B than A, `defined` where the counts differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Majority {
    /// 1 where B won.
    pub ones: U256,
    /// 1 where there is a winner.
    pub defined: U256,
}

/// Votes of a whole block, slot by slot.
#[derive(Clone, Debug)]
pub struct Tally {
    /// How many more said B than A.
    leads: [i16; 256],
    mask: U256,
}

impl Tally {
    /// Count the words of a block on the slots of `mask`.
    pub fn new(words: &[LabelWord], mask: U256) -> Self {
        let mut leads = [0; 256];
        for word in words {
            add(&mut leads, word, mask, 1);
        }
        Self { leads, mask }
    }

    /// Majority of all words but `member`, which must be one of them.
    pub fn without(&self, member: &LabelWord) -> Majority {
        let mut leads = self.leads;
        add(&mut leads, member, self.mask, -1);
        let (mut ones, mut defined) = ([0u64; 4], [0u64; 4]);
        for (slot, lead) in leads.into_iter().enumerate() {
            ones[slot / 64] |= u64::from(lead > 0) << (slot % 64);
            defined[slot / 64] |= u64::from(lead != 0) << (slot % 64);
        }
        Majority { ones: U256::from_limbs(ones), defined: U256::from_limbs(defined) }
    }
}

fn add(leads: &mut [i16; 256], word: &LabelWord, mask: U256, weight: i16) {
    for slot in ones(word.valid & mask) {
        leads[slot] += if word.answers.bit(slot) { weight } else { -weight };
    }
}

/// Positions of the one bits, ascending.
fn ones(mask: U256) -> impl Iterator<Item = usize> {
    let limbs = mask.into_limbs().into_iter().enumerate();
    limbs.flat_map(|(i, limb)| {
        let mut left = limb;
        std::iter::from_fn(move || {
            let slot = (left != 0).then(|| i * 64 + left.trailing_zeros() as usize)?;
            left &= left - 1;
            Some(slot)
        })
    })
}

/// Counts of one half, `[own answer][majority]`, A before B.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Counts(pub [[u16; 2]; 2]);

impl Counts {
    /// Count the slots of `half` where both the member's answer and the majority are valid.
    pub fn of(word: &LabelWord, majority: &Majority, half: U256) -> Self {
        let common = half & word.valid & majority.defined;
        let count = |mask: U256| mask.count_ones() as u16;
        let (own, other) = (word.answers & common, majority.ones & common);
        let (own_b, other_b, both_b) = (count(own), count(other), count(own & other));
        Self([[count(common) + both_b - own_b - other_b, other_b - both_b], [own_b - both_b, both_b]])
    }

    /// Number of common slots, T.
    pub fn total(&self) -> u16 {
        self.0.iter().flatten().sum()
    }

    /// Determinant; at most T²/4 in size.
    pub fn det(&self) -> i128 {
        let at = |i: usize, j: usize| i128::from(self.0[i][j]);
        at(0, 0) * at(1, 1) - at(0, 1) * at(1, 0)
    }
}

/// `floor(S · det1 · det2 / (T1 (T1 − 1) T2 (T2 − 1)))`, in 1e-18; `None` when a half has fewer than 2 slots.
///
/// The DMI mechanism of arXiv 1911.00272 for two answers, scaled; the denominators make each factor an unbiased estimate
/// although the halves have different sizes. The floor is that of signed numbers: towards minus infinity. The result is
/// between −4e18 and 4e18, and about 1e18 for perfect agreement.
pub fn score(first: &Counts, second: &Counts) -> Option<i128> {
    let pairs = |counts: &Counts| {
        let t = i128::from(counts.total());
        (t >= 2).then(|| t * (t - 1))
    };
    let denominator = pairs(first)? * pairs(second)?;
    // |det| <= 2^14 for at most 256 slots, so the product stays below 2^92.
    Some((SCALE * first.det() * second.det()).div_euclid(denominator))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::Address;

    fn word(answers: u64, valid: u64) -> LabelWord {
        LabelWord {
            block: 0,
            seat: 0,
            labeler: Address::ZERO,
            answers: U256::from(answers & valid),
            valid: U256::from(valid),
        }
    }

    #[test]
    fn perfect_agreement_on_balanced_answers_scores_the_known_value() {
        let counts = Counts([[16, 0], [0, 16]]);
        // det = 256 in both halves: 16e18 · 256² / (32 · 31)².
        assert_eq!(score(&counts, &counts), Some(SCALE * 65_536 / 984_064));
    }

    #[test]
    fn answers_that_never_vary_score_zero() {
        let always_a = Counts([[20, 12], [0, 0]]);
        assert_eq!(score(&always_a, &Counts([[16, 0], [0, 16]])), Some(0));
    }

    #[test]
    fn the_floor_of_a_negative_score_goes_down() {
        let (up, down) = (Counts([[1, 0], [1, 1]]), Counts([[0, 1], [1, 1]]));
        assert_eq!((up.det(), down.det()), (1, -1));
        // 16e18 / 36 = 444444444444444444.4…
        assert_eq!(score(&up, &up), Some(444_444_444_444_444_444));
        assert_eq!(score(&up, &down), Some(-444_444_444_444_444_445));
    }

    #[test]
    fn halves_of_one_slot_have_no_score() {
        assert_eq!(score(&Counts([[1, 0], [0, 0]]), &Counts([[1, 0], [0, 1]])), None);
    }

    #[test]
    fn the_majority_leaves_out_the_member_itself_and_ties() {
        let words = [word(0b0111, 0b1111), word(0b0011, 0b1111), word(0b0001, 0b0111)];
        let mask = U256::from(0b1111);
        let of_first = Tally::new(&words, mask).without(&words[0]);
        // Slot 1 is one against one; slot 3 has one answer, A.
        assert_eq!(of_first, Majority { ones: U256::from(0b0001), defined: U256::from(0b1101) });
        let counts = Counts::of(&words[0], &of_first, mask);
        assert_eq!(counts, Counts([[1, 0], [1, 1]]));
        assert_eq!(Tally::new(&words[..1], mask).without(&words[0]), Majority::default());
        let outside = Tally::new(&words, U256::from(0b0001)).without(&words[0]);
        assert_eq!(outside.defined, U256::from(0b0001));
    }
}
