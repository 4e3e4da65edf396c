//! Strengths from comparisons (Bradley & Terry, Biometrika 39, 1952), with intervals.

use crate::{
    labels::numbered,
    newton::{Local, cholesky, maximise, solve},
};

/// Result of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The first is better.
    First,
    /// The second is better.
    Second,
    /// Neither.
    Tie,
}

/// Why there are no strengths.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompareError {
    /// There is nothing to compare.
    #[error("there are no comparisons")]
    Empty,
    /// An item was compared with itself.
    #[error("comparison {row} compares an item with itself")]
    Itself {
        /// Counted from 0.
        row: usize,
    },
    /// A group of items never lost to the others, or never met them: the likelihood grows for ever as they move apart.
    #[error(
        "items {items:?} never lost to the others or never met them: there is no finite maximum without a ridge"
    )]
    Apart {
        /// Numbers of the items.
        items: Vec<usize>,
    },
    /// A tie parameter needs ties and decisions.
    #[error("a tie parameter needs at least one tie and one decided comparison")]
    NoTies,
    /// The climb did not end.
    #[error("the likelihood has no maximum that could be found")]
    NoMaximum,
}

/// How often every item beat every other.
#[derive(Clone, Debug)]
pub struct Comparisons<I> {
    /// Names, ascending.
    pub items: Vec<I>,
    /// `[a · n + b]`: a beat b.
    pub(crate) wins: Vec<u32>,
    /// `[a · n + b]`, a < b: neither won.
    pub(crate) ties: Vec<u32>,
}

impl<I: Ord + Clone> Comparisons<I> {
    /// Count rows (first, second, outcome).
    ///
    /// # Errors
    /// [`CompareError::Empty`], [`CompareError::Itself`].
    pub fn new(rows: &[(I, I, Outcome)]) -> Result<Self, CompareError> {
        let (items, numbers) = numbered(rows.iter().flat_map(|row| [&row.0, &row.1]));
        let n = items.len();
        if n == 0 {
            return Err(CompareError::Empty);
        }
        let (mut wins, mut ties) = (vec![0; n * n], vec![0; n * n]);
        for (row, (of_row, (.., outcome))) in numbers.chunks_exact(2).zip(rows).enumerate() {
            let (a, b) = (of_row[0] as usize, of_row[1] as usize);
            if a == b {
                return Err(CompareError::Itself { row });
            }
            match outcome {
                Outcome::First => wins[a * n + b] += 1,
                Outcome::Second => wins[b * n + a] += 1,
                Outcome::Tie => ties[a.min(b) * n + a.max(b)] += 1,
            }
        }
        Ok(Self { items, wins, ties })
    }

    /// Pairs that met, `a < b`: (a, b, wins of a, wins of b, ties).
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (usize, usize, f64, f64, f64)> + '_ {
        let n = self.items.len();
        (0..n).flat_map(move |a| {
            (a + 1..n).filter_map(move |b| {
                let (first, second, ties) =
                    (self.wins[a * n + b], self.wins[b * n + a], self.ties[a * n + b]);
                (first + second + ties > 0)
                    .then(|| (a, b, f64::from(first), f64::from(second), f64::from(ties)))
            })
        })
    }

    /// Ford's condition (1957): the likelihood has a maximum when no group only wins against the rest.
    pub(crate) fn connected(&self) -> Result<(), CompareError> {
        let n = self.items.len();
        let took = |a: usize, b: usize| self.wins[a * n + b] + self.ties[a.min(b) * n + a.max(b)] > 0;
        for forward in [true, false] {
            let (mut reached, mut open) = (vec![false; n], vec![0]);
            reached[0] = true;
            while let Some(a) = open.pop() {
                for (b, seen) in reached.iter_mut().enumerate() {
                    if !*seen && a != b && if forward { took(a, b) } else { took(b, a) } {
                        *seen = true;
                        open.push(b);
                    }
                }
            }
            if reached.contains(&false) {
                // Items that item 0 takes nothing from, or that take nothing from it.
                let items = (0..n).filter(|&item| reached[item] != forward).collect();
                return Err(CompareError::Apart { items });
            }
        }
        Ok(())
    }
}

/// Strengths and how sure they are.
#[derive(Clone, Debug)]
pub struct Strengths {
    /// Natural logarithms of the strengths, mean 0: `P(a beats b) = 1 / (1 + exp(s_b − s_a))`.
    pub log_scores: Vec<f64>,
    /// At those strengths, without the ridge.
    pub log_likelihood: f64,
    /// Inverse of the observed information on the plane of mean 0; n × n.
    covariance: Vec<f64>,
}

impl Strengths {
    /// Shares of the strengths, sum 1.
    pub fn scores(&self) -> Vec<f64> {
        let mut scores: Vec<f64> = self.log_scores.iter().map(|s| s.exp()).collect();
        crate::product::normalise(&mut scores);
        scores
    }

