//! What tasks that learn from their own completions have in common: prompts, models, sampling, and the comparison at the end.

use alloy_primitives::B256;
use protocol::manifest::{CheckpointTask, Evaluation, PromptSample, canonical_json};

use super::adapters::{adapted, save_merged};
use super::checkpoint::{Checkpoint, EVALUATION};
use super::evaluate::{Contest, compare};
use super::oracle::Oracle;
use super::reward_model::RewardModel;
use super::rollout::{Models, Rollout, sequences};
use super::seed::{Stream, derive, permutation};
use super::trunk::{load_parent, shared_layers};
use super::{Job, Outcome, TrainError};
use crate::data::dataset::read_prompts;
use crate::data::layout::Sequence;
use crate::generate::{Completion, GenerateOptions, Sampler};
use crate::model::{Adapters, Llama, Params, ScalarHead};
use crate::report::{Metrics, Phase, Report, Sample, rounded};

/// Completions of each rollout that are logged.
const LOGGED_SAMPLES: usize = 4;

/// The parameters that all such tasks have; see [`protocol::manifest::PpoParams`] for each.
#[derive(Clone, Copy)]
pub struct Sampling {
    pub lora_rank: u32,
    pub lora_alpha: f64,
    pub lora_layers: u32,
    pub max_prompt_length: u32,
    pub max_new_tokens: u32,
    pub temperature: f64,
    pub eval_prompts: u32,
    pub eval_samples: u32,
    pub eval_temperature: f64,
}

/// Inputs and models of a run.
pub struct Experience<'a> {
    job: &'a Job<'a>,
    sampling: Sampling,
    prompts: Prompts,
    dataset: B256,
    /// The parent's weights as they are stored.
    parent: Params,
    oracle: Oracle,
    pub models: Models,
}

impl<'a> Experience<'a> {
    /// Reads prompts, parent and reward model.
    ///
    /// # Errors
    /// [`TrainError`] when an input is missing, is not what the spec names, or the two models do not fit together.
    pub fn load(job: &'a Job, sampling: Sampling, report: &mut dyn Report) -> Result<Self, TrainError> {
        let (prompts_dir, _) = job.input("prompts")?;
        let dataset = read_prompts(prompts_dir)?;
        job.expect_input("prompts", dataset.hash)?;
        let prompts = Prompts::split(job, &sampling, &dataset.samples)?;
        let (reward_dir, reward_hash) = job.input("reward")?;
        let reward_checkpoint = Checkpoint::open_expected(reward_dir, reward_hash)?;
        check_same_tokenizer(job, &reward_checkpoint)?;
        let reward = RewardModel::load(&reward_checkpoint, &job.engine)?;
        let (parent, base) = load_parent(&job.parent.dir, &job.engine)?;
        let policy = adapted(job, base, sampling.lora_rank, sampling.lora_alpha, sampling.lora_layers);
        let shared_layers = shared_layers(&policy, &reward.trunk).min(policy.frozen_layers());
        let value_head = ScalarHead::zeros(&policy.config, job.engine.device);
        let models = Models { policy, reward, value_head, shared_layers };
        report.progress(Phase::Load, 1, 1, &Metrics::new());
        Ok(Self { job, sampling, prompts, dataset: dataset.hash, parent, oracle: Oracle::new(), models })
    }

    /// Samples `samples` completions for each of the step's `n_prompts` prompts and has them judged, in order of prompt and
    /// sample. Also returns the mean score of the oracle, from which nothing is learned.
    ///
    /// # Errors
    /// [`TrainError`] when a prompt cannot be sampled or a completion cannot be decoded.
    pub fn rollout(
        &self,
        step: u64,
        n_prompts: usize,
        samples: usize,
    ) -> Result<(Rollout, Metrics), TrainError> {
        let (job, temperature) = (self.job, self.sampling.temperature);
        let prompts = choose_prompts(&self.prompts.train, n_prompts, job.spec.seed, step);
        let sampler = Sampler {
            temperature,
            stop_ids: job.tokenizer.eos_ids().to_vec(),
            seed: derive(job.spec.seed, Stream::Rollout, step),
            ..Sampler::default()
        };
        let options = GenerateOptions {
            sampler,
            samples,
            max_new_tokens: self.sampling.max_new_tokens as usize,
            adapters: Adapters::On,
            ..job.engine.decoding()
        };
        let completions = job.engine.generate(&self.models.policy, &prompts, &options)?;
        let rows = sequences(&prompts, &completions, &job.tokenizer);
        let rollout = Rollout::evaluate(&self.models, rows, &completions, temperature, &job.engine)?;
        let sentiment = self.mean_sentiment(&completions)?;
        Ok((rollout, Metrics::from([("oracle/vader".into(), sentiment)])))
    }

