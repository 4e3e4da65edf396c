//! Task `reward`: a reward model from preferences (Ouyang et al., arXiv 2203.02155, §3.4).

use std::path::Path;

use protocol::manifest::{CheckpointTask, RewardParams, Split};
use tch::{Kind, Tensor, no_grad};

use super::parallel::{map, share, sum_gradients};
use super::profile::Engine;
use super::reward_model::{self, RewardModel, raw_scores};
use super::seed::{Stream, derive, permutation};
use super::trunk::{FrozenBatch, FrozenRows, load_parent, stored_precision};
use super::{Job, Outcome, TrainError};
use crate::algo::reward_loss::{PairLabels, bradley_terry};
use crate::data::dataset::read_preferences;
use crate::data::encode::{self, Pair};
use crate::model::head::SCORE_WEIGHT;
use crate::model::{Adapters, Llama, Lora, LoraConfig, Module, Params, ScalarHead};
use crate::optim::{AdamW, AdamWConfig, Schedule, clip_by_global_norm};
use crate::report::{Metrics, Phase, Report};

/// Gradients are scaled down to this norm (OpenRLHF's default).
const MAX_GRAD_NORM: f64 = 1.0;
/// Pairs that run through the model together; bounds the memory of a pass.
const PAIRS_PER_PASS: usize = 4;

/// Trains and writes a reward model with the adapters merged into its trunk.
pub(super) fn train(job: &Job, params: &RewardParams, report: &mut dyn Report) -> Result<Outcome, TrainError> {
    let (dir, _) = job.input("preferences")?;
    let dataset = read_preferences(dir)?;
    job.expect_input("preferences", dataset.hash)?;
    let encode = |split| encode::pairs(&job.tokenizer, &dataset.samples, split, params.max_length as usize);
    let data = PairData::new(encode(Split::Train)?, encode(Split::Test)?)?;

    let (weights, base) = load_parent(&job.parent.dir, job.engine.precision, job.engine.device)?;
    let mut trainer = Trainer::new(job, params, base);
    let rows = FrozenRows::compute(&trainer.model, data.rows(), trainer.model.frozen_layers(), &job.engine, |n| {
        report.progress(Phase::Cache, n as u64, 2 * data.pairs.len() as u64, &Metrics::new());
    });
    trainer.run(job, params, &data, &rows, report)?;

    report.progress(Phase::Save, 0, 1, &Metrics::new());
    trainer.save(&weights, job.out)?;
    let metrics = measure(job, &data, &rows)?;
    report.progress(Phase::Eval, 1, 1, &metrics);
    Ok(Outcome { task: CheckpointTask::Reward, dataset_hashes: vec![dataset.hash], metrics })
}

/// Pairs of both splits, training pairs first. Row `2i` is the chosen one of pair `i`, row `2i + 1` the rejected one.
struct PairData {
    pairs: Vec<Pair>,
    n_train: usize,
}

impl PairData {
    fn new(train: Vec<Pair>, test: Vec<Pair>) -> Result<Self, TrainError> {
        if train.is_empty() {
            return Err(TrainError::Unfit("the preferences have no training sample with a vote".into()));
        }
        let n_train = train.len();
        Ok(Self { pairs: train.into_iter().chain(test).collect(), n_train })
    }

    fn rows(&self) -> Vec<Vec<i64>> {
        self.pairs.iter().flat_map(|pair| [pair.chosen.clone(), pair.rejected.clone()]).collect()
    }

    /// Votes of some pairs as `(probability, weight)`, f64 `[B]` each.
    fn labels(&self, pairs: &[usize]) -> (Tensor, Tensor) {
        let collect = |f: fn(&Pair) -> f64| Tensor::from_slice(&pairs.iter().map(|&i| f(&self.pairs[i])).collect::<Vec<_>>());
        (collect(|pair| pair.probability), collect(|pair| pair.weight))
    }
}

/// Numbers of the rows of some pairs: the chosen ones, then the rejected ones.
fn pair_rows(pairs: &[usize]) -> Vec<usize> {
    pairs.iter().map(|pair| 2 * pair).chain(pairs.iter().map(|pair| 2 * pair + 1)).collect()
}

/// The model under training.
struct Trainer {
    model: Llama,
    head: ScalarHead,
    optimiser: AdamW,
}

