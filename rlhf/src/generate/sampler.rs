//! The choice of one token from a row of logits, on the host, from a random number that depends on counters only.

use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::processors::{Seen, most_probable};
use crate::simd::{self, Vector, Work, exp_f64};

/// The distribution tokens are drawn from: bias, penalties, minimum length, temperature, top-k, top-p, min-p, in this order.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampler {
    /// Divides the logits; 0 takes the most probable token.
    pub temperature: f64,
    /// Keeps the most probable tokens up to this mass; 1 keeps all.
    pub top_p: f64,
    /// Keeps this many tokens; 0 keeps all.
    pub top_k: usize,
    /// Keeps the tokens with at least this share of the best one's probability; 0 keeps all.
    pub min_p: f64,
    /// Divides positive and multiplies negative logits of the tokens before, in prompt and completion; 1 does nothing.
    pub repetition_penalty: f64,
    /// Subtracted from a token's logit for each time it was drawn.
    pub frequency_penalty: f64,
    /// Subtracted once from the logit of a token that was drawn.
    pub presence_penalty: f64,
    /// Added to the logits of these tokens.
    pub logit_bias: Vec<(i64, f64)>,
    /// Stop ids are not drawn before this many tokens.
    pub min_new_tokens: u64,
    pub stop_ids: Vec<i64>,
    pub seed: u64,
}

impl Default for Sampler {
    fn default() -> Self {
        Self {
            temperature: 1.0,
            top_p: 1.0,
            top_k: 0,
            min_p: 0.0,
            repetition_penalty: 1.0,
            frequency_penalty: 0.0,
            presence_penalty: 0.0,
            logit_bias: vec![],
            min_new_tokens: 0,
            stop_ids: vec![],
            seed: 0,
        }
    }
}

/// Where in a run a token is drawn. The same key and seed give the same uniform number on every machine, whatever else is
/// in the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DrawKey {
    pub prompt: u64,
    pub sample: u64,
    /// Number of tokens drawn before in this completion.
    pub position: u64,
}