    /// The first completions of a rollout, for people to read.
    ///
    /// # Errors
    /// [`TrainError`] when one cannot be decoded.
    pub fn samples(&self, rollout: &Rollout) -> Result<Vec<Sample>, TrainError> {
        let sample = |(row, sequence): (usize, &Sequence)| {
            Ok(Sample {
                prompt: self.job.tokenizer.decode(&sequence.row[..sequence.prompt_length])?,
                completion: self.job.tokenizer.decode(&sequence.response)?,
                score: rounded(rollout.scores.double_value(&[row as i64])),
            })
        };
        rollout.sequences.iter().enumerate().take(LOGGED_SAMPLES).map(sample).collect()
    }

    fn mean_sentiment(&self, completions: &[Completion]) -> Result<f64, TrainError> {
        let mut total = 0.0;
        for completion in completions {
            total += self.oracle.score(&self.job.tokenizer.decode(completion.text_ids())?);
        }
        Ok(total / completions.len() as f64)
    }

    /// Writes the policy with its adapters merged and compares it with its parent; `metrics` are those of the last step.
    ///
    /// # Errors
    /// [`TrainError`] when a file cannot be written or the comparison fails.
    pub fn finish(
        &self,
        task: CheckpointTask,
        mut metrics: Metrics,
        report: &mut dyn Report,
    ) -> Result<Outcome, TrainError> {
        save_merged(self.job, &self.models.policy, &self.parent)?;
        if !self.prompts.held_out.is_empty() {
            let evaluation = self.evaluate()?;
            metrics.extend(headline(&evaluation));
            report.progress(Phase::Eval, 1, 1, &headline(&evaluation));
            let path = self.job.out.join(EVALUATION);
            std::fs::write(&path, canonical_json(&evaluation)?)
                .map_err(|source| TrainError::Write { path, source })?;
        }
        Ok(Outcome { task, dataset_hashes: vec![self.dataset], metrics })
    }

    /// Judges the weights as they were written, rounding included.
    fn evaluate(&self) -> Result<Evaluation, TrainError> {
        let engine = &self.job.engine;
        let candidate =
            Llama::load(self.job.out, engine.precision, engine.device)?.training_in(engine.passes);
        let contest = Contest {
            prompts: &self.prompts.held_out_text,
            prompt_ids: &self.prompts.held_out,
            samples: self.sampling.eval_samples as usize,
            max_new_tokens: self.sampling.max_new_tokens as usize,
            temperature: self.sampling.eval_temperature,
            seed: derive(self.job.spec.seed, Stream::Evaluation, 0),
        };
        let Models { policy, reward, .. } = &self.models;
        compare(&contest, policy, &candidate, reward, &self.job.tokenizer, engine)
    }
}

/// Prompts to learn on and prompts to be judged on.
struct Prompts {
    train: Vec<Vec<i64>>,
    held_out: Vec<Vec<i64>>,
    held_out_text: Vec<String>,
}

impl Prompts {
    /// The last `eval_prompts` prompts are held out; prompts that are too long are left out on both sides.
    fn split(job: &Job, sampling: &Sampling, samples: &[PromptSample]) -> Result<Self, TrainError> {
        let n_train = samples.len().saturating_sub(sampling.eval_prompts as usize);
        let mut split = Self { train: vec![], held_out: vec![], held_out_text: vec![] };
        for (i, sample) in samples.iter().enumerate() {
            let ids = job.tokenizer.encode_prompt(&sample.prompt)?;
            if ids.len() > sampling.max_prompt_length as usize {
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
