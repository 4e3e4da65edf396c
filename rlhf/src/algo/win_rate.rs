//! Win rates with the uncertainty they deserve.

/// A win rate and its 95 % confidence interval, all in basis points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WinRate {
    /// Number of comparisons.
    pub n_comparisons: u64,
    /// Wins plus half the ties, over comparisons.
    pub bps: u32,
    /// Lower end of the interval.
    pub ci_low_bps: u32,
    /// Upper end of the interval.
    pub ci_high_bps: u32,
}

/// Win rate of `candidate` over `parent`, pair by pair; a difference of at most `tie_margin` is a tie and counts half.
///
/// Interval: Wilson's score interval (J. Am. Stat. Assoc. 22, 1927), which stays inside `[0, 1]` for small samples.
/// Pairs with NaN count as ties. No pairs: the rate is one half with the interval `[0, 1]`.
pub fn win_rate(candidate: &[f64], parent: &[f64], tie_margin: f64) -> WinRate {
    let n = candidate.len().min(parent.len());
    let points: f64 = candidate
        .iter()
        .zip(parent)
        .map(|(candidate, parent)| match candidate - parent {
            difference if difference > tie_margin => 1.0,
            difference if difference < -tie_margin => 0.0,
            _ => 0.5,
        })
        .sum();
    let (low, high) = wilson_95(points, n as f64);
    let rate = if n == 0 { 0.5 } else { points / n as f64 };
    WinRate { n_comparisons: n as u64, bps: to_bps(rate), ci_low_bps: to_bps(low), ci_high_bps: to_bps(high) }
}

/// Wilson's 95 % score interval of a share of `successes` in `n` trials (J. Am. Stat. Assoc. 22, 1927, eq. 8); successes may be
/// halves. No trials: `[0, 1]`.
pub fn wilson_95(successes: f64, n: f64) -> (f64, f64) {
    if n == 0.0 {
        return (0.0, 1.0);
    }
    const Z: f64 = 1.959_963_984_540_054;
    let p = successes / n;
    let scale = 1.0 + Z * Z / n;
    let centre = (p + Z * Z / (2.0 * n)) / scale;
    let half_width = Z / scale * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    ((centre - half_width).max(0.0), (centre + half_width).min(1.0))
}

fn to_bps(rate: f64) -> u32 {
    (rate * 10_000.0).round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_ties_half_and_gives_the_wilson_interval() {
        let rate = win_rate(&[1.0, 1.0, 1.0, 0.0], &[0.0, 0.0, 1.0, 1.0], 1e-9);
        assert_eq!((rate.n_comparisons, rate.bps), (4, 6250));
        // Eight wins of ten: Wilson's interval is 0.4902 to 0.9433.
        let eight = win_rate(&[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, -1.0, -1.0], &[0.0; 10], 0.0);
        assert_eq!((eight.ci_low_bps, eight.ci_high_bps), (4902, 9433));
    }

    #[test]
    fn no_comparisons_say_nothing() {
        let rate = win_rate(&[], &[], 0.0);
        assert_eq!((rate.bps, rate.ci_low_bps, rate.ci_high_bps), (5000, 0, 10_000));
    }
}
