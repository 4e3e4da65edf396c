//! Truths and error rates by expectation maximisation (Dawid & Skene, Applied Statistics 28, 1979).

use crate::{
    labels::{Labels, Posterior},
    product::{ln_scale, normalise, rescale},
};

/// Probabilities are kept above it, so that one answer never rules a class out.
const FLOOR: f64 = 1e-10;

/// What is assumed and when to stop. The default is the method as published.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DawidSkene {
    /// How frequent the classes are.
    pub prior: Prior,
    /// What a worker's errors depend on.
    pub errors: Errors,
    /// Answers that every worker is taken to have given besides the real ones.
    pub smoothing: Smoothing,
    /// Every row is half an answer: a tie between two classes can then be one row for each.
    pub halves: bool,
    /// Updates at most; one is always done.
    pub max_iterations: u32,
    /// Stop when an update raises the objective by less than this share of it; `None` does all updates, whatever a
    /// platform's logarithm says.
    pub tolerance: Option<f64>,
}

impl Default for DawidSkene {
    fn default() -> Self {
        Self {
            prior: Prior::Estimated,
            errors: Errors::ByClass,
            smoothing: Smoothing::default(),
            halves: false,
            max_iterations: 10_000,
            tolerance: Some(1e-12),
        }
    }
}

/// How frequent the classes are before anybody answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prior {
    /// As frequent as the answers make them.
    Estimated,
    /// Equally frequent, as where a coin decided which completion is A.
    Uniform,
}

/// What a worker's errors depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errors {
    /// A confusion matrix a worker.
    ByClass,
    /// One probability a worker of being right; errors fall on all other classes alike ("one coin").
    OneCoin,
}

/// Dirichlet pseudo-counts of each row of a confusion matrix; 0 is maximum likelihood.
///
/// With few answers a worker the likelihood alone can say that everybody who disagrees with one person is always wrong;
/// a diagonal above the rest says that people are right more often than not.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Smoothing {
    /// Pseudo-count of the right answer.
    pub right: f64,
    /// Pseudo-count of each wrong one.
    pub wrong: f64,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Fit {
    /// Probability of every class for every task.
    pub posterior: Posterior,
    /// Frequency of the classes.
    pub prior: Vec<f64>,
    /// Logarithm of the likelihood of the answers, the class prior once a task.
    pub log_likelihood: f64,
    /// Log-likelihood plus the logarithm of the Dirichlet densities, up to a constant: what no update lowers.
    pub objective: f64,
    /// Updates done.
    pub iterations: u32,
    /// `(worker · n + label) · n + truth`: both steps read one answer's row of truths.
    columns: Vec<f64>,
}

impl Fit {
    /// Probability that the worker answers `label` where `truth` holds.
    pub fn confusion(&self, worker: usize, truth: usize, label: usize) -> f64 {
        let n = self.prior.len();
        self.columns[(worker * n + label) * n + truth]
    }

    /// Probability that the worker is right on a task drawn by the prior.
    pub fn accuracy(&self, worker: usize) -> f64 {
        let all: f64 = self.prior.iter().sum();
        self.prior.iter().enumerate().map(|(class, p)| p / all * self.confusion(worker, class, class)).sum()
    }
}

impl DawidSkene {
    /// Estimate truths and errors; deterministic in the set of rows.
    ///
    /// Cost: rows × classes a round, about 0.1 ms for 8,000 binary answers.
    pub fn fit<T, W, C>(&self, labels: &Labels<T, W, C>) -> Fit
    where
        T: Ord + Clone,
        W: Ord + Clone,
        C: Ord + Clone,
    {
        let n = labels.classes.len();
        let mut fit = Fit {
            posterior: crate::vote::majority(labels),
            prior: vec![1.0 / n as f64; n],
            log_likelihood: f64::NEG_INFINITY,
            objective: f64::NEG_INFINITY,
            iterations: 0,
            columns: vec![0.0; labels.workers.len() * n * n],
        };
        let mut posterior = std::mem::take(fit.posterior.values_mut());
        loop {
            self.maximise(labels, &posterior, &mut fit);
            fit.log_likelihood = self.expect(labels, &fit, &mut posterior);
            fit.iterations += 1;
            let objective = fit.log_likelihood + self.log_density(&fit);
            let gain = objective - fit.objective;
            fit.objective = objective;
            let done = self.tolerance.is_some_and(|tolerance| gain < tolerance * objective.abs().max(1.0));
            if done || fit.iterations >= self.max_iterations {
                break;
            }
        }
        *fit.posterior.values_mut() = posterior;
        fit
    }

