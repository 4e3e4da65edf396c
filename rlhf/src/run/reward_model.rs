//! A trained reward model: scores completions and lends its states to the critic.

use std::path::Path;

use tch::{Kind, Tensor, no_grad};

use super::TrainError;
use super::checkpoint::Checkpoint;
use super::parallel::map;
use super::profile::Engine;
use crate::data::Batch;
use crate::model::{Adapters, Config, Llama, Params, ScalarHead};

/// Metric with the mean raw score of the parent's samples.
pub const MEAN: &str = "rewardMean";
/// Metric with the standard deviation of the raw scores of the parent's samples.
pub const STD: &str = "rewardStd";
/// Rows that are scored together.
const ROWS_PER_PASS: usize = 16;

/// A trunk with a scalar head; scores are scaled so that samples of its parent have mean 0 and standard deviation 1.
pub struct RewardModel {
    /// The trunk without language-model head.
    pub trunk: Llama,
    head: ScalarHead,
    mean: f64,
    std: f64,
}

impl RewardModel {
    /// Reads a checkpoint of task `reward`.
    ///
    /// # Errors
    /// [`TrainError`] when files are missing or the manifest has no scale of the scores.
    pub fn load(checkpoint: &Checkpoint, engine: &Engine) -> Result<Self, TrainError> {
        let metric = |name: &str| {
            let missing =
                || TrainError::Unfit(format!("the reward model's manifest lacks the metric {name}"));
            checkpoint.manifest.metrics.get(name).copied().ok_or_else(missing)
        };
        Self::read(&checkpoint.dir, metric(MEAN)?, metric(STD)?, engine)
    }

    /// Reads the files of a reward model whose scores have the given mean and standard deviation.
    ///
    /// # Errors
    /// [`TrainError::Model`] when files are missing or do not fit.
    pub fn read(dir: &Path, mean: f64, std: f64, engine: &Engine) -> Result<Self, TrainError> {
        let config = Config::load(dir)?;
        let params = Params::load_model(dir, &config)?;
        let head = ScalarHead::from_params(&config, &params, engine.device)?;
        let trunk = Llama::new(config, &params, engine.precision, engine.device)?.training_in(engine.passes);
        Ok(Self { trunk, head, mean, std })
    }

    /// Scores at the last token of each row, in standard deviations of the parent's samples.
    ///
    /// Rows: prompt, completion and end token, as `data::encode::scored_row` makes them.
    pub fn scores(&self, rows: &[Vec<i64>], engine: &Engine) -> Vec<f64> {
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by_key(|&row| rows[row].len());
        let chunks: Vec<&[usize]> = order.chunks(ROWS_PER_PASS).collect();
        let found = map(engine.each_worker(|| self.share()), chunks, |model, chunk| {
            let batch =
                Batch::pad(&chunk.iter().map(|&row| &rows[row]).collect::<Vec<_>>(), model.trunk.device());
            let states = no_grad(|| model.trunk.embed(&batch.token_ids));
            model.scores_at(&model.hidden(&states, 0), &batch.last_positions())
        });
        let mut scores = vec![0.0; rows.len()];
        for (&row, score) in order.iter().zip(found.into_iter().flatten()) {
            scores[row] = score;
        }
        scores
    }

    /// The same model for another thread.
    pub fn share(&self) -> Self {
        let head = ScalarHead { weight: self.head.weight.shallow_clone() };
        Self { trunk: self.trunk.share(), head, mean: self.mean, std: self.std }
    }

    /// The trunk's output after the final norm, from states after layer `from`: `[B, T, d]` to `[B, T, d]`.
    pub fn hidden(&self, states: &Tensor, from: usize) -> Tensor {
        no_grad(|| {
            let top = self.trunk.config.num_hidden_layers;
            self.trunk.final_norm(&self.trunk.forward_range(states, from, top, Adapters::Off))
        })
    }

    /// Scores of the states at flat positions `[B]` of `hidden` `[B, T, d]`.
    pub fn scores_at(&self, hidden: &Tensor, positions: &Tensor) -> Vec<f64> {
        let raw = raw_scores(&self.head, hidden, positions);
        no_grad(|| {
            Vec::<f64>::try_from((raw - self.mean) / self.std).expect("scores are a vector of numbers")
        })
    }
}

/// Raw scores at flat positions `[B]` of `hidden` `[B, T, d]`, f64 `[B]`, with gradient.
pub fn raw_scores(head: &ScalarHead, hidden: &Tensor, positions: &Tensor) -> Tensor {
    let last = hidden.flatten(0, 1).index_select(0, positions);
    head.forward(&last).to_kind(Kind::Double)
}
