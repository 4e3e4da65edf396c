//! Task `ppo`: the policy learns to please the reward model without leaving its parent (Ziegler et al., arXiv
//! 1909.08593; Huang et al., arXiv 2403.17031, for the details).

use protocol::manifest::{CheckpointTask, Evaluation, PpoParams, PromptSample, canonical_json};

use super::checkpoint::{Checkpoint, EVALUATION};
use super::evaluate::{Contest, compare};
use super::oracle::Oracle;
use super::reward_model::RewardModel;
use super::rollout::{Models, Rollout, sequences};
use super::seed::{Stream, derive, permutation};
use super::steps::Steps;
use super::trunk::{load_parent, shared_layers, stored_precision};
use super::update::{Learner, targets};
use super::{Job, Outcome, TrainError};
use crate::data::dataset::read_prompts;
use crate::generate::{Completion, GenerateOptions, Sampler};
use crate::model::{Adapters, Llama, Lora, LoraConfig, Module, Params, ScalarHead};
use crate::optim::Schedule;
use crate::report::{Metrics, Phase, Report};

/// Trains a policy, writes it with its adapters merged, and compares it with its parent.
pub(super) fn train(
    job: &Job,
    params: &PpoParams,
    steps: &mut Steps,
    report: &mut dyn Report,
) -> Result<Outcome, TrainError> {
    let (prompts_dir, _) = job.input("prompts")?;
    let dataset = read_prompts(prompts_dir)?;
    job.expect_input("prompts", dataset.hash)?;
    let prompts = Prompts::split(job, params, &dataset.samples)?;
    let (reward_dir, reward_hash) = job.input("reward")?;
    let reward_checkpoint = Checkpoint::open_expected(reward_dir, reward_hash)?;
    check_same_tokenizer(job, &reward_checkpoint)?;
    let reward = RewardModel::load(&reward_checkpoint, &job.engine)?;
    let (weights, base) = load_parent(&job.parent.dir, &job.engine)?;
    let policy = with_adapters(job, params, base);
    let shared_layers = shared_layers(&policy, &reward.trunk).min(policy.frozen_layers());
    let value_head = ScalarHead::zeros(&policy.config, job.engine.device);
    let models = Models { policy, reward, value_head, shared_layers };
    report.progress(Phase::Load, 1, 1, &Metrics::new());

    let mut metrics = learn(job, params, &prompts.train, &models, steps, report)?;
    save(job, &models.policy, &weights)?;
    if !prompts.held_out.is_empty() {
        let evaluation = evaluate(job, params, &prompts, &models)?;
        metrics.extend(headline(&evaluation));
        report.progress(Phase::Eval, 1, 1, &headline(&evaluation));
        let path = job.out.join(EVALUATION);
        std::fs::write(&path, canonical_json(&evaluation)?)
            .map_err(|source| TrainError::Write { path, source })?;
    }
    Ok(Outcome { task: CheckpointTask::Ppo, dataset_hashes: vec![dataset.hash], metrics })
}

/// Prompts to learn on and prompts to be judged on.
struct Prompts {
    train: Vec<Vec<i64>>,
    held_out: Vec<Vec<i64>>,
    held_out_text: Vec<String>,
}

impl Prompts {
    /// The last `eval_prompts` prompts are held out; prompts that are too long are left out on both sides.
    fn split(job: &Job, params: &PpoParams, samples: &[PromptSample]) -> Result<Self, TrainError> {
        let n_train = samples.len().saturating_sub(params.eval_prompts as usize);
        let mut split = Self { train: vec![], held_out: vec![], held_out_text: vec![] };
        for (i, sample) in samples.iter().enumerate() {
            let ids = job.tokenizer.encode_prompt(&sample.prompt)?;
            if ids.len() > params.max_prompt_length as usize {
                continue;
            }
            if i < n_train {
                split.train.push(ids);
            } else {
                split.held_out.push(ids);
                split.held_out_text.push(sample.prompt.clone());
            }
        }
        if split.train.is_empty() {
            let n = samples.len();
            return Err(TrainError::Unfit(format!(
                "none of the {n} prompts is short enough and not held out"
            )));
        }
        Ok(split)
    }
}

fn check_same_tokenizer(job: &Job, reward: &Checkpoint) -> Result<(), TrainError> {
    if job.parent.tokenizer_hash() == reward.tokenizer_hash() {
        return Ok(());
    }
    Err(TrainError::Unfit("the reward model has another tokenizer than the parent".into()))
}

fn with_adapters(job: &Job, params: &PpoParams, base: Llama) -> Llama {
    let config = LoraConfig {
        rank: i64::from(params.lora_rank),
        alpha: params.lora_alpha,
        layers: params.lora_layers as usize,
        modules: Module::ALL.to_vec(),
    };
    let lora = Lora::new(&base.config, config, derive(job.spec.seed, Stream::Lora, 0), job.engine.device);
    base.with_lora(lora)
}