impl Trainer {
    fn new(job: &Job, params: &RewardParams, base: Llama) -> Self {
        let config = LoraConfig {
            rank: i64::from(params.lora_rank),
            alpha: params.lora_alpha,
            layers: params.lora_layers as usize,
            modules: Module::ALL.to_vec(),
        };
        let lora = Lora::new(&base.config, config, derive(job.spec.seed, Stream::Lora, 0), job.engine.device);
        // A random head would start with arbitrary scores, large ones where the last norm is large; from zero, the first
        // loss is ln 2 and the first steps decide the direction.
        let head = ScalarHead::zeros(&base.config, job.engine.device);
        let model = base.with_lora(lora);
        let config = AdamWConfig { eps: params.adam_eps, ..AdamWConfig::default() };
        Self { optimiser: AdamW::new(&trainable(&model, &head), config), model, head }
    }

    fn run(
        &mut self,
        job: &Job,
        params: &RewardParams,
        data: &PairData,
        rows: &FrozenRows,
        report: &mut dyn Report,
    ) -> Result<(), TrainError> {
        let batch_size = params.batch_size.max(1) as usize;
        let steps = u64::from(params.epochs) * data.n_train.div_ceil(batch_size) as u64;
        let schedule = Schedule::linear(params.learning_rate, steps);
        let mut step = 0;
        for epoch in 0..u64::from(params.epochs) {
            for batch in permutation(data.n_train, job.spec.seed, Stream::Order, epoch).chunks(batch_size) {
                let mut metrics = self.step(&job.engine, data, rows, batch, params.centering, schedule.at(step))?;
                step += 1;
                metrics.insert("lr".into(), schedule.at(step - 1));
                check_finite(step, &metrics)?;
                report.progress(Phase::Train, step, steps, &metrics);
            }
        }
        Ok(())
    }

    /// One update. The batch is cut into parts whose gradients add up to that of the whole batch.
    fn step(
        &mut self,
        engine: &Engine,
        data: &PairData,
        rows: &FrozenRows,
        pairs: &[usize],
        centring: f64,
        learning_rate: f64,
    ) -> Result<Metrics, TrainError> {
        let worker = || Worker {
            model: share(&self.model),
            head: ScalarHead { weight: self.head.weight.shallow_clone() },
        };
        let total: f64 = pairs.iter().map(|&pair| data.pairs[pair].weight).sum();
        let part = |chunk: &[usize]| {
            let (probability, weights) = data.labels(chunk);
            let share = weights.sum(Kind::Double).double_value(&[]) / total;
            // The likelihood is a mean by weight, the centring term a mean by count.
            let centring = centring * chunk.len() as f64 / pairs.len() as f64 / share;
            Part { rows: rows.batch(&pair_rows(chunk), engine.device), probability, weights, share, centring }
        };
        let parts = pairs.chunks(PAIRS_PER_PASS).map(part).collect();
        let found = map(engine.each_worker(worker), parts, Worker::contribution);
        let (mut gradients, mut loss, mut right) = (Vec::new(), 0.0, 0.0);
        for contribution in found {
            let contribution = contribution?;
            gradients.push(contribution.gradients);
            loss += contribution.loss;
            right += contribution.right;
        }
        let mut gradients = sum_gradients(gradients);
        let norm = clip_by_global_norm(&mut gradients, MAX_GRAD_NORM);
        if norm.is_finite() {
            self.optimiser.step(&gradients, learning_rate);
        }
        Ok(Metrics::from([
            ("loss".into(), loss),
            ("accuracy".into(), right / pairs.len() as f64),
            ("gradNorm".into(), norm),
        ]))
    }

    /// Writes config and weights; `parent` are the unrounded weights that training started from.
    fn save(&self, parent: &Params, dir: &Path) -> Result<(), TrainError> {
        let lora = self.model.lora.as_ref().expect("the trainer made its model with adapters");
        let mut weights = lora.merge_into(parent)?;
        weights.remove("lm_head.weight");
        weights.insert(SCORE_WEIGHT, self.head.weight.detach());
        weights.save(dir, stored_precision(&self.model)?)?;
        self.model.config.as_sequence_classification().save(dir)?;
        Ok(())
    }
}

/// What one thread needs for its share of a batch.
struct Worker {
    model: Llama,
    head: ScalarHead,
}

/// Share of a batch: its rows and labels.
struct Part {
    /// The chosen rows, then the rejected ones.
    rows: FrozenBatch,
    probability: Tensor,
    weights: Tensor,
    /// Share of the batch's weight.
    share: f64,
    centring: f64,
}

/// What a part adds to gradient, loss and number of right pairs of its batch.
struct Contribution {
    gradients: Vec<Tensor>,
    loss: f64,
    right: f64,
}

