//! Per-token estimates of KL(policy ‖ reference) from the log-probabilities of sampled tokens.

pub use protocol::manifest::KlEstimator;
use tch::Tensor;

use super::{ShapeError, same_shape};

/// KL estimate of every token (Schulman, "Approximating KL divergence", 2020).
///
/// Shapes: `logprobs` (policy), `ref_logprobs`: `[B, T]`, natural logarithms; returns `[B, T]`.
///
/// # Errors
/// [`ShapeError`] when the shapes differ.
pub fn per_token(
    logprobs: &Tensor,
    ref_logprobs: &Tensor,
    estimator: KlEstimator,
) -> Result<Tensor, ShapeError> {
    same_shape(logprobs, &[("ref_logprobs", ref_logprobs)])?;
    let log_ratio = logprobs - ref_logprobs;
    Ok(match estimator {
        KlEstimator::K1 => log_ratio,
        KlEstimator::K2 => &log_ratio * &log_ratio * 0.5,
        KlEstimator::K3 => (-&log_ratio).exp() - 1.0 + log_ratio,
    })
}

/// Steers the KL coefficient so that the measured KL approaches a target (Ziegler et al., arXiv 1909.08593, §2.2).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdaptiveKl {
    /// KL per completion, in nats, to be approached.
    pub target: f64,
    /// Completions after which the coefficient has moved by a factor of about e^0.2 at most.
    pub horizon: f64,
}

impl AdaptiveKl {
    /// The coefficient after `n_completions` more with the mean KL `kl`; the relative error counts up to ±0.2.
    pub fn next(&self, coefficient: f64, kl: f64, n_completions: u64) -> f64 {
        let error = (kl / self.target - 1.0).clamp(-0.2, 0.2);
        coefficient * (1.0 + error * n_completions as f64 / self.horizon)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_zero_when_the_policy_is_the_reference() {
        let logprobs = Tensor::from_slice2(&[[-0.3, -2.0, -7.5]]);
        for estimator in [KlEstimator::K1, KlEstimator::K2, KlEstimator::K3] {
            let kl = per_token(&logprobs, &logprobs, estimator).expect("shapes are equal");
            assert_eq!(kl.abs().max().double_value(&[]), 0.0);
        }
    }
}
