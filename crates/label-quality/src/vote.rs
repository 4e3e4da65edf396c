//! Counting: no model of the workers, or the simplest one.

use crate::labels::{Labels, Posterior, first_maximum};

/// Share of the votes for every class of every task.
pub fn majority<T, W, C>(labels: &Labels<T, W, C>) -> Posterior
where
    T: Ord + Clone,
    W: Ord + Clone,
    C: Ord + Clone,
{
    weighted(labels, &vec![1.0; labels.workers.len()])
}

/// "Worker agreement with aggregate": votes weigh as much as their worker agrees with the majority.
#[derive(Clone, Debug)]
pub struct Wawa {
    /// Share of the weighted votes.
    pub posterior: Posterior,
    /// Share of each worker's votes that equal the majority of their task, the first class of a tied one.
    pub skills: Vec<f64>,
}

/// See [`Wawa`].
pub fn wawa<T, W, C>(labels: &Labels<T, W, C>) -> Wawa
where
    T: Ord + Clone,
    W: Ord + Clone,
    C: Ord + Clone,
{
    let votes = majority(labels);
    let mut agreed = vec![(0u32, 0u32); labels.workers.len()];
    for vote in &labels.votes {
        let (right, all) = &mut agreed[vote.worker as usize];
        *right += u32::from(votes.best(vote.task as usize) == vote.class as usize);
        *all += 1;
    }
    let skills: Vec<f64> = agreed.iter().map(|&(right, all)| f64::from(right) / f64::from(all)).collect();
    Wawa { posterior: weighted(labels, &skills), skills }
}

/// Mean over the tasks of the entropy of their vote shares, in nats: 0 when everybody agrees on every task.
pub fn uncertainty<T, W, C>(labels: &Labels<T, W, C>) -> f64
where
    T: Ord + Clone,
    W: Ord + Clone,
    C: Ord + Clone,
{
    let votes = majority(labels);
    let entropy = |row: &[f64]| row.iter().filter(|&&p| p > 0.0).map(|p| -p * p.ln()).sum::<f64>();
    votes.rows().map(entropy).sum::<f64>() / labels.tasks.len() as f64
}

/// The class with most votes of every task, the first of several.
pub fn winners<T, W, C>(labels: &Labels<T, W, C>) -> Vec<usize>
where
    T: Ord + Clone,
    W: Ord + Clone,
    C: Ord + Clone,
{
    majority(labels).rows().map(first_maximum).collect()
}

/// Weighted shares; even ones where every vote weighs nothing.
fn weighted<T, W, C>(labels: &Labels<T, W, C>, weights: &[f64]) -> Posterior
where
    T: Ord + Clone,
    W: Ord + Clone,
    C: Ord + Clone,
{
    let n_classes = labels.classes.len();
    let mut values = vec![0.0; labels.tasks.len() * n_classes];
    for vote in &labels.votes {
        values[vote.task as usize * n_classes + vote.class as usize] += weights[vote.worker as usize];
    }
    for row in values.chunks_exact_mut(n_classes) {
        let sum: f64 = row.iter().sum();
        row.iter_mut().for_each(|p| *p = if sum > 0.0 { *p / sum } else { 1.0 / n_classes as f64 });
    }
    Posterior::new(n_classes, values)
}
