//! Task `sft`: the policy imitates the completions that people preferred.

use std::convert::Infallible;

use protocol::manifest::{CheckpointTask, SftParams, Split};
use tch::{Kind, Tensor};

use super::adapters::{adapted, adapters, save_merged};
use super::parallel::{map, share};
use super::rollout::policy_states;
use super::seed::{Stream, permutation};
use super::steps::Steps;
use super::trunk::{FrozenRows, load_parent};
use super::{Job, Outcome, TrainError};
use crate::data::dataset::read_preferences;
use crate::data::encode;
use crate::data::layout::{Layout, Sequence};
use crate::model::{Adapters, Llama};
use crate::optim::{AdamW, AdamWConfig, Schedule};
use crate::report::{Metrics, Phase, Report};

/// Sequences that run through the model together; bounds the memory of a pass.
const ROWS_PER_PASS: usize = 8;
/// Gradients are scaled down to this norm.
const MAX_GRAD_NORM: f64 = 1.0;

/// Trains on the chosen completions, mean cross-entropy over all completion tokens of a batch, and writes the policy.
pub(super) fn train(
    job: &Job,
    params: &SftParams,
    steps: &mut Steps,
    report: &mut dyn Report,
) -> Result<Outcome, TrainError> {
    let (dir, _) = job.input("preferences")?;
    let dataset = read_preferences(dir)?;
    job.expect_input("preferences", dataset.hash)?;
    let sequences =
        encode::chosen(&job.tokenizer, &dataset.samples, Split::Train, params.max_length as usize)?;
    if sequences.is_empty() {
        return Err(TrainError::Unfit("the preferences have no training sample".into()));
    }
    let (weights, base) = load_parent(&job.parent.dir, &job.engine)?;
    let policy = adapted(job, base, params.lora_rank, params.lora_alpha, params.lora_layers);
    let metrics = fit(job, params, &policy, &sequences, steps, report)?;
    save_merged(job, &policy, &weights)?;
    Ok(Outcome { task: CheckpointTask::Sft, dataset_hashes: vec![dataset.hash], metrics })
}

fn fit(
    job: &Job,
    params: &SftParams,
    policy: &Llama,
    sequences: &[Sequence],
    steps: &mut Steps,
    report: &mut dyn Report,
) -> Result<Metrics, TrainError> {
    let rows = sequences.iter().map(|sequence| sequence.row.clone()).collect();
    let rows = FrozenRows::compute(policy, rows, policy.frozen_layers(), &job.engine, |n| {
        report.progress(Phase::Cache, n as u64, sequences.len() as u64, &Metrics::new());
    });
    let mut optimiser =
        AdamW::new(&adapters(policy), AdamWConfig { eps: params.adam_eps, ..AdamWConfig::default() });
    let batch_size = params.batch_size.max(1) as usize;
    let batches: Vec<Vec<usize>> = (0..u64::from(params.epochs))
        .flat_map(|epoch| {
            let order = permutation(sequences.len(), job.spec.seed, Stream::Order, epoch);
            order.chunks(batch_size).map(<[usize]>::to_vec).collect::<Vec<_>>()
        })
        .collect();
    let schedule = Schedule::linear(params.learning_rate, batches.len() as u64);
    let (first, mut metrics) = steps.resume(&mut [("policy", &mut optimiser)])?;
    for (step, indices) in (0..).zip(&batches).skip(first as usize) {
        let loss = batch_gradient(job, policy, &rows, sequences, indices, &mut optimiser);
        let norm = optimiser.apply(MAX_GRAD_NORM, schedule.at(step));
        if !norm.is_finite() {
            return Err(TrainError::Diverged { step: step + 1, quantity: "the gradient norm", value: norm });
        }
        let tokens = n_tokens(sequences, indices) as f64;
        metrics = [("loss", loss), ("gradNorm", norm), ("tokens", tokens)].map(|(k, v)| (k.into(), v)).into();
        report.progress(Phase::Train, step + 1, batches.len() as u64, &metrics);
        steps.complete(&mut [("policy", &mut optimiser)], &metrics)?;
    }
    Ok(metrics)
}

/// Completion tokens of a batch.
fn n_tokens(sequences: &[Sequence], indices: &[usize]) -> usize {
    indices.iter().map(|&i| sequences[i].response.len()).sum()
}

/// Mean cross-entropy over the completion tokens of a batch; its gradient goes to the optimiser.
fn batch_gradient(
    job: &Job,
    policy: &Llama,
    rows: &FrozenRows,
    sequences: &[Sequence],
    indices: &[usize],
    optimiser: &mut AdamW,
) -> f64 {
    let n_tokens = n_tokens(sequences, indices);
    let part = |chunk: &[usize]| {
        let rows = rows.batch(chunk, policy.device());
        let chosen: Vec<&Sequence> = chunk.iter().map(|&i| &sequences[i]).collect();
        (Layout::new(&chosen, rows.batch.width(), policy.device()), rows)
    };
    // Rows of like length run together, so that little is spent on padding.
    let mut indices = indices.to_vec();
    indices.sort_by_key(|&i| (sequences[i].row.len(), i));
    let parts = indices.chunks(ROWS_PER_PASS).map(part).collect();
    let found = map(job.engine.each_worker(|| share(policy)), parts, |policy, (layout, rows)| {
        let hidden = policy_states(policy, &rows.states(policy), &layout, Adapters::On);
        let found = policy.token_gradients(&hidden, &layout.targets, 1.0, &adapters(policy), |logprobs| {
            let loss: Tensor = -logprobs.sum(Kind::Float) / n_tokens as f64;
            Ok::<_, Infallible>((loss.shallow_clone(), loss.double_value(&[])))
        });
        let Ok(found) = found;
        found
    });
    let mut loss = 0.0;
    for (part, gradients) in found {
        loss += part;
        optimiser.accumulate(&gradients);
    }
    loss
}
