//! Task `reward`: a reward model from preferences (Ouyang et al., arXiv 2203.02155, §3.4).

use std::collections::BTreeSet;
use std::path::Path;

use protocol::manifest::{CheckpointTask, RewardParams, Split};
use tch::{Kind, Tensor, no_grad};

use super::calibration::{self, Accuracy, Judged, subtract};
use super::exchange::exchange;
use super::parallel::{map, share};
use super::profile::Engine;
use super::reward_model::{self, HEADS, HEADS_WEIGHT, RewardModel, raw_scores};
use super::reward_pairs::{PairData, ROWS_PER_PASS, RowPair};
use super::seed::{Stream, derive};
use super::steps::Steps;
use super::trunk::{FrozenBatch, FrozenRows, load_parent, stored_precision};
use super::{Job, Outcome, TrainError};
use crate::algo::reward_loss::{PairLabels, bradley_terry, rao_kupper};
use crate::data::dataset::read_preferences;
use crate::data::encode;
use crate::model::head::SCORE_WEIGHT;
use crate::model::{Adapters, Llama, Lora, LoraConfig, Module, Params, Precision, ScalarHead};
use crate::optim::{AdamW, AdamWConfig, Schedule};
use crate::report::{Metrics, Phase, Report};

/// Gradients are scaled down to this norm (OpenRLHF's default).
const MAX_GRAD_NORM: f64 = 1.0;
/// A head without a twin could not disagree, and more than this would only cost memory.
const MAX_HEADS: u32 = 64;

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

    check(params)?;
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

fn check(params: &RewardParams) -> Result<(), TrainError> {
    if let Some(heads) = params.heads.filter(|heads| !(1..=MAX_HEADS).contains(heads)) {
        return Err(TrainError::Unfit(format!("{heads} heads are not 1 to {MAX_HEADS}")));
    }
    match params.tie_theta {
        Some(theta) if theta <= 1.0 => Err(TrainError::Unfit(format!("tieTheta {theta} is not more than 1"))),
        _ => Ok(()),
    }
}

