//! What a reward model's scores say about pairs that people compared.

use crate::algo::calibration::{brier, calibration_error};
use crate::algo::win_rate::wilson_95;
use crate::report::Metrics;

/// A pair as the reward model sees it and as people did.
pub struct Judged {
    /// Log-odds that `chosen` is better, by the model.
    pub difference: f64,
    /// Share of the answers for `chosen`, or its soft label.
    pub probability: f64,
    /// The difference by each head of an ensemble; empty for a single head.
    pub opinions: Vec<f64>,
}

/// Agreement with the majorities.
pub struct Accuracy {
    /// Share of the pairs with a majority whose majority the scores agree with; equal scores count half. NaN without pairs.
    pub share: f64,
    /// Its 95 % interval (Wilson).
    pub interval: (f64, f64),
}

impl Accuracy {
    pub fn of(pairs: &[Judged]) -> Self {
        let (mut right, mut n) = (0.0, 0.0);
        for pair in pairs.iter().filter(|pair| pair.probability != 0.5) {
            let agreement = pair.difference * (pair.probability - 0.5).signum();
            right += if agreement > 0.0 {
                1.0
            } else if agreement == 0.0 {
                0.5
            } else {
                0.0
            };
            n += 1.0;
        }
        Self { share: right / n, interval: wilson_95(right, n) }
    }
}

/// Interval of the accuracy, Brier score, calibration error and spread of an ensemble as metrics that begin with `prefix`.
/// Numbers over no pairs are not finite.
pub fn metrics(prefix: &str, accuracy: &Accuracy, pairs: &[Judged]) -> Metrics {
    let predicted: Vec<f64> = pairs.iter().map(|pair| sigmoid(pair.difference)).collect();
    let actual: Vec<f64> = pairs.iter().map(|pair| pair.probability).collect();
    let known = |value: f64| if accuracy.share.is_finite() { value } else { f64::NAN };
    let mut metrics = Metrics::from([
        (format!("{prefix}AccuracyLow"), known(accuracy.interval.0)),
        (format!("{prefix}AccuracyHigh"), known(accuracy.interval.1)),
        (format!("{prefix}Brier"), brier(&predicted, &actual)),
        (format!("{prefix}CalibrationError"), calibration_error(&predicted, &actual)),
    ]);
    if pairs.iter().any(|pair| !pair.opinions.is_empty()) {
        let spread = pairs.iter().map(|pair| deviation(&pair.opinions)).sum::<f64>() / pairs.len() as f64;
        metrics.insert(format!("{prefix}Spread"), spread);
    }
    metrics
}

/// Elementwise `a − b`.
pub fn subtract(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Standard deviation with Bessel's correction.
fn deviation(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len() - 1) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(difference: f64, probability: f64, opinions: &[f64]) -> Judged {
        Judged { difference, probability, opinions: opinions.to_vec() }
    }

    #[test]
    fn accuracy_counts_majorities_and_halves_equal_scores() {
        let pairs = [
            judged(1.0, 1.0, &[]),
            judged(-1.0, 0.2, &[]),
            judged(-1.0, 0.9, &[]),
            judged(0.0, 0.8, &[]),
            judged(9.0, 0.5, &[]),
        ];
        let accuracy = Accuracy::of(&pairs);
        assert_eq!(accuracy.share, 2.5 / 4.0);
        assert!(accuracy.interval.0 < 0.3 && accuracy.interval.1 > 0.8);
    }

    #[test]
    fn the_spread_is_how_far_the_heads_are_apart_about_a_pair() {
        let pairs = [judged(2.0, 1.0, &[1.0, 3.0]), judged(0.0, 1.0, &[0.0, 0.0])];
        let metrics = metrics("x", &Accuracy::of(&pairs), &pairs);
        // Deviations √2 and 0.
        assert!((metrics["xSpread"] - 2f64.sqrt() / 2.0).abs() < 1e-12);
        // σ(2) = 0.8808: Brier (0.1192² + 0.5²) / 2.
        assert!((metrics["xBrier"] - (0.119_202_922_f64.powi(2) + 0.25) / 2.0).abs() < 1e-9);
    }

    #[test]
    fn no_pairs_have_no_numbers() {
        assert!(metrics("x", &Accuracy::of(&[]), &[]).values().all(|value| value.is_nan()));
    }
}
