//! Task `reward`: a reward model from preferences (Ouyang et al., arXiv 2203.02155, §3.4).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use protocol::manifest::{CheckpointTask, RewardParams, Split};
use tch::{Kind, Tensor, no_grad};

use super::exchange::exchange;
use super::parallel::{map, share};
use super::profile::Engine;
use super::reward_model::{self, RewardModel, raw_scores};
use super::seed::{Stream, derive, permutation};
use super::steps::Steps;
use super::trunk::{FrozenBatch, FrozenRows, load_parent, stored_precision};
use super::{Job, Outcome, TrainError};
use crate::algo::reward_loss::{PairLabels, bradley_terry};
use crate::data::dataset::read_preferences;
use crate::data::encode::{self, Pair};
use crate::model::head::SCORE_WEIGHT;
use crate::model::{Adapters, Llama, Lora, LoraConfig, Module, Params, ScalarHead};
use crate::optim::{AdamW, AdamWConfig, Schedule};
use crate::report::{Metrics, Phase, Report};

/// Gradients are scaled down to this norm (OpenRLHF's default).
const MAX_GRAD_NORM: f64 = 1.0;
/// Rows that run through the model together; bounds the memory of a pass.
const ROWS_PER_PASS: usize = 8;

/// Trains and writes a reward model with the adapters merged into its trunk.
pub(super) fn train(
    job: &Job,
    params: &RewardParams,
    steps: &mut Steps,
    report: &mut dyn Report,
) -> Result<Outcome, TrainError> {
    let (dir, _) = job.input("preferences")?;
    let dataset = read_preferences(dir)?;
    job.expect_input("preferences", dataset.hash)?;
    let encode = |split| encode::pairs(&job.tokenizer, &dataset.samples, split, params.max_length as usize);
    let data = PairData::new(encode(Split::Train)?, encode(Split::Test)?)?;

    let (weights, base) = load_parent(&job.parent.dir, &job.engine)?;
    let mut trainer = Trainer::new(job, params, base);
    let rows = FrozenRows::compute(
        &trainer.model,
        data.rows.clone(),
        trainer.model.frozen_layers(),
        &job.engine,
        |n| {
            report.progress(Phase::Cache, n as u64, data.rows.len() as u64, &Metrics::new());
        },
    );
    trainer.run(job, params, &data, &rows, steps, report)?;

    report.progress(Phase::Save, 0, 1, &Metrics::new());
    trainer.save(&weights, job.out)?;
    let metrics = measure(job, &data, &rows)?;
    report.progress(Phase::Eval, 1, 1, &metrics);
    Ok(Outcome { task: CheckpointTask::Reward, dataset_hashes: vec![dataset.hash], metrics })
}

/// Pairs of both splits, training pairs first, over rows that are stored once however often they were compared.
struct PairData {
    rows: Vec<Vec<i64>>,
    pairs: Vec<RowPair>,
    n_train: usize,
    /// Training pairs of each prompt.
    groups: Vec<Vec<usize>>,
}

/// A comparison of two rows.
struct RowPair {
    chosen: usize,
    rejected: usize,
    probability: f64,
    weight: f64,
}

