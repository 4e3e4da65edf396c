//! Bradley–Terry with unreliable workers, in the spirit of Crowd-BT (Chen, Bennett, Collins-Thompson & Horvitz, WSDM 2013).
//!
//! A worker compares with probability `σ(skill)` and else prefers the left side with probability `σ(bias)`. Scores are held
//! together by a weak comparison, both ways, of every item with a virtual one. The function has several minima: the best of
//! several starts is taken.

use crate::{
    bradley_terry::{CompareError, Outcome, ln_sigmoid},
    labels::numbered,
    lbfgs::minimise,
    random::Draws,
};

/// A worker's comparison, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    worker: usize,
    first: usize,
    second: usize,
    won: bool,
}

/// The problem: rows by number and the weight of the virtual item.
#[derive(Clone, Debug)]
pub struct Noisy<W, I> {
    /// Names, ascending.
    pub workers: Vec<W>,
    /// Names, ascending.
    pub items: Vec<I>,
    rows: Vec<Row>,
    ridge: f64,
}

/// The best minimum.
#[derive(Clone, Debug)]
pub struct Fit {
    /// Log-scores of the items; only their differences mean something.
    pub log_scores: Vec<f64>,
    /// Probability that each worker compares at all.
    pub skills: Vec<f64>,
    /// Probability of the left side when a worker does not compare.
    pub biases: Vec<f64>,
    /// Negated log-likelihood with the ridge.
    pub objective: f64,
}

impl<W: Ord + Clone, I: Ord + Clone> Noisy<W, I> {
    /// Rows are (worker, left, right, outcome); ties say nothing here and are left out.
    ///
    /// # Errors
    /// [`CompareError::Empty`], [`CompareError::Itself`].
    pub fn new(rows: &[(W, I, I, Outcome)], ridge: f64) -> Result<Self, CompareError> {
        let (workers, worker_of) = numbered(rows.iter().map(|row| &row.0));
        let (items, item_of) = numbered(rows.iter().flat_map(|row| [&row.1, &row.2]));
        let mut decided = Vec::with_capacity(rows.len());
        for (row, (.., outcome)) in rows.iter().enumerate() {
            let (first, second) = (item_of[2 * row] as usize, item_of[2 * row + 1] as usize);
            if first == second {
                return Err(CompareError::Itself { row });
            }
            if *outcome != Outcome::Tie {
                let worker = worker_of[row] as usize;
                decided.push(Row { worker, first, second, won: *outcome == Outcome::First });
            }
        }
        if decided.is_empty() {
            return Err(CompareError::Empty);
        }
        decided.sort_unstable();
        Ok(Self { workers, items, rows: decided, ridge })
    }

    /// Number of parameters: the virtual item, the items, then a bias and a skill a worker.
    pub fn n_parameters(&self) -> usize {
        1 + self.items.len() + 2 * self.workers.len()
    }

    /// Negated log-likelihood with the ridge, and its gradient, both at the parameters.
    pub fn objective(&self, parameters: &[f64]) -> (f64, Vec<f64>) {
        let (n, n_workers) = (self.items.len(), self.workers.len());
        let (scores, rest) = parameters[1..].split_at(n);
        let (biases, skills) = rest.split_at(n_workers);
        let mut gradient = vec![0.0; parameters.len()];
        let mut value = 0.0;
        for row in &self.rows {
            let sign = if row.won { 1.0 } else { -1.0 };
            let difference = sign * (scores[row.first] - scores[row.second]);
            let (skill, bias) = (skills[row.worker], sign * biases[row.worker]);
            let compared = ln_sigmoid(skill) + ln_sigmoid(difference);
            let habit = ln_sigmoid(-skill) + ln_sigmoid(bias);
            let top = compared.max(habit);
            let both = top + ((compared - top).exp() + (habit - top).exp()).ln();
            value -= both;
            // Which of the two it was, and what that says about each parameter.
            let (was, was_not) = ((compared - both).exp(), (habit - both).exp());
            let pull = was * sigmoid(-difference) * sign;
            gradient[1 + row.first] -= pull;
            gradient[1 + row.second] += pull;
            gradient[1 + n + row.worker] -= was_not * sigmoid(-bias) * sign;
            gradient[1 + n + n_workers + row.worker] -= was * sigmoid(-skill) - was_not * sigmoid(skill);
        }
        for (i, score) in scores.iter().enumerate() {
            let d = parameters[0] - score;
            value -= self.ridge * (ln_sigmoid(d) + ln_sigmoid(-d));
            let pull = self.ridge * (sigmoid(d) - sigmoid(-d));
            gradient[0] += pull;
            gradient[1 + i] -= pull;
        }
        (value, gradient)
    }

    /// The best of `restarts` (at least one) minima, from starting points that the seed draws.
    pub fn fit(&self, restarts: u32, seed: u64) -> Fit {
        let mut draws = Draws(seed);
        let mut start = || {
            let start = (0..self.n_parameters()).map(|_| draws.between(0.0, 1.0)).collect();
            minimise(start, 20_000, 1e-9, |x| self.objective(x))
        };
        let mut best = start();
        for _ in 1..restarts {
            let found = start();
            if found.1 < best.1 {
                best = found;
            }
        }
        let (parameters, objective) = best;
        let (scores, rest) = parameters[1..].split_at(self.items.len());
        let (biases, skills) = rest.split_at(self.workers.len());
        let probabilities = |values: &[f64]| values.iter().map(|&x| sigmoid(x)).collect();
        Fit {
            log_scores: scores.to_vec(),
            skills: probabilities(skills),
            biases: probabilities(biases),
            objective,
        }
    }
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}
