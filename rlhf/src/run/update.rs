//! From a rollout to new weights: rewards, advantages, and several passes of clipped updates.

use protocol::manifest::PpoParams;
use tch::{Kind, Tensor, no_grad};

use super::TrainError;
use super::adapters::adapters;
use super::parallel::{map, share};
use super::profile::Engine;
use super::rollout::{Models, ROWS_PER_PASS, Rollout, policy_states};
use super::seed::{Stream, permutation};
use crate::algo::loss::{Clip, explained_variance, policy_loss, value_loss};
use crate::algo::masked::{self, whiten};
use crate::algo::reward_assembly::{penalise_missing_eos, token_rewards};
use crate::algo::{gae::gae, kl};
use crate::data::layout::{Layout, Sequence};
use crate::model::Adapters;
use crate::optim::{AdamW, AdamWConfig};
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
    let mut metrics = rollout_metrics(rollout, params.kl_coef, &kl);
    let values = &rollout.values;
    metrics.insert("val/mean".into(), masked::mean(values, mask).double_value(&[]));
    metrics.insert("val/var".into(), masked::variance(values, mask).double_value(&[]));
    for (name, x) in [("returns", &returns), ("advantages", &advantages)] {
        metrics.insert(format!("{name}/mean"), masked::mean(x, mask).double_value(&[]));
        metrics.insert(format!("{name}/var"), masked::variance(x, mask).double_value(&[]));
    }
    let advantages = whiten(&advantages, mask, true);
    Ok((Targets { advantages, returns }, metrics))
}

/// What a rollout is like, whatever is learned from it; `kl` `[B, R]` is the estimate that costs `kl_coef` a nat.
pub fn rollout_metrics(rollout: &Rollout, kl_coef: f64, kl: &Tensor) -> Metrics {
    let mask = &rollout.layout.mask;
    let n_rows = mask.size()[0] as f64;
    let per_row = |x: &Tensor| (x * mask).sum(Kind::Double).double_value(&[]) / n_rows;
    let score = rollout.scores.mean(Kind::Double).double_value(&[]);
    let k1 = per_row(&(&rollout.logprobs - &rollout.ref_logprobs));
    let non_score = -kl_coef * per_row(kl);
    let ended = rollout.ended.sum(Kind::Double).double_value(&[]);
    Metrics::from([
        ("objective/kl".into(), k1),
        ("objective/entropy".into(), -per_row(&rollout.logprobs)),
        ("objective/non_score_reward".into(), non_score),
        ("objective/scores".into(), score),
        ("objective/rlhf_reward".into(), score + non_score),
        ("objective/missing_eos".into(), 1.0 - ended / n_rows),
        ("policy/entropy".into(), masked::mean(&rollout.entropy, mask).double_value(&[])),
        ("num_eos".into(), ended),
        ("kl_coef".into(), kl_coef),
        ("tokens".into(), rollout.layout.n_tokens() as f64),
        ("length".into(), rollout.layout.n_tokens() as f64 / n_rows),
    ])
}

/// The trainable weights with their optimisers, and how to train them.
pub struct Learner<'a> {
    models: &'a Models,
    params: &'a PpoParams,
    engine: Engine,
    seed: u64,
    policy_optimiser: AdamW,
    value_optimiser: AdamW,
}

impl<'a> Learner<'a> {
    /// Optimisers with zero moments for the policy's adapters and the value head.
    pub fn new(models: &'a Models, params: &'a PpoParams, engine: Engine, seed: u64) -> Self {
        let config = AdamWConfig { eps: params.adam_eps, ..AdamWConfig::default() };
        let policy_optimiser = AdamW::new(&adapters(&models.policy), config);
        let value_optimiser = AdamW::new(&[models.value_head.weight.shallow_clone()], config);
        Self { models, params, engine, seed, policy_optimiser, value_optimiser }
    }