impl PairData {
    fn new(train: Vec<Pair>, test: Vec<Pair>) -> Result<Self, TrainError> {
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
            data.pairs.push(RowPair { chosen, rejected, probability: pair.probability, weight: pair.weight });
            if i < n_train {
                groups.entry(pair.prompt).or_default().push(i);
            }
        }
        data.groups = groups.into_values().collect();
        Ok(data)
    }

    /// Batches of one epoch: all comparisons of a prompt stay in one batch, because their rows then run through the model
    /// once and are not learned by heart in several steps (Ouyang et al., §3.4).
    fn batches(&self, batch_size: usize, seed: u64, epoch: u64) -> Vec<Vec<usize>> {
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
    fn parts(&self, batch: &[usize]) -> Vec<(Vec<usize>, Vec<usize>)> {
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
        steps: &mut Steps,
        report: &mut dyn Report,
    ) -> Result<(), TrainError> {
        let batch_size = params.batch_size.max(1) as usize;
        let batches: Vec<Vec<usize>> = (0..u64::from(params.epochs))
            .flat_map(|epoch| data.batches(batch_size, job.spec.seed, epoch))
            .collect();
        let schedule = Schedule::linear(params.learning_rate, batches.len() as u64);
        let (first, _) = steps.resume(&mut [("reward", &mut self.optimiser)])?;
        for (i, batch) in (0u64..).zip(&batches).skip(first as usize) {
            let mut metrics = self.step(&job.engine, data, rows, batch, params.centering, schedule.at(i))?;
            metrics.insert("lr".into(), schedule.at(i));
            check_finite(i + 1, &metrics)?;
            report.progress(Phase::Train, i + 1, batches.len() as u64, &metrics);
            steps.complete(&mut [("reward", &mut self.optimiser)], &metrics)?;
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
        let part = |(part, part_rows): (Vec<usize>, Vec<usize>)| {
            let numbers = |pick: fn(&RowPair) -> f64| {
                Tensor::from_slice(&part.iter().map(|&pair| pick(&data.pairs[pair])).collect::<Vec<_>>())
            };
            let places = |pick: fn(&RowPair) -> usize| {
                let place = |&pair: &usize| part_rows.iter().position(|&row| row == pick(&data.pairs[pair]));
                let places =
                    part.iter().map(|pair| place(pair).expect("a part holds the rows of its pairs") as i64);
                Tensor::from_slice(&places.collect::<Vec<_>>()).to_device(engine.device)
            };
            let weights = numbers(|pair| pair.weight);
            let share = weights.sum(Kind::Double).double_value(&[]) / total;
            Part {
                rows: rows.batch(&part_rows, engine.device),
                chosen: places(|pair| pair.chosen),
                rejected: places(|pair| pair.rejected),
                probability: numbers(|pair| pair.probability),
                weights,
                share,
                // The likelihood is a mean by weight, the centring term a mean by count.
                centring: centring * part.len() as f64 / pairs.len() as f64 / share,
            }
        };
        let parts = data.parts(pairs).into_iter().map(part).collect();
        let found = map(engine.each_worker(worker), parts, Worker::contribution);
        let (mut loss, mut right) = (0.0, 0.0);
        for contribution in found {
            let contribution = contribution?;
            self.optimiser.accumulate(&contribution.gradients);
            loss += contribution.loss;
            right += contribution.right;
        }
        let norm = self.optimiser.apply(MAX_GRAD_NORM, learning_rate);
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
        weights.save_model(dir, &self.model.config, stored_precision(&self.model)?)?;
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
    rows: FrozenBatch,
    /// Which of the rows each pair compares, int64.
    chosen: Tensor,
    rejected: Tensor,
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

exchange!(Contribution { gradients, loss, right });

impl Worker {
    fn contribution(&self, part: Part) -> Result<Contribution, TrainError> {
        let hidden = part.rows.hidden(&self.model, Adapters::On);
        let scores = raw_scores(&self.head, &hidden, &part.rows.batch.last_positions());
        let (chosen, rejected) =
            (scores.index_select(0, &part.chosen), scores.index_select(0, &part.rejected));
        let labels =
            PairLabels { probability: Some(&part.probability), weights: Some(&part.weights), margin: None };
        let loss = bradley_terry(&chosen, &rejected, &labels, part.centring)? * part.share;
        let right = chosen.gt_tensor(&rejected).to_kind(Kind::Double).sum(Kind::Double);
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
    let written = RewardModel::read(job.out, 0.0, 1.0, &job.engine)?;
    let all: Vec<usize> = (0..data.rows.len()).collect();
    let parts = all.chunks(ROWS_PER_PASS).map(|chunk| rows.batch(chunk, job.engine.device)).collect();
    let found = map(job.engine.each_worker(|| written.share()), parts, |model, part| {
        let hidden = no_grad(|| part.hidden(&model.trunk, Adapters::Off));
        model.scores_at(&hidden, &part.batch.last_positions())
    });
    let scores: Vec<f64> = found.into_iter().flatten().collect();
    let (train, test) = data.pairs.split_at(data.n_train);
    let judged: BTreeSet<usize> = train.iter().flat_map(|pair| [pair.chosen, pair.rejected]).collect();
    let raw: Vec<f64> = judged.into_iter().map(|row| scores[row]).collect();
    let mean = raw.iter().sum::<f64>() / raw.len() as f64;
    let std = (raw.iter().map(|score| (score - mean).powi(2)).sum::<f64>() / (raw.len() - 1) as f64).sqrt();
    if !(mean.is_finite() && std > 0.0) {
        return Err(TrainError::Unfit(format!(
            "the reward model's scores have mean {mean} and deviation {std}"
        )));
    }
    let mut metrics = Metrics::from([(reward_model::MEAN.into(), mean), (reward_model::STD.into(), std)]);
    for (split, pairs) in [("train", train), ("heldOut", test)] {
        metrics.insert(format!("{split}Pairs"), pairs.len() as f64);
        metrics.insert(format!("{split}Accuracy"), accuracy(&scores, pairs));
    }
    // An accuracy over no pairs is not a number and says so by its absence.
    metrics.retain(|_, value| value.is_finite());
    Ok(metrics)
}

/// Share of the pairs with a majority whose majority the scores agree with; equal scores count half.
fn accuracy(scores: &[f64], pairs: &[RowPair]) -> f64 {
    let (mut right, mut n) = (0.0, 0.0);
    for pair in pairs.iter().filter(|pair| pair.probability != 0.5) {
        let margin = (scores[pair.chosen] - scores[pair.rejected]) * (pair.probability - 0.5).signum();
        right += if margin > 0.0 {
            1.0
        } else if margin == 0.0 {
            0.5
        } else {
            0.0
        };
        n += 1.0;
    }
    right / n
}

fn check_finite(step: u64, metrics: &Metrics) -> Result<(), TrainError> {
    for (quantity, name) in [("the loss", "loss"), ("the gradient norm", "gradNorm")] {
        match metrics.get(name) {
            Some(value) if !value.is_finite() => {
                return Err(TrainError::Diverged { step, quantity, value: *value });
            }
            _ => (),
        }
    }
    Ok(())
}
