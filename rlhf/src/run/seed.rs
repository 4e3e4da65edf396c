//! Independent random streams from the one seed of a run.

use alloy_primitives::keccak256;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// What a stream is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Initial adapters.
    Lora,
    /// Random weights of a whole model.
    Weights,
    /// Initial heads of an ensemble.
    Head,
    /// Order of samples in an epoch of training.
    Order,
    /// Tokens of a rollout.
    Rollout,
    /// Which rollout rows form a minibatch.
    Minibatch,
    /// Tokens of the evaluation; parent and candidate draw from the same stream.
    Evaluation,
}

/// Seed of the `index`-th stream of a kind: the first 8 bytes of keccak256 over its name, the run's seed and the index.
pub fn derive(seed: u64, stream: Stream, index: u64) -> u64 {
    let mut bytes = format!("polity.rlhf.{stream:?}").into_bytes();
    bytes.extend(seed.to_be_bytes());
    bytes.extend(index.to_be_bytes());
    u64::from_be_bytes(keccak256(bytes)[..8].try_into().expect("a hash has more than eight bytes"))
}

/// The numbers `0..n` in the random order of a stream.
pub fn permutation(n: usize, seed: u64, stream: Stream, index: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    order.shuffle(&mut ChaCha8Rng::seed_from_u64(derive(seed, stream, index)));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_differ_by_purpose_index_and_seed_and_repeat_otherwise() {
        let base = derive(7, Stream::Rollout, 3);
        assert_eq!(base, derive(7, Stream::Rollout, 3));
        for other in
            [derive(8, Stream::Rollout, 3), derive(7, Stream::Order, 3), derive(7, Stream::Rollout, 4)]
        {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn a_permutation_holds_every_number_once() {
        let mut order = permutation(50, 1, Stream::Order, 0);
        assert_ne!(order, (0..50).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..50).collect::<Vec<_>>());
    }
}