/// The model under training.
struct Trainer {
    model: Llama,
    /// One row of weights a head.
    head: ScalarHead,
    tie_theta: Option<f64>,
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
        let device = job.engine.device;
        let head = match params.heads {
            Some(n) if n > 1 => {
                let seed = |i| derive(job.spec.seed, Stream::Head, i);
                let heads = (0..u64::from(n)).map(|i| ScalarHead::normal(&base.config, seed(i), device));
                ScalarHead::stack(&heads.collect::<Vec<_>>())
            }
            // A random head would start with arbitrary scores, large ones where the last norm is large; from zero, the first
            // loss is ln 2 and the first steps decide the direction. Only heads that shall differ have to start apart.
            _ => ScalarHead::zeros(&base.config, device),
        };
        let model = base.with_lora(lora);
        let config = AdamWConfig { eps: params.adam_eps, ..AdamWConfig::default() };
        let optimiser = AdamW::new(&trainable(&model, &head), config);
        Self { model, head, tie_theta: params.tie_theta, optimiser }
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
            tie_theta: self.tie_theta,
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
            let margins = part.iter().any(|&pair| data.pairs[pair].margin > 0.0);
            let share = weights.sum(Kind::Double).double_value(&[]) / total;
            Part {
                rows: rows.batch(&part_rows, engine.device),
                chosen: places(|pair| pair.chosen),
                rejected: places(|pair| pair.rejected),
                probability: numbers(|pair| pair.probability),
                weights,
                margin: margins.then(|| numbers(|pair| pair.margin)),
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
        let length = |row: usize| data.rows[row].len();
        let tokens: usize =
            pairs.iter().map(|&i| length(data.pairs[i].chosen) + length(data.pairs[i].rejected)).sum();
        Ok(Metrics::from([
            ("tokens".into(), tokens as f64),
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
        // The mean of linear heads is the linear head of mean weights, so that whoever reads one head reads the ensemble.
        let heads = self.head.weight.detach();
        weights.insert(SCORE_WEIGHT, heads.mean_dim(0, true, Kind::Float));
        if heads.size()[0] > 1 {
            let heads = Params::from_iter([(HEADS_WEIGHT.to_owned(), heads)]);
            heads.write(&dir.join(HEADS), Precision::F32)?;
        }
        weights.save_model(dir, &self.model.config, stored_precision(&self.model)?)?;
        self.model.config.as_sequence_classification().save(dir)?;
        Ok(())
    }
}

/// What one thread needs for its share of a batch.
struct Worker {
    model: Llama,
    head: ScalarHead,
    tie_theta: Option<f64>,
}

/// Share of a batch: its rows and labels.
struct Part {
    rows: FrozenBatch,
    /// Which of the rows each pair compares, int64.
    chosen: Tensor,
    rejected: Tensor,
    probability: Tensor,
    weights: Tensor,
    /// None where all are 0.
    margin: Option<Tensor>,
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
        let labels = PairLabels {
            probability: Some(&part.probability),
            weights: Some(&part.weights),
            margin: part.margin.as_ref(),
        };
        // Each head learns from its own scores; the mean over heads keeps the step's size what it is with one.
        let mut losses = Vec::new();
        for (chosen, rejected) in chosen.unbind(1).iter().zip(&rejected.unbind(1)) {
            losses.push(match self.tie_theta {
                None => bradley_terry(chosen, rejected, &labels, part.centring)?,
                Some(theta) => rao_kupper(chosen, rejected, &labels, theta, part.centring)?,
            });
        }
        let loss = Tensor::stack(&losses, 0).mean(Kind::Double) * part.share;
        let mean = |scores: &Tensor| scores.mean_dim(1, false, Kind::Double);
        let right = mean(&chosen).gt_tensor(&mean(&rejected)).to_kind(Kind::Double).sum(Kind::Double);
        let params = trainable(&self.model, &self.head);
        let gradients = self.model.gradients(&loss, &params);
        Ok(Contribution { gradients, loss: loss.double_value(&[]), right: right.double_value(&[]) })
    }
}

/// Adapters and head, in the order of the optimiser.
fn trainable(model: &Llama, head: &ScalarHead) -> Vec<Tensor> {
    let mut params = model.lora.as_ref().map(Lora::trainable).unwrap_or_default();
    params.push(head.weight.shallow_clone());
    params
}

/// Measures the model as it was written, rounding included: accuracy on both splits, calibration on the held-out one, and
/// the scale of its scores.
///
/// The completions that people compared were sampled from the parent, so their scores give the mean and the standard
/// deviation by which PPO and the evaluation normalise (Ziegler et al., arXiv 1909.08593, §2.1).
fn measure(job: &Job, data: &PairData, rows: &FrozenRows) -> Result<Metrics, TrainError> {
    let written = RewardModel::read(job.out, 0.0, 1.0, &job.engine)?;
    let all: Vec<usize> = (0..data.rows.len()).collect();
    let parts = all.chunks(ROWS_PER_PASS).map(|chunk| rows.batch(chunk, job.engine.device)).collect();
    let found = map(job.engine.each_worker(|| written.share()), parts, |model, part| {
        let hidden = no_grad(|| part.hidden(&model.trunk, Adapters::Off));
        let positions = part.batch.last_positions();
        (model.scores_at(&hidden, &positions), model.opinions_at(&hidden, &positions))
    });
    let (scores, opinions): (Vec<Vec<f64>>, Vec<Vec<Vec<f64>>>) = found.into_iter().unzip();
    let (scores, opinions) = (scores.concat(), opinions.concat());
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
    let judge = |pair: &RowPair| Judged {
        difference: scores[pair.chosen] - scores[pair.rejected],
        probability: pair.probability,
        opinions: subtract(&opinions[pair.chosen], &opinions[pair.rejected]),
    };
    for (split, pairs) in [("train", train), ("heldOut", test)] {
        let judged: Vec<Judged> = pairs.iter().map(judge).collect();
        let accuracy = Accuracy::of(&judged);
        metrics.insert(format!("{split}Pairs"), pairs.len() as f64);
        metrics.insert(format!("{split}Accuracy"), accuracy.share);
        if split == "heldOut" {
            metrics.extend(calibration::metrics(split, &accuracy, &judged));
        }
    }
    // An accuracy over no pairs is not a number and says so by its absence.
    metrics.retain(|_, value| value.is_finite());
    Ok(metrics)
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
