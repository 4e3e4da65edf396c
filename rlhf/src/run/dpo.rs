//! Task `dpo`: the policy learns preferences without a reward model (Rafailov et al., arXiv 2305.18290).
//!
//! The reference is the parent, which is the policy with its adapters off. What it says of each completion is computed once,
//! before the first step; it depends on the inputs only, so a run that goes on computes the same numbers again.

use std::collections::HashMap;

use protocol::manifest::{CheckpointTask, DpoLoss, DpoParams, Split};
use tch::{Kind, Tensor, no_grad};

use super::adapters::{adapted, adapters, save_merged};
use super::parallel::{map, share};
use super::rollout::policy_states;
use super::seed::{Stream, permutation};
use super::steps::Steps;
use super::trunk::{FrozenBatch, FrozenRows, load_parent};
use super::{Job, Outcome, TrainError};
use crate::algo::preference_loss::{PreferenceLoss, soft_preference_losses};
use crate::data::dataset::read_preferences;
use crate::data::encode;
use crate::data::layout::{Layout, Sequence};
use crate::model::{Adapters, Llama};
use crate::optim::{AdamW, AdamWConfig, Schedule};
use crate::report::{Metrics, Phase, Report};

/// Pairs that run through the model together; bounds the memory of a pass.
const PAIRS_PER_PASS: usize = 4;
/// Gradients are scaled down to this norm.
const MAX_GRAD_NORM: f64 = 1.0;

/// Trains on the pairs of the training split, writes the policy, and measures it on the other split.
pub(super) fn train(
    job: &Job,
    params: &DpoParams,
    steps: &mut Steps,
    report: &mut dyn Report,
) -> Result<Outcome, TrainError> {
    let (dir, _) = job.input("preferences")?;
    let dataset = read_preferences(dir)?;
    job.expect_input("preferences", dataset.hash)?;
    let encode = |split| encode::pairs(&job.tokenizer, &dataset.samples, split, params.max_length as usize);
    let mut data = Pairs::default();
    data.extend(job, encode(Split::Train)?)?;
    let n_train = data.pairs.len();
    data.extend(job, encode(Split::Test)?)?;
    if n_train == 0 {
        return Err(TrainError::Unfit(
            "the preferences have no training pair with a vote and both completions within maxLength".into(),
        ));
    }
    let (weights, base) = load_parent(&job.parent.dir, &job.engine)?;
    let policy = adapted(job, base, params.lora_rank, params.lora_alpha, params.lora_layers);
    let tokens = data.sequences.iter().map(|sequence| sequence.row.clone()).collect();
    let rows = FrozenRows::compute(&policy, tokens, policy.frozen_layers(), &job.engine, |n| {
        report.progress(Phase::Cache, n as u64, data.sequences.len() as u64, &Metrics::new());
    });
    let mut trainer = Trainer { job, params, policy: &policy, data: &data, rows: &rows, reference: vec![] };
    trainer.reference = trainer.logprobs(&(0..data.sequences.len()).collect::<Vec<_>>(), Adapters::Off);
    let mut metrics = trainer.run(n_train, steps, report)?;
    report.progress(Phase::Save, 0, 1, &Metrics::new());
    save_merged(job, &policy, &weights)?;
    let held_out = trainer.measure(&data.pairs[n_train..])?;
    report.progress(Phase::Eval, 1, 1, &held_out);
    metrics.extend(held_out);
    Ok(Outcome { task: CheckpointTask::Dpo, dataset_hashes: vec![dataset.hash], metrics })
}

/// Comparisons of completions, each of which is stored once however often it was compared.
#[derive(Default)]
struct Pairs {
    sequences: Vec<Sequence>,
    numbers: HashMap<(usize, Vec<i64>), usize>,
    pairs: Vec<Pair>,
}

/// A comparison of two sequences.
#[derive(Clone, Copy)]
struct Pair {
    chosen: usize,
    rejected: usize,
    /// That `chosen` is better.
    probability: f64,
    weight: f64,
}

impl Pairs {
    /// Adds pairs of which both completions have a token within the longest length.
    fn extend(&mut self, job: &Job, pairs: Vec<encode::Pair>) -> Result<(), TrainError> {
        for pair in pairs {
            let n = job.tokenizer.encode_prompt(&pair.prompt)?.len();
            if pair.chosen.len().min(pair.rejected.len()) > n {
                let (chosen, rejected) = (self.number(n, pair.chosen), self.number(n, pair.rejected));
                let (probability, weight) = (pair.probability, pair.weight);
                self.pairs.push(Pair { chosen, rejected, probability, weight });
            }
        }
        Ok(())
    }

    fn number(&mut self, prompt_length: usize, row: Vec<i64>) -> usize {
        *self.numbers.entry((prompt_length, row)).or_insert_with_key(|(_, row)| {
            let response = row[prompt_length..].to_vec();
            self.sequences.push(Sequence { row: row.clone(), prompt_length, response });
            self.sequences.len() - 1
        })
    }
}

