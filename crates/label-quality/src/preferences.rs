//! Soft labels and weights for a reward model, the same bits on every machine.
//!
//! Dawid–Skene with two classes, "A is better" and "B is better", over every answer of a campaign. A tie is half an answer for
//! each side: it lowers its labeler's reliability and says nothing about the task, but for a labeler who leans to one side.
//! The classes are equally frequent, because the order of the completions was drawn; every labeler starts with [`SMOOTHING`];
//! the number of updates is fixed. With additions, multiplications, divisions and square roots alone, and a rounding to basis
//! points at the end, whoever has the answers finds the very same labels.

use crate::{
    dawid_skene::{DawidSkene, Errors, Fit, Prior, Smoothing},
    labels::Labels,
};

/// As if every labeler had been right six times of eight on each side before. Less follows chance where labelers are alike and
/// answer little, more hides those who are not (docs/label-quality.md has the figures).
pub const SMOOTHING: Smoothing = Smoothing { right: 6.0, wrong: 2.0 };
/// Far more than the posterior needs to stand still.
pub const ITERATIONS: u32 = 100;

/// An answer to a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// A is better.
    A,
    /// B is better.
    B,
    /// Neither is.
    Tie,
}

/// What a task's answers say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoftLabel<T> {
    /// The task.
    pub task: T,
    /// Probability that A is better, in basis points.
    pub a_bps: u32,
    /// Confidence, `|2p − 1|` in basis points: 0 when the answers say nothing, 10,000 when they leave no doubt.
    pub weight_bps: u32,
}

/// How often a labeler is probably right, as estimated from all answers and [`SMOOTHING`].
#[derive(Clone, Debug, PartialEq)]
pub struct Reliability<W> {
    /// Who answered.
    pub labeler: W,
    /// Probability to say A where A is better.
    pub right_on_a: f64,
    /// Probability to say B where B is better.
    pub right_on_b: f64,
}

/// Soft labels of every task with an answer, ascending; rows are (task, labeler, answer) in any order.
pub fn soft_labels<T: Ord + Clone, W: Ord + Clone>(rows: &[(T, W, Answer)]) -> Vec<SoftLabel<T>> {
    let Some((labels, fit)) = fit(rows) else { return Vec::new() };
    let soft = |(task, row): (&&T, &[f64])| {
        let a_bps = (row[0] * 10_000.0).round() as u32;
        SoftLabel { task: (*task).clone(), a_bps, weight_bps: a_bps.abs_diff(10_000 - a_bps) }
    };
    labels.tasks.iter().zip(fit.posterior.rows()).map(soft).collect()
}

/// Reliabilities of everybody who answered, ascending; rows as for [`soft_labels`].
pub fn reliabilities<T: Ord + Clone, W: Ord + Clone>(rows: &[(T, W, Answer)]) -> Vec<Reliability<W>> {
    let Some((labels, fit)) = fit(rows) else { return Vec::new() };
    let reliability = |(number, labeler): (usize, &&W)| Reliability {
        labeler: (*labeler).clone(),
        right_on_a: fit.confusion(number, 0, 0),
        right_on_b: fit.confusion(number, 1, 1),
    };
    labels.workers.iter().enumerate().map(reliability).collect()
}

type Halves<'a, T, W> = Labels<&'a T, &'a W, u8>;

fn fit<T: Ord + Clone, W: Ord + Clone>(rows: &[(T, W, Answer)]) -> Option<(Halves<'_, T, W>, Fit)> {
    let mut halves = Vec::with_capacity(rows.len() * 2);
    for (task, labeler, answer) in rows {
        let (first, second) = match answer {
            Answer::A => (0, 0),
            Answer::B => (1, 1),
            Answer::Tie => (0, 1),
        };
        halves.push((task, labeler, first));
        halves.push((task, labeler, second));
    }
    let labels = Labels::with_classes(&halves, vec![0, 1]).ok()?;
    let method = DawidSkene {
        prior: Prior::Uniform,
        errors: Errors::ByClass,
        smoothing: SMOOTHING,
        halves: true,
        max_iterations: ITERATIONS,
        tolerance: None,
    };
    let fit = method.fit(&labels);
    Some((labels, fit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_without_a_side_weigh_nothing_and_a_lone_answer_weighs_what_a_stranger_is_worth() {
        assert!(soft_labels::<u8, u8>(&[]).is_empty());
        let soft =
            soft_labels(&[(1, 1, Answer::Tie), (2, 2, Answer::A), (2, 3, Answer::B), (3, 4, Answer::B)]);
        let found: Vec<_> = soft.iter().map(|soft| (soft.task, soft.a_bps, soft.weight_bps)).collect();
        assert_eq!(found[..2], [(1, 5000, 0), (2, 5000, 0)]);
        assert_eq!(found[2], (3, 2620, 4760));
    }

    #[test]
    fn somebody_who_always_says_a_is_right_on_a_alone() {
        let rows: Vec<_> = (0..60u8)
            .flat_map(|task| {
                let truth = if task.is_multiple_of(2) { Answer::A } else { Answer::B };
                [(task, 'a', Answer::A), (task, 'h', truth), (task, 'i', truth)]
            })
            .collect();
        let found = reliabilities(&rows);
        assert_eq!(found.iter().map(|found| found.labeler).collect::<String>(), "ahi");
        assert!(found[0].right_on_a > 0.9 && found[0].right_on_b < 0.2, "{found:?}");
        assert!(found[1].right_on_a > 0.9 && found[1].right_on_b > 0.9, "{found:?}");
    }

    #[test]
    fn the_numbers_are_these_on_every_machine() {
        let mut rows = Vec::new();
        for task in 0u32..40 {
            for labeler in 0u32..7 {
                // A fixed pattern: labeler 5 always says A, labeler 6 the opposite of the others.
                let side = (task * 7 + labeler * task % 11).is_multiple_of(if labeler == 6 { 2 } else { 3 });
                let answer = match (labeler, side) {
                    (5, _) | (_, true) => Answer::A,
                    (_, false) if (task + labeler).is_multiple_of(9) => Answer::Tie,
                    _ => Answer::B,
                };
                rows.push((task, labeler, answer));
            }
        }
        let soft = soft_labels(&rows);
        let sum = soft.iter().fold(0u64, |sum, soft| sum * 31 % 1_000_000_007 + u64::from(soft.a_bps));
        rows.reverse();
        assert_eq!(soft, soft_labels(&rows));
        assert_eq!(sum, 57_520_458);
    }
}
