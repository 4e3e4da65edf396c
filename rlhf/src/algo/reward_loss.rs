//! Losses for reward models trained on pairwise preferences.

use tch::Tensor;

use super::{ShapeError, same_shape};

/// What is known about the pairs besides their order; the default is "the first was preferred, all pairs equal".
#[derive(Default)]
pub struct PairLabels<'a> {
    /// Probability that `chosen` is the better one, in `[0, 1]`, `[B]`; a tie is 0.5.
    pub probability: Option<&'a Tensor>,
    /// Weight of each pair, `[B]`, ≥ 0, with a positive sum.
    pub weights: Option<&'a Tensor>,
    /// Score difference that a pair must at least reach, `[B]` (Touvron et al., arXiv 2307.09288, eq. 2).
    pub margin: Option<&'a Tensor>,
}

/// Bradley–Terry negative log-likelihood with soft labels, plus `centring · mean((chosen + rejected)²)`.
///
/// Ouyang et al., arXiv 2203.02155, eq. 1; centring after Eisenstein et al., arXiv 2312.09244, which pins the mean of
/// the scores that the pairwise loss leaves free. Shapes: `chosen`, `rejected`: `[B]`; returns a scalar.
///
/// # Errors
/// [`ShapeError`] when shapes differ.
pub fn bradley_terry(
    chosen: &Tensor,
    rejected: &Tensor,
    labels: &PairLabels,
    centring: f64,
) -> Result<Tensor, ShapeError> {
    let difference = difference(chosen, rejected, labels)?;
    let losses = match labels.probability {
        None => -difference.log_sigmoid(),
        Some(p) => {
            let against: Tensor = 1.0 - p;
            -(p * difference.log_sigmoid() + against * (-&difference).log_sigmoid())
        }
    };
    Ok(weighted_mean(losses, labels) + (chosen + rejected).square().mean(chosen.kind()) * centring)
}

/// [`bradley_terry`] where a tie is an outcome with odds of its own: `P(win) = σ(d − ln θ)`, `P(loss) = σ(−d − ln θ)`, and
/// a tie is the rest (Rao & Kupper, J. Am. Stat. Assoc. 62, 1967). A pair of probability exactly 0.5 is a tie; its margin
/// must be 0. `theta` > 1.
///
/// # Errors
/// [`ShapeError`] when shapes differ.
pub fn rao_kupper(
    chosen: &Tensor,
    rejected: &Tensor,
    labels: &PairLabels,
    theta: f64,
    centring: f64,
) -> Result<Tensor, ShapeError> {
    let difference = difference(chosen, rejected, labels)?;
    let win = (&difference - theta.ln()).log_sigmoid();
    let loss = (-&difference - theta.ln()).log_sigmoid();
    let losses = match labels.probability {
        None => -win,
        Some(p) => {
            let against: Tensor = 1.0 - p;
            // 1 − σ(d − ln θ) − σ(−d − ln θ) = (θ² − 1) · σ(d − ln θ) · σ(−d − ln θ)
            let tie: Tensor = &win + &loss + (theta * theta - 1.0).ln();
            -(p * &win + against * &loss).where_self(&p.not_equal(0.5), &tie)
        }
    };
    Ok(weighted_mean(losses, labels) + (chosen + rejected).square().mean(chosen.kind()) * centring)
}

/// Score differences less their margins, after a look at the shapes.
fn difference(chosen: &Tensor, rejected: &Tensor, labels: &PairLabels) -> Result<Tensor, ShapeError> {
    same_shape(chosen, &[("rejected", rejected)])?;
    for (name, label) in
        [("probability", labels.probability), ("weights", labels.weights), ("margin", labels.margin)]
    {
        same_shape(chosen, &label.map(|tensor| (name, tensor)).into_iter().collect::<Vec<_>>())?;
    }
    let difference = chosen - rejected;
    Ok(match labels.margin {
        None => difference,
        Some(margin) => difference - margin,
    })
}

fn weighted_mean(losses: Tensor, labels: &PairLabels) -> Tensor {
    let kind = losses.kind();
    match labels.weights {
        None => losses.mean(kind),
        Some(weights) => (losses * weights).sum(kind) / weights.sum(kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tie_pulls_the_scores_together() {
        let chosen = Tensor::from_slice(&[1.5]).set_requires_grad(true);
        let rejected = Tensor::from_slice(&[-0.5]);
        let half = Tensor::from_slice(&[0.5]);
        let labels = PairLabels { probability: Some(&half), ..PairLabels::default() };
        let loss = bradley_terry(&chosen, &rejected, &labels, 0.0).expect("shapes are equal");
        let gradient = Tensor::run_backward(&[loss], &[&chosen], false, false);
        assert!(gradient[0].double_value(&[0]) > 0.0);
    }
}
