//! Answers of workers to tasks, by number instead of by name.

use std::collections::BTreeMap;

/// Why rows are no labels.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LabelError {
    /// There is nothing to learn from.
    #[error("there are no labels")]
    Empty,
    /// A label is none of the classes that were named.
    #[error("row {row} holds a label that is none of the classes")]
    UnknownClass {
        /// Counted from 0.
        row: usize,
    },
}

/// One answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Vote {
    pub task: u32,
    pub worker: u32,
    pub class: u32,
}

/// Answers, sorted; a worker may answer a task more than once. Tasks, workers and classes are numbered in their order.
#[derive(Clone, Debug)]
pub struct Labels<T, W, C> {
    /// Names of the tasks, ascending.
    pub tasks: Vec<T>,
    /// Names of the workers, ascending.
    pub workers: Vec<W>,
    /// The answers that can be given, ascending.
    pub classes: Vec<C>,
    pub(crate) votes: Vec<Vote>,
}

impl<T: Ord + Clone, W: Ord + Clone, C: Ord + Clone> Labels<T, W, C> {
    /// Rows are (task, worker, label); the classes are the labels that occur.
    ///
    /// # Errors
    /// [`LabelError::Empty`].
    pub fn new(rows: &[(T, W, C)]) -> Result<Self, LabelError> {
        let (classes, _) = numbered(rows.iter().map(|row| &row.2));
        Self::with_classes(rows, classes)
    }

    /// As [`Self::new`], with classes that may not occur at all.
    ///
    /// # Errors
    /// [`LabelError`].
    pub fn with_classes(rows: &[(T, W, C)], mut classes: Vec<C>) -> Result<Self, LabelError> {
        if rows.is_empty() {
            return Err(LabelError::Empty);
        }
        classes.sort_unstable();
        classes.dedup();
        let (tasks, task_of) = numbered(rows.iter().map(|row| &row.0));
        let (workers, worker_of) = numbered(rows.iter().map(|row| &row.1));
        let mut votes = Vec::with_capacity(rows.len());
        for (row, (_, _, label)) in rows.iter().enumerate() {
            let class = classes.binary_search(label).map_err(|_| LabelError::UnknownClass { row })?;
            votes.push(Vote { task: task_of[row], worker: worker_of[row], class: class as u32 });
        }
        votes.sort_unstable();
        Ok(Self { tasks, workers, classes, votes })
    }

    /// The votes of each task, in the order of the tasks.
    pub(crate) fn by_task(&self) -> impl Iterator<Item = &[Vote]> {
        self.votes.chunk_by(|a, b| a.task == b.task)
    }
}

/// The different names, ascending, and the number of each one that was given.
pub(crate) fn numbered<'a, N: Ord + Clone + 'a>(given: impl Iterator<Item = &'a N>) -> (Vec<N>, Vec<u32>) {
    let mut first_seen: BTreeMap<&N, u32> = BTreeMap::new();
    let mut numbers: Vec<u32> = Vec::with_capacity(given.size_hint().0);
    for name in given {
        let next = first_seen.len() as u32;
        numbers.push(*first_seen.entry(name).or_insert(next));
    }
    let mut rank = vec![0; first_seen.len()];
    for (place, seen) in (0..).zip(first_seen.values()) {
        rank[*seen as usize] = place;
    }
    numbers.iter_mut().for_each(|number| *number = rank[*number as usize]);
    (first_seen.into_keys().cloned().collect(), numbers)
}

/// Probability of every class for every task.
#[derive(Clone, Debug, PartialEq)]
pub struct Posterior {
    n_classes: usize,
    values: Vec<f64>,
}

impl Posterior {
    pub(crate) fn new(n_classes: usize, values: Vec<f64>) -> Self {
        Self { n_classes, values }
    }

    pub(crate) fn values_mut(&mut self) -> &mut Vec<f64> {
        &mut self.values
    }

    /// Probabilities of a task's classes, which sum to 1.
    ///
    /// # Panics
    /// When there is no such task.
    pub fn row(&self, task: usize) -> &[f64] {
        &self.values[task * self.n_classes..][..self.n_classes]
    }

    /// All rows, in the order of the tasks.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.values.chunks_exact(self.n_classes)
    }

    /// The most probable class of a task, the first of several.
    pub fn best(&self, task: usize) -> usize {
        first_maximum(self.row(task))
    }
}

pub(crate) fn first_maximum(row: &[f64]) -> usize {
    (0..row.len()).fold(0, |best, class| if row[class] > row[best] { class } else { best })
}