/// A run with what every step needs.
struct Trainer<'a> {
    job: &'a Job<'a>,
    params: &'a DpoParams,
    policy: &'a Llama,
    data: &'a Pairs,
    rows: &'a FrozenRows,
    /// Log-probability of each sequence's completion under the parent.
    reference: Vec<f64>,
}

impl Trainer<'_> {
    /// Returns the metrics of the last step.
    fn run(&self, n_train: usize, steps: &mut Steps, report: &mut dyn Report) -> Result<Metrics, TrainError> {
        let config = AdamWConfig { eps: self.params.adam_eps, ..AdamWConfig::default() };
        let mut optimiser = AdamW::new(&adapters(self.policy), config);
        let batches: Vec<Vec<usize>> = (0..u64::from(self.params.epochs))
            .flat_map(|epoch| {
                let order = permutation(n_train, self.job.spec.seed, Stream::Order, epoch);
                order.chunks(self.params.batch_size as usize).map(<[usize]>::to_vec).collect::<Vec<_>>()
            })
            .collect();
        let schedule = Schedule::linear(self.params.learning_rate, batches.len() as u64);
        let (first, mut metrics) = steps.resume(&mut [("policy", &mut optimiser)])?;
        for (step, batch) in (0..).zip(&batches).skip(first as usize) {
            let pairs: Vec<Pair> = batch.iter().map(|&pair| self.data.pairs[pair]).collect();
            metrics = self.batch_gradient(pairs, &mut optimiser)?;
            let norm = optimiser.apply(MAX_GRAD_NORM, schedule.at(step));
            if !norm.is_finite() {
                return Err(TrainError::Diverged {
                    step: step + 1,
                    quantity: "the gradient norm",
                    value: norm,
                });
            }
            metrics.extend([("gradNorm".into(), norm), ("lr".into(), schedule.at(step))]);
            report.progress(Phase::Train, step + 1, batches.len() as u64, &metrics);
            steps.complete(&mut [("policy", &mut optimiser)], &metrics)?;
        }
        Ok(metrics)
    }

    /// Mean loss of a batch, by weight; its gradient goes to the optimiser.
    fn batch_gradient(&self, mut pairs: Vec<Pair>, optimiser: &mut AdamW) -> Result<Metrics, TrainError> {
        let total: f64 = pairs.iter().map(|pair| pair.weight).sum();
        // Rows of like length run together, so that little is spent on padding.
        let length = |row: usize| self.data.sequences[row].row.len();
        pairs
            .sort_by_key(|pair| (length(pair.chosen).max(length(pair.rejected)), pair.chosen, pair.rejected));
        let parts = pairs.chunks(PAIRS_PER_PASS).map(|pairs| self.part(pairs)).collect();
        let workers = self.job.engine.each_worker(|| share(self.policy));
        let params = self.params;
        let found = map(workers, parts, |policy, part: Part| {
            let hidden = policy_states(policy, &part.rows.states(policy), &part.layout, Adapters::On);
            policy.token_gradients(&hidden, &part.layout.targets, 1.0, &adapters(policy), |logprobs| {
                let ratios = of_rows(logprobs, &part.layout, params.loss) - &part.reference;
                let sides = ratios.chunk(2, 0);
                let (probability, loss) = (&part.probability, loss(params.loss));
                let losses = soft_preference_losses(&sides[0], &sides[1], probability, loss, params.beta)?;
                let found = Vec::<f64>::try_from(ratios.detach()).expect("ratios are a vector of numbers");
                let loss = (losses * &part.weights).sum(Kind::Double) / total;
                Ok::<_, TrainError>((loss.shallow_clone(), (loss.double_value(&[]), found)))
            })
        });
        let (mut sum, mut ratios) = (0.0, Vec::new());
        for part in found {
            let ((loss, part), gradients) = part?;
            optimiser.accumulate(&gradients);
            sum += loss;
            let (chosen, rejected) = part.split_at(part.len() / 2);
            ratios.extend(chosen.iter().copied().zip(rejected.iter().copied()));
        }
        let mut metrics = self.describe(&pairs, &ratios);
        metrics.insert("loss".into(), sum);
        Ok(metrics)
    }

    fn part(&self, pairs: &[Pair]) -> Part {
        let device = self.job.engine.device;
        let rows: Vec<usize> =
            pairs.iter().map(|pair| pair.chosen).chain(pairs.iter().map(|pair| pair.rejected)).collect();
        let sequences: Vec<&Sequence> = rows.iter().map(|&row| &self.data.sequences[row]).collect();
        let numbers = |numbers: Vec<f64>| Tensor::from_slice(&numbers).to_device(device);
        let batch = self.rows.batch(&rows, device);
        let wrong = self.params.label_smoothing;
        let believed = |probability: f64| probability * (1.0 - wrong) + (1.0 - probability) * wrong;
        Part {
            layout: Layout::new(&sequences, batch.batch.width(), device),
            rows: batch,
            reference: numbers(rows.iter().map(|&row| self.reference[row]).collect()),
            probability: numbers(pairs.iter().map(|pair| believed(pair.probability)).collect()),
            weights: numbers(pairs.iter().map(|pair| pair.weight).collect()),
        }
    }

    /// Log-probabilities of some sequences' completions, no gradient; for IPO per token.
    fn logprobs(&self, rows: &[usize], adapters: Adapters) -> Vec<f64> {
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by_key(|&i| (self.data.sequences[rows[i]].row.len(), i));
        let device = self.job.engine.device;
        let part = |chunk: &[usize]| {
            let rows: Vec<usize> = chunk.iter().map(|&i| rows[i]).collect();
            let sequences: Vec<&Sequence> = rows.iter().map(|&row| &self.data.sequences[row]).collect();
            let batch = self.rows.batch(&rows, device);
            (Layout::new(&sequences, batch.batch.width(), device), batch)
        };
        let parts = order.chunks(2 * PAIRS_PER_PASS).map(part).collect();
        let kind = self.params.loss;
        let found =
            map(self.job.engine.each_worker(|| share(self.policy)), parts, |policy, (layout, rows)| {
                no_grad(|| {
                    let hidden = policy_states(policy, &rows.states(policy), &layout, adapters);
                    let logprobs = policy.token_logprobs(&hidden, &layout.targets, 1.0);
                    Vec::<f64>::try_from(of_rows(&logprobs, &layout, kind)).expect("a vector of numbers")
                })
            });
        let mut logprobs = vec![0.0; rows.len()];
        for (&i, found) in order.iter().zip(found.into_iter().flatten()) {
            logprobs[i] = found;
        }
        logprobs
    }

    /// How well the policy does on pairs that it did not learn from.
    fn measure(&self, pairs: &[Pair]) -> Result<Metrics, TrainError> {
        let ratios = |pick: fn(&Pair) -> usize| {
            let rows: Vec<usize> = pairs.iter().map(pick).collect();
            let found = self.logprobs(&rows, Adapters::On);
            rows.iter().zip(found).map(|(&row, found)| found - self.reference[row]).collect::<Vec<f64>>()
        };
        let ratios: Vec<(f64, f64)> =
            ratios(|pair| pair.chosen).into_iter().zip(ratios(|pair| pair.rejected)).collect();
        let mut metrics = Metrics::from([("heldOutPairs".into(), pairs.len() as f64)]);
        for (name, value) in self.describe(pairs, &ratios) {
            if let ("accuracy" | "margin", true) = (name.as_str(), value.is_finite()) {
                let initial = name[..1].to_uppercase();
                metrics.insert(format!("heldOut{initial}{}", &name[1..]), value);
            }
        }
        Ok(metrics)
    }

    /// `ratios`: log-ratios to the reference of each pair's chosen and rejected completion. The implicit rewards are `beta`
    /// times those; the accuracy counts pairs with a majority, and equal rewards as half.
    fn describe(&self, pairs: &[Pair], ratios: &[(f64, f64)]) -> Metrics {
        let (n, beta) = (pairs.len() as f64, self.params.beta);
        let (chosen, rejected) = ratios.iter().fold((0.0, 0.0), |(a, b), (c, r)| (a + c, b + r));
        let (mut right, mut n_judged) = (0.0, 0.0);
        for (pair, (chosen, rejected)) in pairs.iter().zip(ratios).filter(|(pair, _)| pair.probability != 0.5)
        {
            let margin = (chosen - rejected) * (pair.probability - 0.5).signum();
            right += if margin == 0.0 { 0.5 } else { f64::from(u8::from(margin > 0.0)) };
            n_judged += 1.0;
        }
        let length = |row: usize| self.data.sequences[row].response.len();
        let tokens: usize = pairs.iter().map(|pair| length(pair.chosen) + length(pair.rejected)).sum();
        Metrics::from([
            ("tokens".into(), tokens as f64),
            ("accuracy".into(), right / n_judged),
            ("margin".into(), beta * (chosen - rejected) / n),
            ("rewards/chosen".into(), beta * chosen / n),
            ("rewards/rejected".into(), beta * rejected / n),
        ])
    }
}

/// Some pairs of a batch: the chosen completions, then the rejected ones.
struct Part {
    rows: FrozenBatch,
    layout: Layout,
    /// f64 `[2 n]`.
    reference: Tensor,
    /// f64 `[n]`, label smoothing included.
    probability: Tensor,
    weights: Tensor,
}

fn loss(name: DpoLoss) -> PreferenceLoss {
    match name {
        DpoLoss::Sigmoid => PreferenceLoss::Sigmoid { smoothing: 0.0 },
        DpoLoss::Ipo => PreferenceLoss::Ipo,
    }
}

/// One number per row from the log-probabilities `[N]` of its tokens: their sum, for IPO their mean. f64 `[B]`.
fn of_rows(logprobs: &Tensor, layout: &Layout, loss: DpoLoss) -> Tensor {
    let over_tokens =
        |x: &Tensor| x.to_kind(Kind::Double).sum_dim_intlist([1].as_slice(), false, Kind::Double);
    let sums = over_tokens(&layout.unpack(logprobs));
    match loss {
        DpoLoss::Sigmoid => sums,
        DpoLoss::Ipo => sums / over_tokens(&layout.mask),
    }
}
