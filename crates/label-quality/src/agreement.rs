//! Krippendorff's alpha: agreement above chance, for any number of workers and missing answers
//! (Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011).

use crate::labels::Labels;

/// How far two labels are apart.
#[derive(Clone, Copy, Debug)]
pub enum Metric<'a> {
    /// Equal or not.
    Nominal,
    /// By how many answers lie between them; the classes are in their order.
    Ordinal,
    /// Squared difference of the classes' values.
    Interval(&'a [f64]),
    /// Squared difference by sum of the classes' values, which are positive.
    Ratio(&'a [f64]),
}

/// 1 − observed/expected disagreement: 1 is perfect, 0 chance, below 0 worse than chance.
///
/// `None` when no task has two answers. 1 where all answers of such tasks are the same: there is nothing to disagree about.
///
/// # Panics
/// When a metric has fewer values than there are classes.
pub fn krippendorff_alpha<T, W, C>(labels: &Labels<T, W, C>, metric: Metric<'_>) -> Option<f64>
where
    T: Ord + Clone,
    W: Ord + Clone,
    C: Ord + Clone,
{
    let n = labels.classes.len();
    // Pairs within tasks, each task's weighted so that it counts as often as it has answers.
    let mut coincidences = vec![0.0; n * n];
    let mut counts = vec![0u64; n];
    for votes in labels.by_task().filter(|votes| votes.len() > 1) {
        let mut of_task = vec![0u64; n];
        votes.iter().for_each(|vote| of_task[vote.class as usize] += 1);
        let others = (votes.len() - 1) as f64;
        for (c, &count) in of_task.iter().enumerate().filter(|(_, count)| **count > 0) {
            counts[c] += count;
            for (k, &other) in of_task.iter().enumerate() {
                let pairs = count * (other - u64::from(c == k && other > 0));
                coincidences[c * n + k] += pairs as f64 / others;
            }
        }
    }
    let total: u64 = counts.iter().sum();
    if total == 0 {
        return None;
    }
    let (mut observed, mut expected) = (0.0, 0.0);
    for c in 0..n {
        for k in 0..n {
            let distance = distance(metric, &counts, c, k);
            observed += coincidences[c * n + k] * distance;
            expected += (counts[c] * counts[k]) as f64 * distance;
        }
    }
    if expected == 0.0 {
        return Some(1.0);
    }
    Some(1.0 - (total - 1) as f64 * observed / expected)
}

fn distance(metric: Metric<'_>, counts: &[u64], c: usize, k: usize) -> f64 {
    if c == k {
        return 0.0;
    }
    match metric {
        Metric::Nominal => 1.0,
        Metric::Ordinal => {
            let between: u64 = counts[c.min(k)..=c.max(k)].iter().sum();
            (between as f64 - (counts[c] + counts[k]) as f64 / 2.0).powi(2)
        }
        Metric::Interval(values) => (values[c] - values[k]).powi(2),
        Metric::Ratio(values) => ((values[c] - values[k]) / (values[c] + values[k])).powi(2),
    }
}
