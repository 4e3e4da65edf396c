//! Advantages from rewards and values.

use tch::Tensor;

use super::{ShapeError, same_shape};

/// Generalised advantage estimation (Schulman et al., arXiv 1506.02438, eq. 16; the recursion runs backwards).
///
/// Shapes: `rewards`, `values`, `mask`: `[B, T]`; mask 1 = real token. Returns `(advantages, returns)`, both `[B, T]`.
/// `gamma`, `lam` in `[0, 1]`. The episode ends after the last real token: its next value is 0. Padding stays 0.
///
/// # Errors
/// [`ShapeError`] when the three shapes differ.
pub fn gae(
    rewards: &Tensor,
    values: &Tensor,
    mask: &Tensor,
    gamma: f64,
    lam: f64,
) -> Result<(Tensor, Tensor), ShapeError> {
    same_shape(rewards, &[("values", values), ("mask", mask)])?;
    let n_rows = rewards.size()[0];
    let n_columns = rewards.size()[1];
    let zero = Tensor::zeros([n_rows], (rewards.kind(), rewards.device()));
    let (mut advantage, mut next_value) = (zero.shallow_clone(), zero);
    let mut columns = Vec::with_capacity(n_columns as usize);
    for t in (0..n_columns).rev() {
        let (reward, value, real) = (rewards.select(1, t), values.select(1, t), mask.select(1, t));
        let pad: Tensor = 1.0 - &real;
        let delta = reward + gamma * &next_value - &value;
        let here = delta + gamma * lam * &advantage;
        next_value = value * &real + next_value * &pad;
        advantage = here * &real + advantage * &pad;
        columns.push(&advantage * &real);
    }
    columns.reverse();
    let advantages = Tensor::stack(&columns, 1);
    let returns = (&advantages + values) * mask;
    Ok((advantages, returns))
}
