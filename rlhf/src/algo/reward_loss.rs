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
    same_shape(chosen, &[("rejected", rejected)])?;
    for (name, label) in
        [("probability", labels.probability), ("weights", labels.weights), ("margin", labels.margin)]
    {
        same_shape(chosen, &label.map(|tensor| (name, tensor)).into_iter().collect::<Vec<_>>())?;
    }
    let kind = chosen.kind();
    let mut difference = chosen - rejected;
    if let Some(margin) = labels.margin {
        difference -= margin;
    }
    let losses = match labels.probability {
        None => -difference.log_sigmoid(),
        Some(p) => {
            let against: Tensor = 1.0 - p;
            -(p * difference.log_sigmoid() + against * (-&difference).log_sigmoid())
        }
    };
    let likelihood = match labels.weights {
        None => losses.mean(kind),
        Some(weights) => (losses * weights).sum(kind) / weights.sum(kind),
    };
    Ok(likelihood + (chosen + rejected).square().mean(kind) * centring)
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
