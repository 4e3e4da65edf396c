//! Keccak-256 of files that are larger than what should be in memory.

use alloy_primitives::{B256, Keccak256};

/// Streaming keccak256. Not generic, so it is compiled with this crate's optimisation: development builds of the others would
/// hash twenty times slower.
#[derive(Clone, Default)]
pub struct Hasher(Keccak256);

impl Hasher {
    /// Append bytes.
    #[inline(never)]
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The hash of all bytes.
    #[inline(never)]
    pub fn finalize(self) -> B256 {
        self.0.finalize()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::keccak256;

    #[test]
    fn pieces_hash_like_the_whole() {
        let bytes: Vec<u8> = (0..10_000u32).map(|i| i as u8).collect();
        let mut hasher = Hasher::default();
        bytes.chunks(137).for_each(|piece| hasher.update(piece));
        assert_eq!(hasher.finalize(), keccak256(&bytes));
    }
}
