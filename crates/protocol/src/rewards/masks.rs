//! Which slots of a block are overlap, gold and first half: draws that anybody can repeat once the secret is known.
//!
//! Word k of a stream is keccak256(abi.encode(key, uint256 k)) with
//! key = keccak256(abi.encode(bytes32 secretOrSeed, bytes32 tag, uint256 block, uint256 seat)), the tag in ASCII and
//! left-aligned; each word gives eight big-endian `uint32` draws, most significant first. All choices are steps of one
//! partial Fisher-Yates shuffle of the slots: first the overlap, after it the gold of a seat, and within it the first half.
//! (The bias of the remainder is below 2^-23.) The epoch is not in the key: the secret is a new one in every epoch, and
//! gold is committed before the epoch has its number.

use super::CampaignTerms;
use alloy_primitives::{B256, U256, keccak256};

/// The slots of one block in the order that the overlap step left them in: the overlap first.
#[derive(Clone, Debug)]
pub struct BlockSlots {
    slots: [u8; 256],
    n: usize,
    n_overlap: usize,
    n_gold: usize,
    secret: B256,
    block: u32,
}

impl BlockSlots {
    /// Draw the overlap, which the whole block answers: `overlapSlots` of `blockSlots`.
    ///
    /// Terms that [`CampaignTerms::check`] refuses give fewer slots than they say.
    pub fn new(terms: &CampaignTerms, secret: B256, block: u32) -> Self {
        let n = usize::from(terms.block_slots).min(256);
        let n_overlap = usize::from(terms.overlap_slots).min(n);
        let n_gold = usize::from(terms.gold_slots).min(n - n_overlap);
        let mut slots = std::array::from_fn(|slot| slot as u8);
        shuffle(&mut slots[..n], n_overlap, Stream::new(secret, "overlap", block, 0));
        Self { slots, n, n_overlap, n_gold, secret, block }
    }

    /// Slots that the whole block answers.
    pub fn overlap(&self) -> U256 {
        mask(&self.slots[..self.n_overlap])
    }

    /// Slots of one seat whose answer is known beforehand: `goldSlots` of those outside the overlap.
    pub fn gold(&self, seat: u32) -> U256 {
        let mut slots = self.slots;
        let others = &mut slots[self.n_overlap..self.n];
        shuffle(others, self.n_gold, Stream::new(self.secret, "gold", self.block, seat));
        mask(&others[..self.n_gold])
    }

    /// The two halves of the overlap, drawn after the labels were committed.
    pub fn halves(&self, seed: B256) -> [U256; 2] {
        let mut slots = self.slots;
        let overlap = &mut slots[..self.n_overlap];
        let n_first = self.n_overlap / 2;
        shuffle(overlap, n_first, Stream::new(seed, "half", self.block, 0));
        [mask(&overlap[..n_first]), mask(&overlap[n_first..])]
    }
}

/// The first `n_steps` steps of a Fisher-Yates shuffle.
fn shuffle(slots: &mut [u8], n_steps: usize, stream: Stream) {
    let n = slots.len();
    for (i, draw) in (0..n_steps).zip(stream) {
        slots.swap(i, i + draw as usize % (n - i));
    }
}

fn mask(slots: &[u8]) -> U256 {
    let mut limbs = [0; 4];
    for &slot in slots {
        limbs[usize::from(slot / 64)] |= 1 << (slot % 64);
    }
    U256::from_limbs(limbs)
}

/// An endless stream of `uint32` draws.
struct Stream {
    /// `abi.encode(key, k)` of the next word.
    next: [u8; 64],
    n_drawn: u64,
    word: B256,
}

impl Stream {
    fn new(secret_or_seed: B256, tag: &str, block: u32, seat: u32) -> Self {
        let mut encoded = [0; 128];
        encoded[..32].copy_from_slice(secret_or_seed.as_slice());
        encoded[32..32 + tag.len()].copy_from_slice(tag.as_bytes());
        encoded[92..96].copy_from_slice(&block.to_be_bytes());
        encoded[124..].copy_from_slice(&seat.to_be_bytes());
        let mut next = [0; 64];
        next[..32].copy_from_slice(keccak256(encoded).as_slice());
        Self { next, n_drawn: 0, word: B256::ZERO }
    }
}

