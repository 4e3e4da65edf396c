//! Which slots of a block are overlap, gold and first half: draws that anybody can repeat once the secret is known.
//!
//! Word k of a stream is keccak256(abi.encode(key, k)) with
//! key = keccak256(abi.encode(bytes32 secretOrSeed, string tag, uint64 epoch, uint32 block, uint32 seat)); each word gives
//! eight big-endian `uint32` draws, most significant first. A choice of m out of n is a partial Fisher-Yates shuffle of
//! 0..n: step i swaps i with i + draw mod (n − i). (The bias of the remainder is below 2^-23.)

use super::CampaignTerms;
use crate::Epoch;
use alloy_primitives::{B256, U256, keccak256};
use alloy_sol_types::SolValue;

/// Slots that the whole block answers: `overlapSlots` of `blockSlots`.
pub fn overlap(terms: &CampaignTerms, secret: B256, epoch: Epoch, block: u32) -> U256 {
    let slots = ones(U256::MAX, terms.block_slots);
    choose(&slots, terms.overlap_slots, Stream::new(secret, "overlap", epoch, block, 0))
}

/// Slots of one seat whose answer is known beforehand: `goldSlots` of those outside the overlap.
pub fn gold(terms: &CampaignTerms, secret: B256, epoch: Epoch, block: u32, seat: u32) -> U256 {
    let single = ones(!overlap(terms, secret, epoch, block), terms.block_slots);
    choose(&single, terms.gold_slots, Stream::new(secret, "gold", epoch, block, seat))
}

/// Half of the overlap, drawn after the labels were committed; the other half is the rest of `overlap`.
pub fn first_half(terms: &CampaignTerms, seed: B256, overlap: U256, epoch: Epoch, block: u32) -> U256 {
    let slots = ones(overlap, terms.block_slots);
    choose(&slots, terms.overlap_slots / 2, Stream::new(seed, "half", epoch, block, 0))
}

/// Positions of the one bits among the lowest `n`, ascending.
fn ones(mask: U256, n: u16) -> Vec<u8> {
    (0..=u8::MAX).take(n.into()).filter(|&slot| mask.bit(slot.into())).collect()
}

fn choose(slots: &[u8], m: u16, stream: Stream) -> U256 {
    let mut slots = slots.to_vec();
    let n = slots.len();
    let mut mask = U256::ZERO;
    for (i, draw) in (0..n.min(m.into())).zip(stream) {
        slots.swap(i, i + draw as usize % (n - i));
        mask.set_bit(slots[i].into(), true);
    }
    mask
}

/// An endless stream of `uint32` draws.
struct Stream {
    key: B256,
    n_drawn: u64,
    word: B256,
}

impl Stream {
    fn new(secret_or_seed: B256, tag: &str, epoch: Epoch, block: u32, seat: u32) -> Self {
        let key = keccak256((secret_or_seed, tag, epoch.0, block, seat).abi_encode_params());
        Self { key, n_drawn: 0, word: B256::ZERO }
    }
}

impl Iterator for Stream {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        if self.n_drawn.is_multiple_of(8) {
            self.word = keccak256((self.key, U256::from(self.n_drawn / 8)).abi_encode());
        }
        let at = (self.n_drawn % 8) as usize * 4;
        self.n_drawn += 1;
        Some(u32::from_be_bytes(self.word[at..at + 4].try_into().expect("a range of four bytes")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rewards::terms::example;

    #[test]
    fn masks_have_their_sizes_and_do_not_meet() {
        for case in 0..40u32 {
            let mut terms = example();
            (terms.block_slots, terms.overlap_slots, terms.gold_slots) =
                [(256, 64, 16), (96, 64, 8), (32, 16, 16), (1, 0, 1), (256, 256, 0)][case as usize % 5];
            let (secret, epoch) = (keccak256(case.to_be_bytes()), Epoch(case.into()));
            let overlap = overlap(&terms, secret, epoch, case);
            let gold = gold(&terms, secret, epoch, case, 3);
            let first = first_half(&terms, secret, overlap, epoch, case);
            assert_eq!(overlap.count_ones(), usize::from(terms.overlap_slots));
            assert_eq!(gold.count_ones(), usize::from(terms.gold_slots));
            assert_eq!(first.count_ones(), usize::from(terms.overlap_slots / 2));
            assert_eq!(overlap & gold, U256::ZERO);
            assert_eq!(first & !overlap, U256::ZERO);
            assert!((overlap | gold).bit_len() <= terms.block_slots.into());
        }
    }

    #[test]
    fn every_word_of_the_key_changes_the_draws() {
        let terms = example();
        let secret = B256::repeat_byte(1);
        let masks = [
            gold(&terms, secret, Epoch(1), 0, 0),
            gold(&terms, B256::repeat_byte(2), Epoch(1), 0, 0),
            gold(&terms, secret, Epoch(2), 0, 0),
            gold(&terms, secret, Epoch(1), 1, 0),
            gold(&terms, secret, Epoch(1), 0, 1),
        ];
        for i in 0..masks.len() {
            for j in 0..i {
                assert_ne!(masks[i], masks[j]);
            }
        }
    }

    #[test]
    fn each_slot_is_chosen_about_equally_often() {
        let mut terms = example();
        (terms.block_slots, terms.overlap_slots) = (16, 4);
        let mut counts = [0u32; 16];
        for case in 0..4000u32 {
            let mask = overlap(&terms, keccak256(case.to_be_bytes()), Epoch(1), 0);
            (0..16).filter(|&slot| mask.bit(slot)).for_each(|slot| counts[slot] += 1);
        }
        // 1000 expected each, standard deviation 27.
        assert!(counts.iter().all(|&count| (870..1130).contains(&count)), "{counts:?}");
    }
}
