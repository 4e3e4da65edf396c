//! From a rollout to new weights: rewards, advantages, and several passes of clipped updates.

use protocol::manifest::PpoParams;
use tch::{Kind, Tensor, no_grad};

use super::TrainError;
use crate::data::layout::{Layout, Sequence};
use super::rollout::{ROWS_PER_PASS, Rollout, policy_logits};
use super::seed::{Stream, permutation};
use super::trunk::Gradients;
use crate::algo::loss::{Clip, explained_variance, policy_loss, token_logprobs, value_loss};
use crate::algo::masked::{self, whiten};
use crate::algo::reward_assembly::{penalise_missing_eos, token_rewards};
use crate::algo::{gae::gae, kl};
use crate::model::{Adapters, Llama, ScalarHead};
use crate::optim::{AdamW, AdamWConfig, clip_by_global_norm};
use crate::report::Metrics;

/// What the update aims at, all `[B, R]`.
pub struct Targets {
    /// Whitened advantages.
    pub advantages: Tensor,
    /// Returns, computed before whitening.
    pub returns: Tensor,
}

/// Assembles rewards and estimates advantages; the metrics describe the rollout (names as in TRL).
///
/// # Errors
/// [`TrainError::Shape`] never for a rollout of this crate.
pub fn targets(rollout: &Rollout, params: &PpoParams) -> Result<(Targets, Metrics), TrainError> {
    let mask = &rollout.layout.mask;
    let kl = kl::per_token(&rollout.logprobs, &rollout.ref_logprobs, params.kl_estimator)? * mask;
    let scores = penalise_missing_eos(&rollout.scores, &rollout.ended, params.missing_eos_penalty)?;
    let mut rewards = token_rewards(&kl, &scores, mask, params.kl_coef)?;
    if params.whiten_rewards {
        rewards = whiten(&rewards, mask, false);
    }
    let (advantages, returns) = gae(&rewards, &rollout.values, mask, params.gamma, params.lam)?;
    let mut metrics = rollout_metrics(rollout, params, &kl);
    for (name, x) in [("returns", &returns), ("advantages", &advantages)] {
        metrics.insert(format!("{name}/mean"), masked::mean(x, mask).double_value(&[]));
        metrics.insert(format!("{name}/var"), masked::variance(x, mask).double_value(&[]));
    }
    let advantages = whiten(&advantages, mask, true);
    Ok((Targets { advantages, returns }, metrics))
}

fn rollout_metrics(rollout: &Rollout, params: &PpoParams, kl: &Tensor) -> Metrics {
    let mask = &rollout.layout.mask;
    let n_rows = mask.size()[0] as f64;
    let per_row = |x: &Tensor| (x * mask).sum(Kind::Double).double_value(&[]) / n_rows;
    let score = rollout.scores.mean(Kind::Double).double_value(&[]);
    let k1 = per_row(&(&rollout.logprobs - &rollout.ref_logprobs));
    let non_score = -params.kl_coef * per_row(kl);
    let ended = rollout.ended.sum(Kind::Double).double_value(&[]);
    Metrics::from([
        ("objective/kl".into(), k1),
        ("objective/entropy".into(), -per_row(&rollout.logprobs)),
        ("objective/non_score_reward".into(), non_score),
        ("objective/scores".into(), score),
        ("objective/rlhf_reward".into(), score + non_score),
        ("objective/missing_eos".into(), 1.0 - ended / n_rows),
        ("policy/entropy".into(), masked::mean(&rollout.entropy, mask).double_value(&[])),
        ("val/mean".into(), masked::mean(&rollout.values, mask).double_value(&[])),
        ("val/var".into(), masked::variance(&rollout.values, mask).double_value(&[])),
        ("num_eos".into(), ended),
        ("kl_coef".into(), params.kl_coef),
        ("length".into(), rollout.layout.n_tokens() as f64 / n_rows),
    ])
}

/// The trainable weights and their optimisers.
pub struct Learner<'a> {
    policy: &'a Llama,
    value_head: &'a ScalarHead,
    policy_optimiser: AdamW,
    value_optimiser: AdamW,
}

impl<'a> Learner<'a> {
    /// Optimisers with zero moments for the policy's adapters and the value head.
    pub fn new(policy: &'a Llama, value_head: &'a ScalarHead, adam_eps: f64) -> Self {
        let config = AdamWConfig { eps: adam_eps, ..AdamWConfig::default() };
        let adapters = policy.lora.as_ref().map(|lora| lora.trainable()).unwrap_or_default();
        let head = [value_head.weight.shallow_clone()];
        Self {
            policy,
            value_head,
            policy_optimiser: AdamW::new(&adapters, config),
            value_optimiser: AdamW::new(&head, config),
        }
    }

    /// Runs `ppo_epochs` passes over the rollout in minibatches; `decay` scales both learning rates.
    ///
    /// # Errors
    /// [`TrainError::Diverged`] when a gradient is no number; the weights are then as before the minibatch.
    pub fn update(
        &mut self,
        rollout: &Rollout,
        targets: &Targets,
        params: &PpoParams,
        step: u64,
        seed: u64,
        decay: f64,
    ) -> Result<Metrics, TrainError> {
        let mut sums = Sums::default();
        let n_rows = rollout.sequences.len();
        for epoch in 0..u64::from(params.ppo_epochs) {
            let index = step * u64::from(params.ppo_epochs) + epoch;
            let mut order = permutation(n_rows, seed, Stream::Minibatch, index);
            for minibatch in order.chunks_mut(params.mini_batch_size.max(1) as usize) {
                // Which rows are together is random; their order inside does not matter and is kept.
                minibatch.sort_unstable();
                self.policy_step(rollout, targets, params, minibatch, params.learning_rate * decay, step, &mut sums)?;
                self.value_step(rollout, targets, params, minibatch, params.value_learning_rate * decay, step, &mut sums)?;
            }
        }
        let mut metrics = sums.means();
        let mask = &rollout.layout.mask;
        metrics.insert(
            "val/explained_variance".into(),
            explained_variance(&rollout.values, &targets.returns, mask),
        );
        metrics.insert("lr".into(), params.learning_rate * decay);
        Ok(metrics)
    }

