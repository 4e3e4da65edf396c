//! A trained reward model: scores completions and lends its states to the critic.

use std::path::Path;

use tch::{Kind, Tensor, no_grad};

use super::TrainError;
use super::checkpoint::Checkpoint;
use super::exchange::Exchange;
use super::parallel::map;
use super::profile::Engine;
use crate::data::Batch;
use crate::model::{Adapters, Config, Llama, Params, ScalarHead};

/// Metric with the mean raw score of the parent's samples.
pub const MEAN: &str = "rewardMean";
/// Metric with the standard deviation of the raw scores of the parent's samples.
pub const STD: &str = "rewardStd";
/// File with the heads of an ensemble, whose mean is the model's `score.weight`.
pub const HEADS: &str = "heads.safetensors";
/// Tensor `[k, d]` in [`HEADS`].
pub const HEADS_WEIGHT: &str = "heads.weight";
/// Rows that are scored together.
const ROWS_PER_PASS: usize = 16;

/// A trunk with a scalar head; scores are scaled so that samples of its parent have mean 0 and standard deviation 1.
pub struct RewardModel {
    /// The trunk without language-model head.
    pub trunk: Llama,
    head: ScalarHead,
    /// Those of an ensemble.
    heads: Option<ScalarHead>,
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
        let heads = dir.join(HEADS);
        let heads = if heads.exists() {
            let weight =
                Params::read(&heads)?.get(HEADS_WEIGHT)?.to_device(engine.device).to_kind(Kind::Float);
            if weight.dim() != 2 || weight.size()[0] < 2 || weight.size()[1] != config.hidden_size {
                let found = weight.size();
                return Err(TrainError::Unfit(format!("the heads of the reward model have shape {found:?}")));
            }
            Some(ScalarHead { weight })
        } else {
            None
        };
        let trunk = Llama::new(config, &params, engine.precision, engine.device)?.training_in(engine.passes);
        Ok(Self { trunk, head, heads, mean, std })
    }

    /// The same model without the scale: differences of its scores are log-odds.
    #[must_use]
    pub fn unscaled(&self) -> Self {
        Self { mean: 0.0, std: 1.0, ..self.share() }
    }

    /// Scores at the last token of each row, in standard deviations of the parent's samples.
    ///
    /// Rows: prompt, completion and end token, as `data::encode::scored_row` makes them.
    pub fn scores(&self, rows: &[Vec<i64>], engine: &Engine) -> Vec<f64> {
        self.each_row(rows, engine, Self::scores_at)
    }

    /// Raw scores of each head of an ensemble for each row, as [`RewardModel::scores`]; nothing for a single head.
    pub fn opinions(&self, rows: &[Vec<i64>], engine: &Engine) -> Vec<Vec<f64>> {
        self.each_row(rows, engine, Self::opinions_at)
    }

    fn each_row<T: Clone + Default + Send + Exchange>(
        &self,
        rows: &[Vec<i64>],
        engine: &Engine,
        of: impl Fn(&Self, &Tensor, &Tensor) -> Vec<T> + Sync,
    ) -> Vec<T> {
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by_key(|&row| rows[row].len());
        let chunks: Vec<&[usize]> = order.chunks(ROWS_PER_PASS).collect();
        let found = map(engine.each_worker(|| self.share()), chunks, |model, chunk| {
            let batch =
                Batch::pad(&chunk.iter().map(|&row| &rows[row]).collect::<Vec<_>>(), model.trunk.device());
            let states = no_grad(|| model.trunk.embed(&batch.token_ids));
            of(model, &model.hidden(&states, 0), &batch.last_positions())
        });
        let mut answers = vec![T::default(); rows.len()];
        for (&row, answer) in order.iter().zip(found.into_iter().flatten()) {
            answers[row] = answer;
        }
        answers
    }

    /// The same model for another thread.
    pub fn share(&self) -> Self {
        let copy = |head: &ScalarHead| ScalarHead { weight: head.weight.shallow_clone() };
        let heads = self.heads.as_ref().map(copy);
        Self { trunk: self.trunk.share(), head: copy(&self.head), heads, mean: self.mean, std: self.std }
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
        let raw = raw_scores(&self.head, hidden, positions).squeeze_dim(1);
        no_grad(|| {
            Vec::<f64>::try_from((raw - self.mean) / self.std).expect("scores are a vector of numbers")
        })
    }

    /// Raw scores of each head of an ensemble at flat positions `[B]`: `B` vectors, empty ones for a single head.
    pub fn opinions_at(&self, hidden: &Tensor, positions: &Tensor) -> Vec<Vec<f64>> {
        let Some(heads) = &self.heads else { return vec![Vec::new(); positions.numel()] };
        no_grad(|| {
            Vec::try_from(raw_scores(heads, hidden, positions)).expect("scores are a matrix of numbers")
        })
    }
}

/// Raw scores of `k` heads at flat positions `[B]` of `hidden` `[B, T, d]`, f64 `[B, k]`, with gradient.
pub fn raw_scores(head: &ScalarHead, hidden: &Tensor, positions: &Tensor) -> Tensor {
    let last = hidden.flatten(0, 1).index_select(0, positions);
    head.forward(&last).to_kind(Kind::Double).view([positions.numel() as i64, -1])
}
