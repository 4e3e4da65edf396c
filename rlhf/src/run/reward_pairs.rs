//! Comparisons as indices into rows that exist once.

use std::collections::{BTreeMap, HashMap};

use super::TrainError;
use super::seed::{Stream, permutation};
use crate::data::encode::Pair;

/// Rows that run through the model together; bounds the memory of a pass.
pub const ROWS_PER_PASS: usize = 8;

/// Pairs of both splits, training pairs first, over rows that are stored once however often they were compared.
pub struct PairData {
    pub rows: Vec<Vec<i64>>,
    pub pairs: Vec<RowPair>,
    pub n_train: usize,
    /// Training pairs of each prompt.
    groups: Vec<Vec<usize>>,
}

/// A comparison of two rows.
pub struct RowPair {
    pub chosen: usize,
    pub rejected: usize,
    pub probability: f64,
    pub weight: f64,
    pub margin: f64,
}

impl PairData {
    /// # Errors
    /// [`TrainError::Unfit`] when there is no pair to train on.
    pub fn new(train: Vec<Pair>, test: Vec<Pair>) -> Result<Self, TrainError> {
        if train.is_empty() {
            return Err(TrainError::Unfit("the preferences have no training sample with a vote".into()));
        }
        let n_train = train.len();
        let mut data = Self { rows: Vec::new(), pairs: Vec::new(), n_train, groups: Vec::new() };
        let (mut numbers, mut groups) = (HashMap::new(), BTreeMap::<String, Vec<usize>>::new());
        for (i, pair) in train.into_iter().chain(test).enumerate() {
            let mut number = |row: Vec<i64>| {
                *numbers.entry(row).or_insert_with_key(|row| {
                    data.rows.push(row.clone());
                    data.rows.len() - 1
                })
            };
            let (chosen, rejected) = (number(pair.chosen), number(pair.rejected));
            let Pair { probability, weight, margin, .. } = pair;
            data.pairs.push(RowPair { chosen, rejected, probability, weight, margin });
            if i < n_train {
                groups.entry(pair.prompt).or_default().push(i);
            }
        }
        data.groups = groups.into_values().collect();
        Ok(data)
    }

    /// Batches of one epoch: all comparisons of a prompt stay in one batch, because their rows then run through the model
    /// once and are not learned by heart in several steps (Ouyang et al., §3.4).
    pub fn batches(&self, batch_size: usize, seed: u64, epoch: u64) -> Vec<Vec<usize>> {
        let mut batches: Vec<Vec<usize>> = Vec::new();
        for group in permutation(self.groups.len(), seed, Stream::Order, epoch) {
            match batches.last_mut().filter(|batch| batch.len() < batch_size) {
                Some(batch) => batch.extend(&self.groups[group]),
                None => batches.push(self.groups[group].clone()),
            }
        }
        batches
    }

    /// Cuts a batch into parts of about [`ROWS_PER_PASS`] different rows.
    pub fn parts(&self, batch: &[usize]) -> Vec<(Vec<usize>, Vec<usize>)> {
        let mut parts: Vec<(Vec<usize>, Vec<usize>)> = Vec::new();
        for &pair in batch {
            if parts.last().is_none_or(|(_, rows)| rows.len() >= ROWS_PER_PASS) {
                parts.push((Vec::new(), Vec::new()));
            }
            let (pairs, rows) = parts.last_mut().expect("a part was pushed when there was none");
            pairs.push(pair);
            for row in [self.pairs[pair].chosen, self.pairs[pair].rejected] {
                if !rows.contains(&row) {
                    rows.push(row);
                }
            }
        }
        parts
    }
}
