//! Tasks `grpo` (Shao et al., arXiv 2402.03300) and `rloo` (Ahmadian et al., arXiv 2402.14740): PPO's rollouts, but several
//! completions of a prompt are compared with each other instead of with a critic.

use protocol::manifest::{AdvantageScale, CheckpointTask, GroupParams, LossNormaliser, RatioLevel};
use tch::{Kind, Tensor, no_grad};

use super::adapters::adapters;
use super::experience::{Experience, Sampling};
use super::parallel::{map, share};
use super::rollout::{ROWS_PER_PASS, Rollout, policy_states};
use super::seed::{Stream, permutation};
use super::steps::Steps;
use super::update::{Sums, apply, n_tokens, rollout_metrics, row_index};
use super::{Job, Outcome, TrainError};
use crate::algo::group::{
    GroupLoss, Normaliser, Ratio, Scale, group_advantages, group_policy_loss, leave_one_out,
};
use crate::algo::kl::{self, KlEstimator};
use crate::algo::loss::Clip;
use crate::algo::reward_assembly::penalise_missing_eos;
use crate::data::layout::{Layout, Sequence};
use crate::model::Adapters;
use crate::optim::{AdamW, AdamWConfig, Schedule};
use crate::report::{Metrics, Phase, Report};

/// What the two tasks differ in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Baseline {
    /// The group's mean; the tie to the parent is in the loss.
    Group,
    /// The mean of the others; the tie to the parent is in the reward.
    LeaveOneOut,
}

/// Trains a policy, writes it with its adapters merged, and compares it with its parent.
pub(super) fn train(
    job: &Job,
    params: &GroupParams,
    baseline: Baseline,
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
    let trainer = Trainer { job, params, baseline, experience: &experience };
    let metrics = trainer.run(steps, report)?;
    let task = match baseline {
        Baseline::Group => CheckpointTask::Grpo,
        Baseline::LeaveOneOut => CheckpointTask::Rloo,
    };
    experience.finish(task, metrics, report)
}

struct Trainer<'a> {
    job: &'a Job<'a>,
    params: &'a GroupParams,
    baseline: Baseline,
    experience: &'a Experience<'a>,
}

impl Trainer<'_> {
    /// The loop of rollouts and updates; returns the metrics of the last step.
    fn run(&self, steps: &mut Steps, report: &mut dyn Report) -> Result<Metrics, TrainError> {
        let params = self.params;
        let config = AdamWConfig { eps: params.adam_eps, ..AdamWConfig::default() };
        let mut optimiser = AdamW::new(&adapters(&self.experience.models.policy), config);
        let n_steps = u64::from(params.steps);
        let schedule = Schedule::linear(params.learning_rate, n_steps);
        let (first, mut last) = steps.resume(&mut [("policy", &mut optimiser)])?;
        let (n_prompts, k) = (params.batch_size / params.group_size, params.group_size as usize);
        for step in first..n_steps {
            let (rollout, mut metrics) = self.experience.rollout(step, n_prompts as usize, k)?;
            let (advantages, described) = self.advantages(&rollout)?;
            metrics.extend(described);
            metrics.extend(self.update(&rollout, &advantages, &mut optimiser, step, schedule.at(step))?);
            report.samples(step + 1, &self.experience.samples(&rollout)?);
            report.progress(Phase::Rollout, step + 1, n_steps, &metrics);
            steps.complete(&mut [("policy", &mut optimiser)], &metrics)?;
            last = metrics;
        }
        Ok(last)
    }

    /// An advantage for each completion, f32 `[B]`; the metrics describe the rollout.
    fn advantages(&self, rollout: &Rollout) -> Result<(Tensor, Metrics), TrainError> {
        let (params, mask) = (self.params, &rollout.layout.mask);
        let estimator = match self.baseline {
            Baseline::Group => KlEstimator::K3,
            Baseline::LeaveOneOut => KlEstimator::K1,
        };
        let kl = kl::per_token(&rollout.logprobs, &rollout.ref_logprobs, estimator)? * mask;
        let scores = penalise_missing_eos(&rollout.scores, &rollout.ended, params.missing_eos_penalty)?;
        let grouped = |x: &Tensor| x.view([-1, i64::from(params.group_size)]);
        let advantages = match self.baseline {
            Baseline::Group => group_advantages(&grouped(&scores), scale(params.scale)),
            Baseline::LeaveOneOut => {
                let kl = kl.sum_dim_intlist([1].as_slice(), false, Kind::Float);
                leave_one_out(&grouped(&(&scores - kl * params.kl_coef)))
            }
        };
        let mut metrics = rollout_metrics(rollout, params.kl_coef, &kl);
        let spread = grouped(&scores).std_dim([1].as_slice(), true, false).mean(Kind::Double);
        metrics.insert("objective/group_std".into(), spread.double_value(&[]));
        metrics.insert("advantages/var".into(), advantages.var(true).double_value(&[]));
        Ok((advantages.flatten(0, -1), metrics))
    }

    /// Runs `update_epochs` passes over the rollout in minibatches.
    fn update(
        &self,
        rollout: &Rollout,
        advantages: &Tensor,
        optimiser: &mut AdamW,
        step: u64,
        learning_rate: f64,
    ) -> Result<Metrics, TrainError> {
        let mut sums = Sums::default();
        let n_epochs = u64::from(self.params.update_epochs);
        for index in step * n_epochs..(step + 1) * n_epochs {
            let mut order =
                permutation(rollout.sequences.len(), self.job.spec.seed, Stream::Minibatch, index);
            for rows in order.chunks_mut(self.params.mini_batch_size as usize) {
                // Which rows are together is random; their order inside does not matter and is kept.
                rows.sort_unstable();
                self.gradient(rollout, advantages, rows, optimiser, &mut sums)?;
                let norm = apply(optimiser, self.params.max_grad_norm, learning_rate, step)?;
                sums.add("policy/gradNorm", norm * n_tokens(rollout, rows));
            }
        }
        let mut metrics = sums.means();
        metrics.insert("lr".into(), learning_rate);
        Ok(metrics)
    }

    /// Adds the gradient of some rows' loss to the optimiser's.
    fn gradient(
        &self,
        rollout: &Rollout,
        advantages: &Tensor,
        rows: &[usize],
        optimiser: &mut AdamW,
        sums: &mut Sums,
    ) -> Result<(), TrainError> {
        let policy = &self.experience.models.policy;
        let n_tokens = n_tokens(rollout, rows);
        let (temperature, constants) = (self.params.temperature, self.constants(rows.len() as f64, n_tokens));
        let parts = rows.chunks(ROWS_PER_PASS).map(|rows| part(rollout, advantages, rows)).collect();
        let found = map(self.job.engine.each_worker(|| share(policy)), parts, |policy, part: Part| {
            let hidden = policy_states(policy, &part.states, &part.layout, Adapters::On);
            let layout = &part.layout;
            policy.token_gradients(&hidden, &layout.targets, temperature, &adapters(policy), |logprobs| {
                let new = layout.unpack(logprobs);
                let loss = group_policy_loss(
                    &new,
                    &part.logprobs,
                    &part.ref_logprobs,
                    &part.advantages,
                    &layout.mask,
                    &constants,
                )?;
                let found = part.describe(&new, constants.clip);
                Ok::<_, TrainError>((loss.shallow_clone(), (loss.double_value(&[]), found)))
            })
        });
        for part in found {
            let ((loss, described), gradients) = part?;
            optimiser.accumulate(&gradients);
            sums.add("loss/policy", loss * n_tokens);
            DESCRIBED.iter().zip(described).for_each(|(name, value)| sums.add(name, value));
        }
        sums.n_tokens += n_tokens;
        Ok(())
    }

    /// The loss of an optimiser step over so many completions and tokens.
    fn constants(&self, n_rows: f64, n_tokens: f64) -> GroupLoss {
        let params = self.params;
        GroupLoss {
            clip: Clip { low: params.cliprange, high: params.cliprange_high, dual: None },
            beta: if self.baseline == Baseline::Group { params.kl_coef } else { 0.0 },
            ratio: match params.ratio {
                RatioLevel::Token => Ratio::Token,
                RatioLevel::Sequence => Ratio::Sequence,
                RatioLevel::Completion => Ratio::Completion,
            },
            normaliser: match params.normaliser {
                LossNormaliser::Completions => Normaliser::Completions(n_rows),
                LossNormaliser::Tokens => Normaliser::Tokens(n_tokens),
                LossNormaliser::Constant => Normaliser::Tokens(n_rows * f64::from(params.max_new_tokens)),
            },
        }
    }
}