impl Worker {
    fn contribution(&self, part: Part) -> Result<Contribution, TrainError> {
        let hidden = part.rows.hidden(&self.model, Adapters::On);
        let scores = raw_scores(&self.head, &hidden, &part.rows.batch.last_positions());
        let halves = scores.chunk(2, 0);
        let labels =
            PairLabels { probability: Some(&part.probability), weights: Some(&part.weights), margin: None };
        let loss = bradley_terry(&halves[0], &halves[1], &labels, part.centring)? * part.share;
        let right = halves[0].gt_tensor(&halves[1]).to_kind(Kind::Double).sum(Kind::Double);
        let params = trainable(&self.model, &self.head);
        let gradients = Tensor::run_backward(&[&loss], &params, false, false);
        Ok(Contribution { gradients, loss: loss.double_value(&[]), right: right.double_value(&[]) })
    }
}

/// Adapters and head, in the order of the optimiser.
fn trainable(model: &Llama, head: &ScalarHead) -> Vec<Tensor> {
    let mut params = model.lora.as_ref().map(Lora::trainable).unwrap_or_default();
    params.push(head.weight.shallow_clone());
    params
}

/// Measures the model as it was written, rounding included: accuracy on both splits and the scale of its scores.
///
/// The completions that people compared were sampled from the parent, so their scores give the mean and the standard
/// deviation by which PPO and the evaluation normalise (Ziegler et al., arXiv 1909.08593, §2.1).
fn measure(job: &Job, data: &PairData, rows: &FrozenRows) -> Result<Metrics, TrainError> {
    let written = RewardModel::read(job.out, 0.0, 1.0, job.engine.precision, job.engine.device)?;
    let all: Vec<usize> = (0..data.pairs.len()).collect();
    let parts = all.chunks(PAIRS_PER_PASS).map(|chunk| rows.batch(&pair_rows(chunk), job.engine.device)).collect();
    let found = map(job.engine.each_worker(|| written.share()), parts, |model, part| {
        let hidden = no_grad(|| part.hidden(&model.trunk, Adapters::Off));
        let scores = model.scores_at(&hidden, &part.batch.last_positions());
        let (chosen, rejected) = scores.split_at(scores.len() / 2);
        chosen.iter().copied().zip(rejected.iter().copied()).collect::<Vec<_>>()
    });
    let scores: Vec<(f64, f64)> = found.into_iter().flatten().collect();
    let (train, test) = scores.split_at(data.n_train);
    let raw: Vec<f64> = train.iter().flat_map(|&(chosen, rejected)| [chosen, rejected]).collect();
    let mean = raw.iter().sum::<f64>() / raw.len() as f64;
    let std = (raw.iter().map(|score| (score - mean).powi(2)).sum::<f64>() / (raw.len() - 1) as f64).sqrt();
    if !(mean.is_finite() && std > 0.0) {
        return Err(TrainError::Unfit(format!("the reward model's scores have mean {mean} and deviation {std}")));
    }
    let accuracies = [("train", train, &data.pairs[..data.n_train]), ("heldOut", test, &data.pairs[data.n_train..])];
    let mut metrics = Metrics::from([(reward_model::MEAN.into(), mean), (reward_model::STD.into(), std)]);
    for (split, scores, pairs) in accuracies {
        metrics.insert(format!("{split}Pairs"), pairs.len() as f64);
        metrics.insert(format!("{split}Accuracy"), accuracy(scores, pairs));
    }
    // An accuracy over no pairs is not a number and says so by its absence.
    metrics.retain(|_, value| value.is_finite());
    Ok(metrics)
}

/// Share of the pairs with a majority whose majority the scores agree with; equal scores count half.
fn accuracy(scores: &[(f64, f64)], pairs: &[Pair]) -> f64 {
    let decided = scores.iter().zip(pairs).filter(|(_, pair)| pair.probability != 0.5);
    let (mut right, mut n) = (0.0, 0.0);
    for (&(chosen, rejected), pair) in decided {
        let margin = (chosen - rejected) * (pair.probability - 0.5).signum();
        right += if margin > 0.0 { 1.0 } else if margin == 0.0 { 0.5 } else { 0.0 };
        n += 1.0;
    }
    right / n
}

fn check_finite(step: u64, metrics: &Metrics) -> Result<(), TrainError> {
    for (quantity, name) in [("the loss", "loss"), ("the gradient norm", "gradNorm")] {
        match metrics.get(name) {
            Some(value) if !value.is_finite() => return Err(TrainError::Diverged { step, quantity, value: *value }),
            _ => (),
        }
    }
    Ok(())
}