    /// Prior and confusions from the posterior.
    fn maximise<T, W, C>(&self, labels: &Labels<T, W, C>, posterior: &[f64], fit: &mut Fit) {
        let n = fit.prior.len();
        if self.prior == Prior::Estimated {
            fit.prior.fill(0.0);
            for row in posterior.chunks_exact(n) {
                add(&mut fit.prior, row);
            }
            let n_tasks = labels.tasks.len() as f64;
            fit.prior.iter_mut().for_each(|p| *p = (*p / n_tasks).max(FLOOR));
        }
        fit.columns.fill(0.0);
        for vote in &labels.votes {
            let column = (vote.worker as usize * n + vote.class as usize) * n;
            add(&mut fit.columns[column..][..n], &posterior[vote.task as usize * n..][..n]);
        }
        let Smoothing { right, wrong } = self.smoothing;
        let unit = if self.halves { 0.5 } else { 1.0 };
        for worker in fit.columns.chunks_exact_mut(n * n) {
            match self.errors {
                Errors::ByClass => {
                    for truth in 0..n {
                        let mut sum = 0.0;
                        for label in 0..n {
                            let pseudo = if label == truth { right } else { wrong };
                            let count = &mut worker[label * n + truth];
                            *count = (*count * unit + pseudo).max(FLOOR);
                            sum += *count;
                        }
                        (0..n).for_each(|label| worker[label * n + truth] /= sum);
                    }
                }
                Errors::OneCoin => {
                    let all: f64 = worker.iter().sum();
                    let hits: f64 = (0..n).map(|class| worker[class * n + class]).sum();
                    let others = n.saturating_sub(1) as f64;
                    let skill = ((hits * unit + right) / (all * unit + right + wrong * others))
                        .clamp(FLOOR, 1.0 - FLOOR);
                    for (i, p) in worker.iter_mut().enumerate() {
                        *p = if i / n == i % n { skill } else { (1.0 - skill) / others };
                    }
                }
            }
        }
    }

    /// Posterior from prior and confusions; returns the log-likelihood.
    fn expect<T, W, C>(&self, labels: &Labels<T, W, C>, fit: &Fit, posterior: &mut [f64]) -> f64
    where
        T: Ord + Clone,
        W: Ord + Clone,
        C: Ord + Clone,
    {
        let n = fit.prior.len();
        let mut log_likelihood = 0.0;
        for (row, votes) in posterior.chunks_exact_mut(n).zip(labels.by_task()) {
            let mut steps = 0;
            row.fill(1.0);
            for vote in votes {
                let column = (vote.worker as usize * n + vote.class as usize) * n;
                row.iter_mut().zip(&fit.columns[column..][..n]).for_each(|(p, factor)| *p *= factor);
                rescale(row, &mut steps);
            }
            let mut scale = ln_scale(steps);
            if self.halves {
                row.iter_mut().for_each(|p| *p = p.sqrt());
                scale /= 2.0;
            }
            row.iter_mut().zip(&fit.prior).for_each(|(p, prior)| *p *= prior);
            log_likelihood += normalise(row).ln() - scale;
        }
        log_likelihood
    }

    /// Logarithm of the Dirichlet densities, without their constants.
    fn log_density(&self, fit: &Fit) -> f64 {
        let (n, Smoothing { right, wrong }) = (fit.prior.len(), self.smoothing);
        if right == 0.0 && wrong == 0.0 {
            return 0.0;
        }
        match self.errors {
            Errors::ByClass => {
                let term = |(i, p): (usize, &f64)| {
                    if i / n % n == i % n { right * p.ln() } else { wrong * p.ln() }
                };
                fit.columns.iter().enumerate().map(term).sum()
            }
            Errors::OneCoin => {
                let others = n.saturating_sub(1) as f64;
                let term = |worker: &[f64]| right * worker[0].ln() + wrong * others * (1.0 - worker[0]).ln();
                fit.columns.chunks_exact(n * n).map(term).sum()
            }
        }
    }
}

#[inline]
fn add(to: &mut [f64], row: &[f64]) {
    to.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
}