    /// Wald interval of an item's log-score, `z` standard errors to each side (1.96 for 95 %).
    ///
    /// It takes comparisons as independent: answers of one person, or about one prompt, are not, and the interval is too narrow
    /// for them. Ties counted as half wins vary less than wins, which makes it too wide.
    pub fn interval(&self, item: usize, z: f64) -> (f64, f64) {
        let n = self.log_scores.len();
        let half = z * self.covariance[item * n + item].sqrt();
        (self.log_scores[item] - half, self.log_scores[item] + half)
    }

    /// Wald interval of the difference of two log-scores, `first − second`.
    pub fn difference(&self, first: usize, second: usize, z: f64) -> (f64, f64) {
        let n = self.log_scores.len();
        let at = |a: usize, b: usize| self.covariance[a * n + b];
        let variance = at(first, first) + at(second, second) - 2.0 * at(first, second);
        let (middle, half) = (self.log_scores[first] - self.log_scores[second], z * variance.max(0.0).sqrt());
        (middle - half, middle + half)
    }
}

/// Maximum likelihood, a tie half a win for each. `ridge`, ≥ 0, takes `ridge/2 · Σs²` off the log-likelihood: 0 is the plain
/// maximum, a small one gives every item a finite score.
///
/// Cost: items³ a step and under ten steps; comparisons are counted once.
///
/// # Errors
/// [`CompareError::Apart`] when there is no maximum without a ridge.
pub fn fit<I: Ord + Clone>(data: &Comparisons<I>, ridge: f64) -> Result<Strengths, CompareError> {
    if ridge == 0.0 {
        data.connected()?;
    }
    let n = data.items.len();
    let pairs: Vec<_> = data.pairs().collect();
    let local = |s: &[f64]| {
        let mut at = Local {
            value: -ridge / 2.0 * s.iter().map(|s| s * s).sum::<f64>(),
            gradient: s.iter().map(|s| -ridge * s).collect(),
            curvature: vec![0.0; n * n],
        };
        for &(a, b, first, second, ties) in &pairs {
            let (wins, all) = (first + ties / 2.0, first + second + ties);
            let d = s[a] - s[b];
            let p = 1.0 / (1.0 + (-d).exp());
            at.value += wins * ln_sigmoid(d) + (all - wins) * ln_sigmoid(-d);
            at.gradient[a] += wins - all * p;
            at.gradient[b] -= wins - all * p;
            laplacian(&mut at.curvature, n, a, b, all * p * (1.0 - p));
        }
        (0..n).for_each(|i| at.curvature[i * n + i] += ridge);
        fix_mean(&mut at.curvature, n, n);
        at
    };
    let (log_scores, at) = maximise(vec![0.0; n], local).ok_or(CompareError::NoMaximum)?;
    let penalty = ridge / 2.0 * log_scores.iter().map(|s| s * s).sum::<f64>();
    let covariance = covariance(at.curvature, n, n).ok_or(CompareError::NoMaximum)?;
    Ok(Strengths { log_scores, log_likelihood: at.value + penalty, covariance })
}

pub(crate) fn ln_sigmoid(x: f64) -> f64 {
    if x > 0.0 { -(-x).exp().ln_1p() } else { x - x.exp().ln_1p() }
}

pub(crate) fn laplacian(curvature: &mut [f64], width: usize, a: usize, b: usize, weight: f64) {
    curvature[a * width + a] += weight;
    curvature[b * width + b] += weight;
    curvature[a * width + b] -= weight;
    curvature[b * width + a] -= weight;
}

/// The likelihood does not see a shift of all scores: give that direction a curvature, so that the mean stays 0.
pub(crate) fn fix_mean(curvature: &mut [f64], n: usize, width: usize) {
    for a in 0..n {
        for b in 0..n {
            curvature[a * width + b] += 1.0 / n as f64;
        }
    }
}

/// Inverse of a curvature that [`fix_mean`] was added to, of the first `n` of `width` parameters, without that direction.
pub(crate) fn covariance(curvature: Vec<f64>, n: usize, width: usize) -> Option<Vec<f64>> {
    let factor = cholesky(curvature, width)?;
    let mut covariance = vec![0.0; n * n];
    for item in 0..n {
        let mut column = vec![0.0; width];
        column[item] = 1.0;
        solve(&factor, &mut column);
        // The mean of each column is what the added direction put in.
        let mean = column[..n].iter().sum::<f64>() / n as f64;
        (0..n).for_each(|row| covariance[row * n + item] = column[row] - mean);
    }
    Some(covariance)
}

impl Strengths {
    pub(crate) fn new(log_scores: Vec<f64>, log_likelihood: f64, covariance: Vec<f64>) -> Self {
        Self { log_scores, log_likelihood, covariance }
    }
}