    /// Both optimisers, in the order in which states are hashed.
    pub fn optimisers(&mut self) -> [(&'static str, &mut AdamW); 2] {
        [("policy", &mut self.policy_optimiser), ("value", &mut self.value_optimiser)]
    }

    /// Runs `ppo_epochs` passes over the rollout in minibatches; `decay` scales both learning rates.
    ///
    /// # Errors
    /// [`TrainError::Diverged`] when a gradient is no number; the weights are then as before the minibatch.
    pub fn update(
        &mut self,
        rollout: &Rollout,
        targets: &Targets,
        step: u64,
        decay: f64,
    ) -> Result<Metrics, TrainError> {
        let mut sums = Sums::default();
        let n_epochs = u64::from(self.params.ppo_epochs);
        for index in step * n_epochs..(step + 1) * n_epochs {
            let mut order = permutation(rollout.sequences.len(), self.seed, Stream::Minibatch, index);
            for rows in order.chunks_mut(self.params.mini_batch_size.max(1) as usize) {
                // Which rows are together is random; their order inside does not matter and is kept.
                rows.sort_unstable();
                let minibatch = Minibatch { rollout, targets, rows, n_tokens: n_tokens(rollout, rows) };
                self.policy_step(&minibatch, self.params.learning_rate * decay, step, &mut sums)?;
                self.value_step(&minibatch, self.params.value_learning_rate * decay, step, &mut sums)?;
            }
        }
        let mut metrics = sums.means();
        let explained = explained_variance(&rollout.values, &targets.returns, &rollout.layout.mask);
        metrics.insert("val/explained_variance".into(), explained);
        metrics.insert("lr".into(), self.params.learning_rate * decay);
        Ok(metrics)
    }

    fn policy_step(
        &mut self,
        minibatch: &Minibatch,
        learning_rate: f64,
        step: u64,
        sums: &mut Sums,
    ) -> Result<(), TrainError> {
        let parts = minibatch.rows.chunks(ROWS_PER_PASS).map(|rows| minibatch.part(rows)).collect();
        let workers = self.engine.each_worker(|| share(&self.models.policy));
        let (n_tokens, temperature) = (minibatch.n_tokens, self.params.temperature);
        let clip = Clip::symmetric(self.params.cliprange);
        let found = map(workers, parts, |policy, part: Part| {
            let hidden = policy_states(policy, &part.states, &part.layout, Adapters::On);
            let targets = &part.layout.targets;
            policy.token_gradients(&hidden, targets, temperature, &adapters(policy), |logprobs| {
                let real = part.logprobs.ones_like();
                let found = policy_loss(logprobs, &part.logprobs, &part.advantages, &real, clip, n_tokens)?;
                Ok::<_, TrainError>((found.loss.shallow_clone(), found))
            })
        });
        for part in found {
            let (part, gradients) = part?;
            self.policy_optimiser.accumulate(&gradients);
            sums.add("loss/policy", part.loss.double_value(&[]) * minibatch.n_tokens);
            sums.add("policy/clipfrac", part.clipped.double_value(&[]));
            sums.add("policy/approxkl", part.approx_kl.double_value(&[]));
            sums.add("policy/ratio", part.ratio.double_value(&[]));
        }
        sums.n_tokens += minibatch.n_tokens;
        let norm = apply(&mut self.policy_optimiser, self.params.max_grad_norm, learning_rate, step)?;
        sums.add("policy/gradNorm", norm * minibatch.n_tokens);
        Ok(())
    }

    fn value_step(
        &mut self,
        minibatch: &Minibatch,
        learning_rate: f64,
        step: u64,
        sums: &mut Sums,
    ) -> Result<(), TrainError> {
        let Minibatch { rollout, targets, rows, n_tokens } = *minibatch;
        let in_minibatch =
            Tensor::zeros_like(&rollout.layout.mask).index_fill(0, &row_index(rows, rollout), 1.0);
        let mask = rollout.layout.pack(&in_minibatch);
        let values = self.models.value_head.forward(&rollout.value_states);
        let (old, returns) = (rollout.layout.pack(&rollout.values), rollout.layout.pack(&targets.returns));
        let clip = (self.params.clip_range_value > 0.0).then_some(self.params.clip_range_value);
        let found = value_loss(&values, &old, &returns, &mask, clip, n_tokens)?;
        let weighted = &found.loss * self.params.vf_coef;
        let gradients = Tensor::run_backward(&[weighted], self.value_optimiser.params(), false, false);
        let error = no_grad(|| ((&values - &returns).square() * &mask).sum(Kind::Double));
        sums.add("loss/value", found.loss.double_value(&[]) * n_tokens);
        sums.add("val/error", error.double_value(&[]));
        sums.add("val/clipfrac", found.clipped.double_value(&[]));
        self.value_optimiser.accumulate(&gradients);
        apply(&mut self.value_optimiser, self.params.max_grad_norm, learning_rate, step)?;
        Ok(())
    }
}

/// Some rows of a rollout that are learned from in one optimiser step.
#[derive(Clone, Copy)]
struct Minibatch<'a> {
    rollout: &'a Rollout,
    targets: &'a Targets,
    rows: &'a [usize],
    /// Real completion tokens of all rows.
    n_tokens: f64,
}

/// Rows of a minibatch that run through the policy together; log-probabilities and advantages packed `[N]`.
struct Part {
    states: Tensor,
    layout: Layout,
    logprobs: Tensor,
    advantages: Tensor,
}

impl Minibatch<'_> {
    fn part(&self, rows: &[usize]) -> Part {
        let sequences: Vec<&Sequence> = rows.iter().map(|&row| &self.rollout.sequences[row]).collect();
        let index = row_index(rows, self.rollout);
        let states = self.rollout.states.index_select(0, &index);
        let layout = Layout::new(&sequences, states.size()[1], states.device());
        let pick = |x: &Tensor| layout.pack(&x.index_select(0, &index).narrow(1, 0, layout.mask.size()[1]));
        Part {
            logprobs: pick(&self.rollout.logprobs),
            advantages: pick(&self.targets.advantages),
            states,
            layout,
        }
    }
}

/// Applies the accumulated gradient of step `step`, counted from 0; returns its norm.
///
/// # Errors
/// [`TrainError::Diverged`] when it is no number; nothing has changed then.
pub fn apply(optimiser: &mut AdamW, max_norm: f64, learning_rate: f64, step: u64) -> Result<f64, TrainError> {
    let norm = optimiser.apply(max_norm, learning_rate);
    if norm.is_finite() {
        Ok(norm)
    } else {
        Err(TrainError::Diverged { step: step + 1, quantity: "the gradient norm", value: norm })
    }
}

/// Completion tokens of some rows.
pub fn n_tokens(rollout: &Rollout, rows: &[usize]) -> f64 {
    rows.iter().map(|&row| rollout.sequences[row].response.len()).sum::<usize>() as f64
}

/// Rows as an index tensor, `[B]`.
pub fn row_index(rows: &[usize], rollout: &Rollout) -> Tensor {
    let ids: Vec<i64> = rows.iter().map(|&row| row as i64).collect();
    Tensor::from_slice(&ids).to_device(rollout.states.device())
}

/// Sums over real tokens of all minibatches of a step.
#[derive(Default)]
pub struct Sums {
    totals: Metrics,
    pub n_tokens: f64,
}

impl Sums {
    pub fn add(&mut self, name: &str, value: f64) {
        *self.totals.entry(name.into()).or_default() += value;
    }

    pub fn means(self) -> Metrics {
        self.totals.into_iter().map(|(name, total)| (name, total / self.n_tokens)).collect()
    }
}
