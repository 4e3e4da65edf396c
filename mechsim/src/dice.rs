//! The randomness of the simulator.

use rand::RngCore;

/// xoshiro256++ 1.0 (Blackman and Vigna, "Scrambled Linear Pseudorandom Number Generators", 2021). Of its own because a
/// generator of a dependency runs unoptimised in the profile of development, and an epoch takes ten thousand draws.
#[derive(Clone, Debug)]
pub struct Dice([u64; 4]);

impl Dice {
    /// The stream of this seed, which SplitMix64 spreads over the state.
    pub fn new(seed: u64) -> Self {
        let mut counter = seed;
        Self(std::array::from_fn(|_| {
            counter = counter.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut word = counter;
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            word ^ (word >> 31)
        }))
    }
}

impl RngCore for Dice {
    fn next_u64(&mut self) -> u64 {
        let s = &mut self.0;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    fn next_u32(&mut self) -> u32 {
        (self.next_u64() >> 32) as u32
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.next_u64().to_le_bytes()[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_that_of_the_paper() {
        // The reference implementation from the state 1, 2, 3, 4.
        let mut dice = Dice([1, 2, 3, 4]);
        let first: Vec<u64> = (0..4).map(|_| dice.next_u64()).collect();
        assert_eq!(first, [41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386]);
    }

    #[test]
    fn seeds_give_other_streams_and_bits_are_even() {
        let mut ones = [0u32; 64];
        let mut dice = Dice::new(1);
        assert_ne!(dice.next_u64(), Dice::new(2).next_u64());
        for _ in 0..10_000 {
            let word = dice.next_u64();
            (0..64).for_each(|bit| ones[bit] += (word >> bit & 1) as u32);
        }
        assert!(ones.iter().all(|&n| (4_750..5_250).contains(&n)), "{ones:?}");
    }
}