impl DrawKey {
    /// Uniform in `[0, 1)` with 53 bits: the first word of the ChaCha8 stream keyed by the four counters.
    pub fn uniform(self, seed: u64) -> f64 {
        let mut key = [0u8; 32];
        for (chunk, word) in key.chunks_exact_mut(8).zip([seed, self.prompt, self.sample, self.position]) {
            chunk.copy_from_slice(&word.to_le_bytes());
        }
        (ChaCha8Rng::from_seed(key).next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Picked {
    pub token_id: i64,
    /// Under the tempered distribution before everything else, which one pass of the model over prompt and completion
    /// gives again; at temperature 0 under the untempered.
    pub logprob: f32,
}

impl Sampler {
    /// Picks a token from `logits` `[V]`, at the beginning of a completion or when nothing looks back.
    pub fn pick(&self, logits: &[f32], key: DrawKey) -> Picked {
        self.pick_after(logits, &Seen::default(), key)
    }

    /// Picks a token from `logits` `[V]` after the tokens `seen`.
    pub fn pick_after(&self, logits: &[f32], seen: &Seen, key: DrawKey) -> Picked {
        let scale = if self.temperature > 0.0 { 1.0 / self.temperature } else { 1.0 };
        let scaled: Vec<f64> = logits.iter().map(|&logit| f64::from(logit) * scale).collect();
        let max = largest_value(&scaled);
        let mut weights = simd::run(Exponentials { logits: &scaled, max, scale: 1.0 });
        let log_total = total(&weights).ln();

        if self.looks_back() || !self.logit_bias.is_empty() || key.position < self.min_new_tokens {
            let mut adjusted: Vec<f64> = logits.iter().map(|&logit| f64::from(logit)).collect();
            self.adjust(&mut adjusted, seen, key.position);
            let max = largest_value(&adjusted);
            weights = simd::run(Exponentials { logits: &adjusted, max, scale });
        }
        let index = if self.temperature > 0.0 {
            self.truncate(&mut weights);
            inverse_cdf(&weights, key.uniform(self.seed))
        } else {
            largest(&weights)
        };
        Picked { token_id: index as i64, logprob: (scaled[index] - max - log_total) as f32 }
    }
}

/// A token's and the most probable tokens' natural logarithms of probability, untempered.
#[derive(Debug, Clone, PartialEq)]
pub struct Logprobs {
    pub chosen: f32,
    /// In descending order.
    pub top: Vec<(i64, f32)>,
}

impl Logprobs {
    /// Of `token_id` and the `n_top` best of `logits` `[V]`.
    pub fn of(logits: &[f32], token_id: i64, n_top: usize) -> Self {
        let logits: Vec<f64> = logits.iter().map(|&logit| f64::from(logit)).collect();
        let max = largest_value(&logits);
        let log_total = max + total(&simd::run(Exponentials { logits: &logits, max, scale: 1.0 })).ln();
        let logprob = |index: usize| (logits[index] - log_total) as f32;
        let top = most_probable(&logits, n_top).into_iter().map(|index| (index as i64, logprob(index)));
        Self { chosen: logprob(token_id as usize), top: top.collect() }
    }
}

fn largest_value(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

/// `exp((logit - max) · scale)` of each logit.
struct Exponentials<'a> {
    logits: &'a [f64],
    max: f64,
    scale: f64,
}

impl Work for Exponentials<'_> {
    type Output = Vec<f64>;

    #[inline(always)]
    fn run<V: Vector>(self) -> Vec<f64> {
        let mut weights = self.logits.to_vec();
        for weight in &mut weights {
            *weight = exp_f64((*weight - self.max) * self.scale);
        }
        weights
    }
}

/// Numbers that are added up by themselves, so that several sums go on at a time.
const BLOCK: usize = 64;

/// The sum, block by block.
fn total(weights: &[f64]) -> f64 {
    weights.chunks(BLOCK).map(|block| block.iter().sum::<f64>()).sum()
}

/// Number of cumulative probabilities strictly below `uniform`.
fn inverse_cdf(weights: &[f64], uniform: f64) -> usize {
    let target = uniform * total(weights);
    let mut before = 0.0;
    for (i, block) in weights.chunks(BLOCK).enumerate() {
        let sum = block.iter().sum::<f64>();
        if before + sum < target {
            before += sum;
            continue;
        }
        let mut cumulative = before;
        for (j, weight) in block.iter().enumerate() {
            cumulative += weight;
            if *weight > 0.0 && cumulative >= target {
                return i * BLOCK + j;
            }
        }
        // Rounding: the block's sum reached the target in another order.
        before = cumulative;
    }
    // Only rounding can leave the last sum below the target.
    weights.iter().rposition(|&weight| weight > 0.0).unwrap_or(0)
}

/// The first of the largest.
fn largest(weights: &[f64]) -> usize {
    let mut best = 0;
    for (index, weight) in weights.iter().enumerate() {
        if *weight > weights[best] {
            best = index;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: DrawKey = DrawKey { prompt: 3, sample: 1, position: 7 };

    #[test]
    fn uniforms_are_a_fixed_function_of_their_counters() {
        assert_eq!(KEY.uniform(5), KEY.uniform(5));
        let others = [
            KEY.uniform(6),
            DrawKey { prompt: 4, ..KEY }.uniform(5),
            DrawKey { sample: 2, ..KEY }.uniform(5),
            DrawKey { position: 8, ..KEY }.uniform(5),
        ];
        assert!(others.iter().all(|other| *other != KEY.uniform(5) && (0.0..1.0).contains(other)));
    }

    #[test]
    fn uniforms_fill_the_unit_interval_evenly() {
        let mut bins = [0; 10];
        for position in 0..10_000 {
            bins[(DrawKey { position, ..KEY }.uniform(1) * 10.0) as usize] += 1;
        }
        assert!(bins.iter().all(|count| (850..1150).contains(count)), "{bins:?}");
    }

    #[test]
    fn temperature_zero_takes_the_first_of_the_best() {
        let sampler = Sampler { temperature: 0.0, ..Sampler::default() };
        let picked = sampler.pick(&[0.0, 2.0, 2.0, 1.0], KEY);
        assert_eq!(picked.token_id, 1);
        let expected = (2f64.exp() / (1.0 + 2.0 * 2f64.exp() + 1f64.exp())).ln();
        assert!((f64::from(picked.logprob) - expected).abs() < 1e-6);
    }

    #[test]
    fn draws_follow_the_tempered_distribution() {
        let sampler = Sampler { temperature: 0.5, seed: 9, ..Sampler::default() };
        let logits = [0.0f32, 1.0, 0.5];
        let weights: Vec<f64> = logits.iter().map(|&logit| (f64::from(logit) / 0.5).exp()).collect();
        let mut counts = [0f64; 3];
        for position in 0..20_000 {
            counts[sampler.pick(&logits, DrawKey { position, ..KEY }).token_id as usize] += 1.0;
        }
        for (count, weight) in counts.iter().zip(&weights) {
            assert!((count / 20_000.0 - weight / weights.iter().sum::<f64>()).abs() < 0.015);
        }
    }

    #[test]
    fn stop_ids_wait_for_the_minimum_length() {
        let sampler =
            Sampler { temperature: 0.0, min_new_tokens: 2, stop_ids: vec![1], ..Sampler::default() };
        let logits = [0.0, 5.0, 1.0];
        assert_eq!(sampler.pick(&logits, DrawKey { position: 1, ..KEY }).token_id, 2);
        assert_eq!(sampler.pick(&logits, DrawKey { position: 2, ..KEY }).token_id, 1);
    }

    #[test]
    fn logprobs_are_sorted_and_sum_to_one() {
        let logprobs = Logprobs::of(&[0.0, 2.0, 1.0, 2.0], 2, 4);
        assert_eq!(logprobs.top.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [1, 3, 2, 0]);
        assert_eq!(logprobs.chosen, logprobs.top[2].1);
        let total: f64 = logprobs.top.iter().map(|(_, logprob)| f64::from(*logprob).exp()).sum();
        assert!((total - 1.0).abs() < 1e-6);
    }
}