/// The loop of rollouts and updates; returns the metrics of the last step.
fn learn(
    job: &Job,
    params: &PpoParams,
    prompts: &[Vec<i64>],
    models: &Models,
    steps: &mut Steps,
    report: &mut dyn Report,
) -> Result<Metrics, TrainError> {
    let mut learner = Learner::new(models, params, job.engine, job.spec.seed);
    let n_steps = u64::from(params.steps);
    let schedule = Schedule::linear(1.0, n_steps);
    let oracle = Oracle::new();
    let (first, mut last) = steps.resume(&mut learner.optimisers())?;
    for step in first..n_steps {
        let chosen = choose_prompts(prompts, params.batch_size as usize, job.spec.seed, step);
        let completions = sample(job, params, &models.policy, &chosen, step)?;
        let rows = sequences(&chosen, &completions, &job.tokenizer);
        let rollout = Rollout::evaluate(models, rows, &completions, params.temperature, &job.engine)?;
        let (targets, mut metrics) = targets(&rollout, params)?;
        metrics.extend(learner.update(&rollout, &targets, step, schedule.at(step))?);
        metrics.insert("oracle/vader".into(), mean_sentiment(job, &oracle, &completions)?);
        report.progress(Phase::Rollout, step + 1, n_steps, &metrics);
        steps.complete(&mut learner.optimisers(), &metrics)?;
        last = metrics;
    }
    Ok(last)
}

/// Walks through the prompts in a new random order each time all have been used.
fn choose_prompts(prompts: &[Vec<i64>], n: usize, seed: u64, step: u64) -> Vec<Vec<i64>> {
    let first = step as usize * n;
    (first..first + n)
        .map(|i| {
            let order = permutation(prompts.len(), seed, Stream::Order, (i / prompts.len()) as u64);
            prompts[order[i % prompts.len()]].clone()
        })
        .collect()
}

fn sample(
    job: &Job,
    params: &PpoParams,
    policy: &Llama,
    prompts: &[Vec<i64>],
    step: u64,
) -> Result<Vec<Completion>, TrainError> {
    let sampler = Sampler {
        temperature: params.temperature,
        stop_ids: job.tokenizer.eos_ids().to_vec(),
        seed: derive(job.spec.seed, Stream::Rollout, step),
        ..Sampler::default()
    };
    let options = GenerateOptions {
        sampler,
        max_new_tokens: params.max_new_tokens as usize,
        adapters: Adapters::On,
        ..job.engine.decoding()
    };
    Ok(job.engine.generate(policy, prompts, &options)?)
}

fn mean_sentiment(job: &Job, oracle: &Oracle, completions: &[Completion]) -> Result<f64, TrainError> {
    let mut total = 0.0;
    for completion in completions {
        total += oracle.score(&job.tokenizer.decode(completion.text_ids())?);
    }
    Ok(total / completions.len() as f64)
}

/// Writes config and weights; `parent` are the unrounded weights that training started from.
fn save(job: &Job, policy: &Llama, parent: &Params) -> Result<(), TrainError> {
    let lora = policy.lora.as_ref().expect("PPO made its policy with adapters");
    lora.merge_into(parent)?.save_model(job.out, &policy.config, stored_precision(policy)?)?;
    policy.config.save(job.out)?;
    Ok(())
}

/// Judges the weights as they were written, rounding included.
fn evaluate(
    job: &Job,
    params: &PpoParams,
    prompts: &Prompts,
    models: &Models,
) -> Result<Evaluation, TrainError> {
    let precision = job.engine.precision;
    let candidate = Llama::load(job.out, precision, job.engine.device)?.training_in(job.engine.passes);
    let contest = Contest {
        prompts: &prompts.held_out_text,
        prompt_ids: &prompts.held_out,
        samples: params.eval_samples as usize,
        max_new_tokens: params.max_new_tokens as usize,
        temperature: params.eval_temperature,
        seed: derive(job.spec.seed, Stream::Evaluation, 0),
    };
    compare(&contest, &models.policy, &candidate, &models.reward, &job.tokenizer, &job.engine)
}

/// The numbers of an evaluation that people ask for first.
fn headline(evaluation: &Evaluation) -> Metrics {
    let rate = |bps: u32| f64::from(bps) / 10_000.0;
    let mut metrics = Metrics::from([
        ("eval/winRate".into(), rate(evaluation.win_rate_bps)),
        ("eval/meanScore".into(), evaluation.mean_score),
        ("eval/meanScoreParent".into(), evaluation.mean_score_parent),
        ("eval/kl".into(), evaluation.kl),
    ]);
    if let Some(oracle) = &evaluation.oracle {
        metrics.insert("eval/oracleWinRate".into(), rate(oracle.win_rate_bps));
    }
    metrics
}
