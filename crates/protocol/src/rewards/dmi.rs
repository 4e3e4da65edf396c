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

/// Majority of all words but the one at `member`, on the slots of `mask`.
pub fn majority_of_others(words: &[LabelWord], member: usize, mask: U256) -> Majority {
    let mut majority = Majority::default();
    for slot in (0..256).filter(|&slot| mask.bit(slot)) {
        let answers = words.iter().enumerate().filter(|&(i, word)| i != member && word.valid.bit(slot));
        let lead: i32 = answers.map(|(_, word)| if word.answers.bit(slot) { 1 } else { -1 }).sum();
        majority.defined.set_bit(slot, lead != 0);
        majority.ones.set_bit(slot, lead > 0);
    }
    majority
}

/// Counts of one half, `[own answer][majority]`, A before B.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Counts(pub [[u16; 2]; 2]);

impl Counts {
    /// Count the slots of `half` where both the member's answer and the majority are valid.
    pub fn of(word: &LabelWord, majority: &Majority, half: U256) -> Self {
        let common = half & word.valid & majority.defined;
        let mut counts = [[0; 2]; 2];
        for slot in (0..256).filter(|&slot| common.bit(slot)) {
            counts[usize::from(word.answers.bit(slot))][usize::from(majority.ones.bit(slot))] += 1;
        }
        Self(counts)
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
            labeler: Address::ZERO,
            block: 0,
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
        let of_first = majority_of_others(&words, 0, mask);
        // Slot 1 is one against one; slot 3 has one answer, A.
        assert_eq!(of_first, Majority { ones: U256::from(0b0001), defined: U256::from(0b1101) });
        let counts = Counts::of(&words[0], &of_first, mask);
        assert_eq!(counts, Counts([[1, 0], [1, 1]]));
        assert_eq!(majority_of_others(&words[..1], 0, mask), Majority::default());
    }
}