    #[expect(clippy::too_many_arguments, reason = "one minibatch of one step, named where it is called")]
    fn policy_step(
        &mut self,
        rollout: &Rollout,
        targets: &Targets,
        params: &PpoParams,
        rows: &[usize],
        learning_rate: f64,
        step: u64,
        sums: &mut Sums,
    ) -> Result<(), TrainError> {
        let n_tokens = n_tokens(rollout, rows);
        let mut gradients = Gradients::default();
        for chunk in rows.chunks(ROWS_PER_PASS) {
            let sequences: Vec<&Sequence> = chunk.iter().map(|&row| &rollout.sequences[row]).collect();
            let index = row_index(chunk, rollout);
            let states = rollout.states.index_select(0, &index);
            let layout = Layout::new(&sequences, states.size()[1], states.device());
            let pick = |x: &Tensor| layout.pack(&x.index_select(0, &index).narrow(1, 0, layout.mask.size()[1]));
            let logits = policy_logits(self.policy, &states, &layout, Adapters::On);
            let logprobs = token_logprobs(&logits, &layout.targets, params.temperature);
            let clip = Clip::symmetric(params.cliprange);
            let (old, advantages) = (pick(&rollout.logprobs), pick(&targets.advantages));
            let found = policy_loss(&logprobs, &old, &advantages, &logprobs.ones_like(), clip, n_tokens)?;
            gradients.add(&found.loss, self.policy_optimiser.params());
            sums.add("loss/policy", found.loss.double_value(&[]) * n_tokens);
            sums.add("policy/clipfrac", found.clipped.double_value(&[]));
            sums.add("policy/approxkl", found.approx_kl.double_value(&[]));
            sums.add("policy/ratio", found.ratio.double_value(&[]));
        }
        sums.policy_tokens += n_tokens;
        let norm = apply(gradients, &mut self.policy_optimiser, params.max_grad_norm, learning_rate, step)?;
        sums.add("policy/gradNorm", norm * n_tokens);
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "one minibatch of one step, named where it is called")]
    fn value_step(
        &mut self,
        rollout: &Rollout,
        targets: &Targets,
        params: &PpoParams,
        rows: &[usize],
        learning_rate: f64,
        step: u64,
        sums: &mut Sums,
    ) -> Result<(), TrainError> {
        let n_tokens = n_tokens(rollout, rows);
        let in_minibatch = Tensor::zeros_like(&rollout.layout.mask).index_fill(0, &row_index(rows, rollout), 1.0);
        let mask = rollout.layout.pack(&in_minibatch);
        let values = self.value_head.forward(&rollout.value_states);
        let (old, returns) = (rollout.layout.pack(&rollout.values), rollout.layout.pack(&targets.returns));
        let clip = (params.clip_range_value > 0.0).then_some(params.clip_range_value);
        let found = value_loss(&values, &old, &returns, &mask, clip, n_tokens)?;
        let mut gradients = Gradients::default();
        gradients.add(&(&found.loss * params.vf_coef), self.value_optimiser.params());
        let error = no_grad(|| ((&values - &returns).square() * &mask).sum(Kind::Double));
        sums.add("loss/value", found.loss.double_value(&[]) * n_tokens);
        sums.add("val/error", error.double_value(&[]));
        sums.add("val/clipfrac", found.clipped.double_value(&[]));
        apply(gradients, &mut self.value_optimiser, params.max_grad_norm, learning_rate, step)?;
        Ok(())
    }
}

fn apply(
    gradients: Gradients,
    optimiser: &mut AdamW,
    max_norm: f64,
    learning_rate: f64,
    step: u64,
) -> Result<f64, TrainError> {
    let mut gradients = gradients.into_inner();
    let norm = clip_by_global_norm(&mut gradients, max_norm);
    if !norm.is_finite() {
        return Err(TrainError::Diverged { step: step + 1, quantity: "the gradient norm", value: norm });
    }
    optimiser.step(&gradients, learning_rate);
    Ok(norm)
}

fn n_tokens(rollout: &Rollout, rows: &[usize]) -> f64 {
    rows.iter().map(|&row| rollout.sequences[row].response.len()).sum::<usize>() as f64
}

fn row_index(rows: &[usize], rollout: &Rollout) -> Tensor {
    let ids: Vec<i64> = rows.iter().map(|&row| row as i64).collect();
    Tensor::from_slice(&ids).to_device(rollout.states.device())
}

/// Sums over real tokens of all minibatches of a step.
#[derive(Default)]
struct Sums {
    totals: Metrics,
    policy_tokens: f64,
}

impl Sums {
    fn add(&mut self, name: &str, value: f64) {
        *self.totals.entry(name.into()).or_default() += value;
    }

    fn means(self) -> Metrics {
        self.totals.into_iter().map(|(name, total)| (name, total / self.policy_tokens)).collect()
    }
}
