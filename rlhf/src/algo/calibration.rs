//! Does a reward model know how sure it is? Functions of predicted probabilities and of what people then said.

/// Bins of [`calibration_error`].
pub const BINS: usize = 10;

/// Mean squared error of probabilities (Brier, Mon. Weather Rev. 78, 1950, for two outcomes): 0 for a prophet, 0.25 for a coin.
///
/// `predicted[i]` in `[0, 1]`: that the first of pair i is better; `actual[i]`: share of the answers that said so, so a pair
/// counts as its answers do, `a (1 − p)² + (1 − a) p²`. NaN without pairs.
///
/// # Panics
/// When the slices differ in length.
pub fn brier(predicted: &[f64], actual: &[f64]) -> f64 {
    assert_eq!(predicted.len(), actual.len());
    let of = |(p, a): (&f64, &f64)| a * (1.0 - p).powi(2) + (1.0 - a) * p * p;
    predicted.iter().zip(actual).map(of).sum::<f64>() / predicted.len() as f64
}

/// Expected calibration error (Naeini et al., AAAI 2015) over [`BINS`] bins of equal mass: pairs are sorted by the probability of
/// the side that the model prefers and cut into bins that hold equally many (to one), and the error is the mean distance between
/// mean probability and share of the answers for that side, weighted by the bins' sizes. Equal mass, because pairs that a model
/// is sure of are many and would crowd into one bin of equal width.
///
/// Arguments as for [`brier`]. Looking at the preferred side makes the order of a pair meaningless. NaN without pairs.
///
/// # Panics
/// When the slices differ in length.
pub fn calibration_error(predicted: &[f64], actual: &[f64]) -> f64 {
    assert_eq!(predicted.len(), actual.len());
    let preferred = |(&p, &a): (&f64, &f64)| match p {
        p if p > 0.5 => (p, a),
        p if p < 0.5 => (1.0 - p, 1.0 - a),
        // Neither side: whatever people said, half of it is for the side preferred.
        p => (p, 0.5),
    };
    let mut pairs: Vec<(f64, f64)> = predicted.iter().zip(actual).map(preferred).collect();
    // By both numbers, so that the order of the arguments changes nothing.
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let n = pairs.len();
    let bins = BINS.min(n);
    let distance = |bin: usize| {
        let members = &pairs[bin * n / bins..(bin + 1) * n / bins];
        members.iter().map(|(p, a)| p - a).sum::<f64>().abs()
    };
    (0..bins).map(distance).sum::<f64>() / n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
    }

    #[test]
    fn the_brier_score_is_the_squared_distance_and_counts_every_answer() {
        // (0.1² + 0.6²) / 2
        near(brier(&[0.9, 0.4], &[1.0, 1.0]), 0.185);
        // Three of four answers for the first: 0.75 · 0.2² + 0.25 · 0.8²
        near(brier(&[0.8], &[0.75]), 0.19);
        near(brier(&[0.5, 0.5], &[1.0, 0.0]), 0.25);
        assert!(brier(&[], &[]).is_nan());
    }

    #[test]
    fn the_calibration_error_compares_probability_and_outcome_of_the_preferred_side() {
        // Three pairs are three bins: |0.9 − 1|, |0.8 − 0| and |0.7 − 1|, over three.
        near(calibration_error(&[0.9, 0.2, 0.7], &[1.0, 1.0, 1.0]), 1.2 / 3.0);
        // The same pairs the other way round.
        near(calibration_error(&[0.1, 0.8, 0.3], &[0.0, 0.0, 0.0]), 1.2 / 3.0);
        // A model without an opinion is never wrong about it.
        near(calibration_error(&[0.5, 0.5], &[1.0, 1.0]), 0.0);
    }

    #[test]
    fn within_a_bin_errors_on_both_sides_cancel_and_bins_hold_equally_many() {
        // Twenty pairs at 0.75, of which 15 hold: sorted, the five that fail are in the first bins of two, so that bins 0 and 1
        // are off by 0.75 each, bin 2 by 0.25, and the other seven by 0.25.
        let actual: Vec<f64> = (0..20).map(|i| f64::from(i >= 5)).collect();
        near(calibration_error(&[0.75; 20], &actual), (2.0 * 0.75 + 0.25 + 7.0 * 0.25) / 10.0);
        // Ten pairs of each of two probabilities, five bins each; every bin holds its probability's share of answers.
        let predicted: Vec<f64> = (0..20).map(|i| if i < 10 { 0.6 } else { 0.9 }).collect();
        near(calibration_error(&predicted, &predicted), 0.0);
        near(calibration_error(&predicted, &[1.0; 20]), 0.25);
    }
}
