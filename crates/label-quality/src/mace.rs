//! Workers who know or guess: MACE with variational Bayes (Hovy, Berg-Kirkpatrick, Vaswani & Hovy, NAACL 2013).
//!
//! A worker knows the truth with a probability of their own, else answers by a habit of their own. With several restarts the
//! one with the highest likelihood wins; they differ in their starting points only.

use crate::{
    digamma::digamma,
    labels::{Labels, Posterior},
    product::{ln_scale, normalise, rescale},
    random::Draws,
};

/// Priors and search.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mace {
    /// Pseudo-count of guessing.
    pub guesses: f64,
    /// Pseudo-count of knowing.
    pub knows: f64,
    /// Pseudo-count of every class among a worker's guesses.
    pub habit: f64,
    /// Starting points; at least one.
    pub restarts: u32,
    /// Updates a restart.
    pub iterations: u32,
    /// Draws the starting points.
    pub seed: u64,
}

impl Default for Mace {
    fn default() -> Self {
        Self { guesses: 0.5, knows: 0.5, habit: 10.0, restarts: 10, iterations: 50, seed: 0 }
    }
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Fit {
    /// Probability of every class for every task.
    pub posterior: Posterior,
    /// How probably each worker knows. Variational parameters: geometric means, so that knowing and guessing sum to less
    /// than 1.
    pub competence: Vec<f64>,
    /// Logarithm of the likelihood at those parameters.
    pub log_likelihood: f64,
}

/// Parameters of one update; `guess[worker · n + class]` is the probability to guess and to say that class.
struct Workers {
    guess: Vec<f64>,
    know: Vec<f64>,
}

/// What the posterior says the workers did.
struct Counts {
    guessed: Vec<f64>,
    known: Vec<f64>,
    said: Vec<f64>,
}

impl Mace {
    /// Estimate truths and competences.
    pub fn fit<T, W, C>(&self, labels: &Labels<T, W, C>) -> Fit
    where
        T: Ord + Clone,
        W: Ord + Clone,
        C: Ord + Clone,
    {
        let mut draws = Draws(self.seed);
        let mut best = self.restart(labels, &mut draws);
        for _ in 1..self.restarts {
            let fit = self.restart(labels, &mut draws);
            if fit.log_likelihood > best.log_likelihood {
                best = fit;
            }
        }
        best
    }

    fn restart<T, W, C>(&self, labels: &Labels<T, W, C>, draws: &mut Draws) -> Fit
    where
        T: Ord + Clone,
        W: Ord + Clone,
        C: Ord + Clone,
    {
        let (n, n_workers) = (labels.classes.len(), labels.workers.len());
        let mut workers = start(n, n_workers, draws);
        let mut counts = Counts {
            guessed: vec![0.0; n_workers],
            known: vec![0.0; n_workers],
            said: vec![0.0; n_workers * n],
        };
        let mut posterior = vec![0.0; labels.tasks.len() * n];
        let mut log_likelihood = expect(labels, n, &workers, &mut posterior, &mut counts);
        for _ in 0..self.iterations {
            self.maximise(n, &counts, &mut workers);
            log_likelihood = expect(labels, n, &workers, &mut posterior, &mut counts);
        }
        Fit { posterior: Posterior::new(n, posterior), competence: workers.know, log_likelihood }
    }

    fn maximise(&self, n: usize, counts: &Counts, workers: &mut Workers) {
        let mean = |count: f64, all: f64| (digamma(count) - digamma(all)).exp();
        for (worker, guess) in workers.guess.chunks_exact_mut(n).enumerate() {
            let (guessed, known) = (counts.guessed[worker] + self.guesses, counts.known[worker] + self.knows);
            let spam = mean(guessed, guessed + known);
            workers.know[worker] = mean(known, guessed + known);
            let said = &counts.said[worker * n..][..n];
            let all: f64 = said.iter().map(|count| count + self.habit).sum();
            for (guess, count) in guess.iter_mut().zip(said) {
                *guess = spam * mean(count + self.habit, all);
            }
        }
    }
}

/// Between even and two and a half to one, either way.
fn start(n: usize, n_workers: usize, draws: &mut Draws) -> Workers {
    let mut workers = Workers { guess: Vec::with_capacity(n_workers * n), know: Vec::new() };
    for _ in 0..n_workers {
        let (spam, know) = (draws.between(1.0, 2.5), draws.between(1.0, 2.5));
        workers.know.push(know / (spam + know));
        let mut habit: Vec<f64> = (0..n).map(|_| draws.between(1.0, 2.5)).collect();
        normalise(&mut habit);
        workers.guess.extend(habit.iter().map(|p| p * spam / (spam + know)));
    }
    workers
}

/// Posterior and expected counts; returns the log-likelihood.
fn expect<T, W, C>(
    labels: &Labels<T, W, C>,
    n: usize,
    workers: &Workers,
    posterior: &mut [f64],
    counts: &mut Counts,
) -> f64
where
    T: Ord + Clone,
    W: Ord + Clone,
    C: Ord + Clone,
{
    // Right by knowing or by luck, and the share of luck in it.
    let right: Vec<f64> =
        workers.guess.iter().enumerate().map(|(i, guess)| guess + workers.know[i / n]).collect();
    let luck: Vec<f64> = workers.guess.iter().zip(&right).map(|(guess, right)| guess / right).collect();
    counts.guessed.fill(0.0);
    counts.known.fill(0.0);
    counts.said.fill(0.0);
    let mut log_likelihood = 0.0;
    for (row, votes) in posterior.chunks_exact_mut(n).zip(labels.by_task()) {
        let mut steps = 0;
        row.fill(1.0 / n as f64);
        for vote in votes {
            let (class, column) = (vote.class as usize, vote.worker as usize * n + vote.class as usize);
            let other = workers.guess[column];
            for (k, p) in row.iter_mut().enumerate() {
                *p *= if k == class { right[column] } else { other };
            }
            rescale(row, &mut steps);
        }
        log_likelihood += normalise(row).ln() - ln_scale(steps);
        for vote in votes {
            let (class, worker) = (vote.class as usize, vote.worker as usize);
            let guessed = (1.0 - row[class]) + row[class] * luck[worker * n + class];
            counts.guessed[worker] += guessed;
            counts.known[worker] += 1.0 - guessed;
            counts.said[worker * n + class] += guessed;
        }
    }
    log_likelihood
}