/// Rows of a minibatch that run through the policy together; log-probabilities `[B, R]`, advantages `[B]`.
struct Part {
    states: Tensor,
    layout: Layout,
    logprobs: Tensor,
    ref_logprobs: Tensor,
    advantages: Tensor,
}

/// What a part tells of its step.
const DESCRIBED: [&str; 3] = ["policy/clipfrac", "policy/approxkl", "policy/ratio"];

impl Part {
    /// [`DESCRIBED`] as sums over tokens; `new`: log-probabilities under the policy as it is now.
    fn describe(&self, new: &Tensor, clip: Clip) -> Vec<f64> {
        no_grad(|| {
            let (mask, advantages) = (&self.layout.mask, self.advantages.unsqueeze(1));
            let log_ratio = (new - &self.logprobs) * mask;
            let ratio = log_ratio.exp();
            let sum = |x: Tensor| (x * mask).sum(Kind::Double).double_value(&[]);
            let above = ratio.gt(1.0 + clip.high).logical_and(&advantages.gt(0.0));
            let below = ratio.lt(1.0 - clip.low).logical_and(&advantages.lt(0.0));
            let clipped = sum(above.logical_or(&below).to_kind(Kind::Float));
            vec![clipped, sum(log_ratio.square() * 0.5), sum(ratio)]
        })
    }
}

fn part(rollout: &Rollout, advantages: &Tensor, rows: &[usize]) -> Part {
    let sequences: Vec<&Sequence> = rows.iter().map(|&row| &rollout.sequences[row]).collect();
    let index = row_index(rows, rollout);
    let states = rollout.states.index_select(0, &index);
    let layout = Layout::new(&sequences, states.size()[1], states.device());
    let pick = |x: &Tensor| x.index_select(0, &index).narrow(1, 0, layout.mask.size()[1]);
    Part {
        logprobs: pick(&rollout.logprobs),
        ref_logprobs: pick(&rollout.ref_logprobs),
        advantages: advantages.index_select(0, &index),
        states,
        layout,
    }
}

fn scale(name: AdvantageScale) -> Scale {
    match name {
        AdvantageScale::Group => Scale::Group,
        AdvantageScale::Batch => Scale::Batch,
        AdvantageScale::None => Scale::None,
    }
}