impl Iterator for Stream {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        if self.n_drawn.is_multiple_of(8) {
            self.next[56..].copy_from_slice(&(self.n_drawn / 8).to_be_bytes());
            self.word = keccak256(self.next);
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
    use alloy_primitives::FixedBytes;
    use alloy_sol_types::SolValue;

    #[test]
    fn masks_have_their_sizes_and_do_not_meet() {
        for case in 0..40u32 {
            let mut terms = example();
            (terms.block_slots, terms.overlap_slots, terms.gold_slots) =
                [(256, 64, 16), (96, 64, 8), (32, 16, 16), (1, 0, 1), (256, 256, 0)][case as usize % 5];
            let slots = BlockSlots::new(&terms, keccak256(case.to_be_bytes()), case);
            let (overlap, gold) = (slots.overlap(), slots.gold(3));
            let [first, second] = slots.halves(B256::repeat_byte(7));
            assert_eq!(overlap.count_ones(), usize::from(terms.overlap_slots));
            assert_eq!(gold.count_ones(), usize::from(terms.gold_slots));
            assert_eq!(first.count_ones(), usize::from(terms.overlap_slots / 2));
            assert_eq!(overlap & gold, U256::ZERO);
            assert_eq!((first | second, first & second), (overlap, U256::ZERO));
            assert!((overlap | gold).bit_len() <= terms.block_slots.into());
        }
    }

    #[test]
    fn draws_are_the_words_of_their_definition() {
        let (secret, n) = (B256::repeat_byte(5), 100);
        let mut tag = FixedBytes::<32>::ZERO;
        tag[..4].copy_from_slice(b"gold");
        let (block, seat) = (U256::from(7), U256::from(3));
        let key = keccak256((secret, tag, block, seat).abi_encode());
        let words = (0..).map(|k| keccak256((key, U256::from(k)).abi_encode()));
        let expected: Vec<u32> = words
            .take(n / 8 + 1)
            .flat_map(|word| word.0.as_chunks::<4>().0.to_vec())
            .map(u32::from_be_bytes)
            .take(n)
            .collect();
        assert_eq!(Stream::new(secret, "gold", 7, 3).take(n).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn every_word_of_the_key_changes_the_draws() {
        let terms = example();
        let gold = |secret, block, seat| BlockSlots::new(&terms, B256::repeat_byte(secret), block).gold(seat);
        let masks = [gold(1, 0, 0), gold(2, 0, 0), gold(1, 1, 0), gold(1, 0, 1)];
        for i in 0..masks.len() {
            for j in 0..i {
                assert_ne!(masks[i], masks[j]);
            }
        }
        let slots = BlockSlots::new(&terms, B256::repeat_byte(1), 0);
        assert_ne!(slots.halves(B256::repeat_byte(1)), slots.halves(B256::repeat_byte(2)));
    }

    #[test]
    fn each_slot_is_chosen_about_equally_often() {
        let mut terms = example();
        (terms.block_slots, terms.overlap_slots, terms.gold_slots) = (16, 4, 4);
        let mut counts = [[0u32; 16]; 3];
        for case in 0..4000u32 {
            let secret = keccak256(case.to_be_bytes());
            let slots = BlockSlots::new(&terms, secret, 0);
            // Half of the overlap is two slots, so two blocks make up for it.
            let halves = slots.halves(secret)[0] | BlockSlots::new(&terms, secret, 1).halves(secret)[0];
            for (counts, mask) in counts.iter_mut().zip([slots.overlap(), slots.gold(0), halves]) {
                (0..16).filter(|&slot| mask.bit(slot)).for_each(|slot| counts[slot] += 1);
            }
        }
        // 1000 expected each, standard deviation 27; the two halves meet in 1 case of 64.
        assert!(counts[..2].iter().flatten().all(|&count| (870..1130).contains(&count)), "{counts:?}");
        assert!(counts[2].iter().all(|&count| (810..1070).contains(&count)), "{counts:?}");
    }
}
