//! PPO's two losses and the statistics that tell whether an update was healthy.
//!
//! Losses are sums over real tokens divided by `n_tokens`, the token count of the **whole minibatch**: adding the
//! losses of its micro-batches then gives the same gradient as one pass, whatever the split.

use tch::{Kind, Tensor};

use super::{ShapeError, masked, same_shape};

/// Bounds of the probability ratio: `[1 − low, 1 + high]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clip {
    /// Distance below 1.
    pub low: f64,
    /// Distance above 1.
    pub high: f64,
    /// Bound of the loss, as a multiple (> 1) of the advantage, where the advantage is negative and the ratio large; none
    /// leaves it unbounded, as PPO does (Ye et al., "Mastering Complex Control in MOBA Games", arXiv 1912.09729, eq. 5).
    pub dual: Option<f64>,
}

impl Clip {
    /// The same distance on both sides, as in the PPO paper.
    pub fn symmetric(range: f64) -> Self {
        Self { low: range, high: range, dual: None }
    }
}

/// Result of [`policy_loss`]; `loss` carries the gradient, the sums are detached scalars over real tokens.
pub struct PolicyLoss {
    /// Scalar: sum of the token losses over `n_tokens`.
    pub loss: Tensor,
    /// Number of tokens where the clipped branch was the active one.
    pub clipped: Tensor,
    /// Sum of `(log ratio)² / 2` (k2 estimate of the step from old to new policy).
    pub approx_kl: Tensor,
    /// Sum of ratios.
    pub ratio: Tensor,
}

/// Clipped surrogate objective (Schulman et al., arXiv 1707.06347, eq. 7), negated to be minimised.
///
/// Shapes: `logprobs` (new, with gradient), `old_logprobs`, `advantages`, `mask`: `[B, T]`.
/// `n_tokens`: real tokens of the whole minibatch, > 0.
///
/// # Errors
/// [`ShapeError`] when shapes differ.
pub fn policy_loss(
    logprobs: &Tensor,
    old_logprobs: &Tensor,
    advantages: &Tensor,
    mask: &Tensor,
    clip: Clip,
    n_tokens: f64,
) -> Result<PolicyLoss, ShapeError> {
    same_shape(logprobs, &[("old_logprobs", old_logprobs), ("advantages", advantages), ("mask", mask)])?;
    let kind = logprobs.kind();
    let log_ratio = (logprobs - old_logprobs) * mask;
    let ratio = log_ratio.exp();
    let free = &ratio * advantages;
    let bounded = ratio.clamp(1.0 - clip.low, 1.0 + clip.high) * advantages;
    let mut gain = free.minimum(&bounded);
    if let Some(dual) = clip.dual {
        gain = gain.maximum(&(advantages * dual)).where_self(&advantages.lt(0.0), &gain);
    }
    let loss = -(gain * mask).sum(kind) / n_tokens;
    let sum = |x: Tensor| (x.detach() * mask).sum(kind);
    Ok(PolicyLoss {
        loss,
        clipped: sum(bounded.lt_tensor(&free).to_kind(kind)),
        approx_kl: sum(&log_ratio * &log_ratio * 0.5),
        ratio: sum(ratio),
    })
}

/// Result of [`value_loss`]; `loss` carries the gradient, `clipped` is a detached count.
pub struct ValueLoss {
    /// Scalar: half the sum of the token losses over `n_tokens`.
    pub loss: Tensor,
    /// Number of tokens where the clipped error was the larger one.
    pub clipped: Tensor,
}

/// Squared error of the critic, pessimistic about moves of more than `cliprange_value` from the old values.
///
/// The form of OpenAI's baselines and of Huang et al. (arXiv 2403.17031, detail 19): `½ · max(unclipped, clipped)`.
/// Shapes: `values` (new, with gradient), `old_values`, `returns`, `mask`: `[B, T]`; `None` does not clip.
///
/// # Errors
/// [`ShapeError`] when shapes differ.
pub fn value_loss(
    values: &Tensor,
    old_values: &Tensor,
    returns: &Tensor,
    mask: &Tensor,
    cliprange_value: Option<f64>,
    n_tokens: f64,
) -> Result<ValueLoss, ShapeError> {
    same_shape(values, &[("old_values", old_values), ("returns", returns), ("mask", mask)])?;
    let kind = values.kind();
    let error = (values - returns).square();
    let (worst, clipped) = match cliprange_value {
        None => (error.shallow_clone(), mask.zeros_like().sum(kind)),
        Some(range) => {
            let near = values.maximum(&(old_values - range)).minimum(&(old_values + range));
            let clipped_error = (near - returns).square();
            let count = (clipped_error.gt_tensor(&error).to_kind(kind) * mask).sum(kind);
            (error.maximum(&clipped_error), count)
        }
    };
    Ok(ValueLoss { loss: (worst * mask).sum(kind) * 0.5 / n_tokens, clipped })
}

/// Share of the variance of `returns` that `values` explain: 1 = perfect, 0 = as good as the mean, negative = worse.
///
/// Shapes: all `[B, T]`; returns a scalar. NaN-free: 0 when the returns do not vary.
pub fn explained_variance(values: &Tensor, returns: &Tensor, mask: &Tensor) -> f64 {
    let total = masked::variance(returns, mask).double_value(&[]);
    if total == 0.0 {
        return 0.0;
    }
    1.0 - masked::variance(&(returns - values), mask).double_value(&[]) / total
}

/// Log-probabilities of chosen tokens, in f32 or better, under `softmax(logits / temperature)`.
///
/// The temperature is part of the policy (Huang et al., detail 1): the same one when sampling and here.
/// Shapes: `logits`: `[N, V]`; `token_ids`: `[N]` int64; returns `[N]`.
pub fn token_logprobs(logits: &Tensor, token_ids: &Tensor, temperature: f64) -> Tensor {
    let scaled = in_full_precision(logits) / temperature;
    let chosen = scaled.gather(-1, &token_ids.unsqueeze(-1), false).squeeze_dim(-1);
    chosen - scaled.logsumexp([-1].as_slice(), false)
}

/// Entropy in nats of `softmax(logits / temperature)`.
///
/// Shapes: `logits`: `[N, V]`; returns `[N]`.
pub fn entropy(logits: &Tensor, temperature: f64) -> Tensor {
    let logprobs = (in_full_precision(logits) / temperature).log_softmax(-1, None::<Kind>);
    -(logprobs.exp() * logprobs).sum_dim_intlist(-1, false, None::<Kind>)
}

fn in_full_precision(logits: &Tensor) -> Tensor {
    if logits.kind() == Kind::Double { logits.shallow_clone() } else { logits.to_kind(Kind::Float) }
}
