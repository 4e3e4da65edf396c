//! Policy gradients without a critic: several completions of one prompt are compared with each other.

use tch::Tensor;

use super::loss::Clip;
use super::{ShapeError, kl, same_shape};

/// By what a group's advantages are divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// The group's own standard deviation: GRPO (Shao et al., arXiv 2402.03300, §4.1.2).
    Group,
    /// The standard deviation of all rewards of the batch.
    Batch,
    /// Nothing: Dr. GRPO (Liu et al., arXiv 2503.20783), where easy and hard prompts keep their weights.
    None,
}

/// Added to a standard deviation, as TRL does.
const STD_EPS: f64 = 1e-4;

/// Rewards less the mean of their group, scaled. A group whose rewards are all equal gets zeros.
///
/// Shapes: `rewards`: `[G, K]`, K ≥ 2 completions of each of G prompts; returns `[G, K]`.
pub fn group_advantages(rewards: &Tensor, scale: Scale) -> Tensor {
    let centred = rewards - rewards.mean_dim([1].as_slice(), true, rewards.kind());
    match scale {
        Scale::Group => centred / (rewards.std_dim([1].as_slice(), true, true) + STD_EPS),
        Scale::Batch => centred / (rewards.std(true) + STD_EPS),
        Scale::None => centred,
    }
}

/// Each reward less the mean of the others in its group: RLOO (Ahmadian et al., arXiv 2402.14740, eq. 8).
///
/// Shapes as [`group_advantages`].
pub fn leave_one_out(rewards: &Tensor) -> Tensor {
    let others = rewards.size()[1] as f64 - 1.0;
    let sum = rewards.sum_dim_intlist([1].as_slice(), true, rewards.kind());
    rewards - (sum - rewards) / others
}

/// Rewards less the mean of their group, whitened over the batch: REINFORCE++ with baseline (Hu et al., arXiv 2501.03262).
///
/// Shapes as [`group_advantages`].
pub fn whitened_in_batch(rewards: &Tensor) -> Tensor {
    let centred = group_advantages(rewards, Scale::None);
    let mean = centred.mean(rewards.kind());
    (&centred - mean) * (centred.var(true) + 1e-8).rsqrt()
}

/// Of what the probability ratio is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ratio {
    /// Each token on its own: GRPO.
    Token,
    /// The whole completion, to the power of 1 / length: GSPO (Zheng et al., arXiv 2507.18071, eq. 7).
    Sequence,
    /// The whole completion: REINFORCE and RLOO, where a completion is one action (Ahmadian et al., arXiv 2402.14740, §3).
    Completion,
}

/// How token losses become one number; the counts are those of the whole minibatch, so that its parts add up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Normaliser {
    /// Mean over completions of the mean over their tokens: GRPO.
    Completions(f64),
    /// Sum over tokens divided by this: the number of real tokens (DAPO, arXiv 2503.14476), or completions times the longest
    /// possible length (Dr. GRPO).
    Tokens(f64),
}

/// The constants of [`group_policy_loss`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupLoss {
    /// Bounds of the ratio.
    pub clip: Clip,
    /// Weight of the k3 estimate of KL(policy ‖ reference); 0 leaves it out.
    pub beta: f64,
    /// Of what the ratio is taken.
    pub ratio: Ratio,
    /// How token losses become one number.
    pub normaliser: Normaliser,
}

/// Clipped surrogate with one advantage a completion and the tie to the reference inside the loss (Shao et al., eq. 3).
///
/// Shapes: `logprobs` (new, with gradient), `old_logprobs`, `ref_logprobs`, `mask`: `[B, T]`; `advantages`: `[B]`; returns a
/// scalar. Every row has a real token.
///
/// # Errors
/// [`ShapeError`] when shapes differ.
pub fn group_policy_loss(
    logprobs: &Tensor,
    old_logprobs: &Tensor,
    ref_logprobs: &Tensor,
    advantages: &Tensor,
    mask: &Tensor,
    constants: &GroupLoss,
) -> Result<Tensor, ShapeError> {
    same_shape(logprobs, &[("old_logprobs", old_logprobs), ("ref_logprobs", ref_logprobs), ("mask", mask)])?;
    if advantages.size() != [logprobs.size()[0]] {
        let expected = vec![logprobs.size()[0]];
        return Err(ShapeError { name: "advantages", found: advantages.size(), expected });
    }
    let kind = logprobs.kind();
    let over_tokens = |x: &Tensor| (x * mask).sum_dim_intlist([1].as_slice(), true, kind);
    let lengths = mask.sum_dim_intlist([1].as_slice(), true, kind);
    let log_ratio = (logprobs - old_logprobs) * mask;
    let log_ratio = match constants.ratio {
        Ratio::Token => log_ratio,
        Ratio::Sequence => over_tokens(&log_ratio) / &lengths,
        Ratio::Completion => over_tokens(&log_ratio),
    };
    let (ratio, advantages) = (log_ratio.exp(), advantages.unsqueeze(1));
    let Clip { low, high, dual } = constants.clip;
    let mut gain = (&ratio * &advantages).minimum(&(ratio.clamp(1.0 - low, 1.0 + high) * &advantages));
    if let Some(dual) = dual {
        gain = gain.maximum(&(&advantages * dual)).where_self(&advantages.lt(0.0), &gain);
    }
    let mut losses = -gain * mask;
    if constants.beta != 0.0 {
        let kl = kl::per_token(&(logprobs * mask), &(ref_logprobs * mask), kl::KlEstimator::K3)?;
        losses += kl * constants.beta;
    }
    Ok(match constants.normaliser {
        Normaliser::Completions(n) => (over_tokens(&losses) / lengths).sum(kind) / n,
        Normaliser::Tokens(n) => over_tokens(&losses).sum(kind) / n,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::Kind;

    #[test]
    fn a_group_of_equal_rewards_teaches_nothing() {
        let rewards = Tensor::from_slice2(&[[2.0, 2.0, 2.0], [1.0, 0.0, 5.0]]);
        for advantages in [
            group_advantages(&rewards, Scale::Group),
            group_advantages(&rewards, Scale::Batch),
            group_advantages(&rewards, Scale::None),
            leave_one_out(&rewards),
        ] {
            assert_eq!(advantages.get(0).abs().max().double_value(&[]), 0.0);
            assert!(advantages.get(1).sum(Kind::Double).double_value(&[]).abs() < 1e-12);
        }
    }
}
