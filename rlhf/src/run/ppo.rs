//! Task `ppo`: the policy learns to please the reward model without leaving its parent (Ziegler et al., arXiv
//! 1909.08593; Huang et al., arXiv 2403.17031, for the details).

use protocol::manifest::{CheckpointTask, PpoParams};

use super::experience::{Experience, Sampling};
use super::steps::Steps;
use super::update::{Learner, targets};
use super::{Job, Outcome, TrainError};
use crate::optim::Schedule;
use crate::report::{Metrics, Phase, Report};

/// Trains a policy, writes it with its adapters merged, and compares it with its parent.
pub(super) fn train(
    job: &Job,
    params: &PpoParams,
    steps: &mut Steps,
    report: &mut dyn Report,
) -> Result<Outcome, TrainError> {
    let sampling = Sampling {
        lora_rank: params.lora_rank,
        lora_alpha: params.lora_alpha,
        lora_layers: params.lora_layers,
        max_prompt_length: params.max_prompt_length,
        max_new_tokens: params.max_new_tokens,
        temperature: params.temperature,
        eval_prompts: params.eval_prompts,
        eval_samples: params.eval_samples,
        eval_temperature: params.eval_temperature,
    };
    let experience = Experience::load(job, sampling, report)?;
    let metrics = learn(job, params, &experience, steps, report)?;
    experience.finish(CheckpointTask::Ppo, metrics, report)
}

/// The loop of rollouts and updates; returns the metrics of the last step.
fn learn(
    job: &Job,
    params: &PpoParams,
    experience: &Experience,
    steps: &mut Steps,
    report: &mut dyn Report,
) -> Result<Metrics, TrainError> {
    let mut learner = Learner::new(&experience.models, params, job.engine, job.spec.seed);
    let n_steps = u64::from(params.steps);
    let schedule = Schedule::linear(1.0, n_steps);
    let (first, mut last) = steps.resume(&mut learner.optimisers())?;
    for step in first..n_steps {
        let (rollout, mut metrics) = experience.rollout(step, params.batch_size as usize, 1)?;
        let (targets, described) = targets(&rollout, params)?;
        metrics.extend(described);
        metrics.extend(learner.update(&rollout, &targets, step, schedule.at(step))?);
        report.samples(step + 1, &experience.samples(&rollout)?);
        report.progress(Phase::Rollout, step + 1, n_steps, &metrics);
        steps.complete(&mut learner.optimisers(), &metrics)?;
        last = metrics;
    }
    Ok(last)
}
