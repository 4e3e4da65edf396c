//! Losses that train a policy on pairs directly, without a reward model.

use tch::Tensor;

use super::{ShapeError, same_shape};

/// What is made of the margin `h`, by how much more the policy than its reference prefers the chosen completion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PreferenceLoss {
    /// DPO, `−log σ(βh)` (Rafailov et al., arXiv 2305.18290, eq. 7); with `smoothing` ε > 0 conservative DPO, which believes
    /// a label with probability 1 − ε (Mitchell, "A note on DPO with noisy preferences", 2023).
    Sigmoid {
        /// Probability that a label is wrong, below ½.
        smoothing: f64,
    },
    /// DPO whose expected loss is that of clean labels when each is flipped with probability `flip` (Chowdhury et al., arXiv
    /// 2403.00409, eq. 12).
    Robust {
        /// Probability that a label was flipped, below ½.
        flip: f64,
    },
    /// `max(0, 1 − βh)` (Zhao et al., arXiv 2305.10425).
    Hinge,
    /// IPO, `(h − 1/(2β))²` (Azar et al., arXiv 2310.12036, eq. 17), which does not run away where labels are unanimous. Feed
    /// it log-ratios divided by the number of tokens to make it independent of length, as TRL does.
    Ipo,
}

/// Loss of each pair.
///
/// Shapes: `chosen`, `rejected` (with gradient): `[B]`, each the sum over completion tokens of
/// log π(token) − log π_ref(token); returns `[B]`. `beta` > 0 is the strength of the tie to the reference.
///
/// # Errors
/// [`ShapeError`] when the shapes differ.
pub fn preference_losses(
    chosen: &Tensor,
    rejected: &Tensor,
    loss: PreferenceLoss,
    beta: f64,
) -> Result<Tensor, ShapeError> {
    same_shape(chosen, &[("rejected", rejected)])?;
    let margin = chosen - rejected;
    let scaled = &margin * beta;
    let (for_it, against) = (|| -scaled.log_sigmoid(), || -(-&scaled).log_sigmoid());
    Ok(match loss {
        PreferenceLoss::Sigmoid { smoothing: 0.0 } => for_it(),
        PreferenceLoss::Sigmoid { smoothing } => for_it() * (1.0 - smoothing) + against() * smoothing,
        PreferenceLoss::Robust { flip } => (for_it() * (1.0 - flip) - against() * flip) / (1.0 - 2.0 * flip),
        PreferenceLoss::Hinge => (-scaled + 1.0).relu(),
        PreferenceLoss::Ipo => (margin - 1.0 / (2.0 * beta)).square(),
    })
}

/// [`preference_losses`] of labels that are probabilities: each order of the two completions counts as much as it is believed
/// in. A label that is believed with probability 1 − ε makes conservative DPO of DPO.
///
/// Shapes as [`preference_losses`]; `probability` `[B]`, in `[0, 1]`: that `chosen` is better.
///
/// # Errors
/// [`ShapeError`] when the shapes differ.
pub fn soft_preference_losses(
    chosen: &Tensor,
    rejected: &Tensor,
    probability: &Tensor,
    loss: PreferenceLoss,
    beta: f64,
) -> Result<Tensor, ShapeError> {
    same_shape(chosen, &[("probability", probability)])?;
    let as_labeled = preference_losses(chosen, rejected, loss, beta)?;
    let turned = preference_losses(rejected, chosen, loss, beta)?;
    Ok(as_labeled * probability + turned * (1.0 - probability))
}
