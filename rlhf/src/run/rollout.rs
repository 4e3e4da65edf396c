//! One batch of experience: sampled completions with everything that the update needs to know about them.

use tch::{Kind, Tensor, no_grad};

use super::TrainError;
use super::exchange::exchange;
use super::parallel::{map, share};
use super::profile::Engine;
use super::reward_model::RewardModel;
use super::trunk::bottom_states;
use crate::data::Batch;
use crate::data::encode::scored_row;
use crate::data::layout::{Layout, Sequence};
use crate::generate::{Completion, FinishReason};
use crate::model::{Adapters, Llama, ScalarHead};
use crate::tokenizer::Tokenizer;

/// Rows whose logits are held at a time: `rows · completion · vocabulary` f32 numbers.
pub const ROWS_PER_PASS: usize = 8;

/// The models of PPO. The policy with its adapters off is the reference; the critic is a head on the reward model's
/// states, which already know what a completion is worth (Stiennon et al. start the critic from the reward model too).
pub struct Models {
    /// Policy and reference.
    pub policy: Llama,
    /// Scores completions.
    pub reward: RewardModel,
    /// Predicts the return at each token.
    pub value_head: ScalarHead,
    /// Bottom layers in which policy, reference and reward model are the same, so that they run once.
    pub shared_layers: usize,
}

impl Models {
    /// The same models for another thread.
    pub fn share(&self) -> Self {
        Self {
            policy: share(&self.policy),
            reward: self.reward.share(),
            value_head: ScalarHead { weight: self.value_head.weight.shallow_clone() },
            shared_layers: self.shared_layers,
        }
    }
}

/// Completions of one step; `B` rows, `N` real completion tokens, `R` the longest completion.
pub struct Rollout {
    /// Prompts and completions.
    pub sequences: Vec<Sequence>,
    /// Output of the policy's frozen layers, `[B, T, d]`.
    pub states: Tensor,
    /// Where the completion tokens are.
    pub layout: Layout,
    /// Log-probabilities under the policy that sampled, recomputed in one pass, `[B, R]`.
    pub logprobs: Tensor,
    /// Log-probabilities under the reference, `[B, R]`.
    pub ref_logprobs: Tensor,
    /// Entropy of the policy at each token, `[B, R]`.
    pub entropy: Tensor,
    /// The reward model's states that predict each token, packed, `[N, d]`.
    pub value_states: Tensor,
    /// The critic's predictions before the update, `[B, R]`.
    pub values: Tensor,
    /// Scores of the reward model, f32 `[B]`.
    pub scores: Tensor,
    /// 1 where a stop token was sampled, f32 `[B]`.
    pub ended: Tensor,
}

/// Joins prompts and completions to the rows that the models read.
pub fn sequences(prompts: &[Vec<i64>], completions: &[Completion], tokenizer: &Tokenizer) -> Vec<Sequence> {
    completions
        .iter()
        .map(|completion| {
            let prompt = &prompts[completion.prompt];
            Sequence {
                row: scored_row(prompt, completion.text_ids(), tokenizer),
                prompt_length: prompt.len(),
                response: completion.token_ids.clone(),
            }
        })
        .collect()
}

impl Rollout {
    /// Evaluates completions with every model; no gradients.
    ///
    /// # Errors
    /// [`TrainError::Unfit`] when there are no completions.
    pub fn evaluate(
        models: &Models,
        sequences: Vec<Sequence>,
        completions: &[Completion],
        temperature: f64,
        engine: &Engine,
    ) -> Result<Self, TrainError> {
        if sequences.is_empty() {
            return Err(TrainError::Unfit("a rollout needs at least one prompt".into()));
        }
        let device = engine.device;
        let batch = Batch::pad(&sequences.iter().map(|sequence| &sequence.row).collect::<Vec<_>>(), device);
        let layout = Layout::new(&sequences.iter().collect::<Vec<_>>(), batch.width(), device);
        let parts = sequences.chunks(ROWS_PER_PASS).collect();
        // All parts are padded to the width of the whole batch, so that their states can be put together.
        let width = batch.width();
        let parts = map(engine.each_worker(|| models.share()), parts, |models, chunk: &[Sequence]| {
            no_grad(|| Statistics::of(models, chunk, width, temperature))
        });
        let cat =
            |pick: fn(&Statistics) -> &Tensor| Tensor::cat(&parts.iter().map(pick).collect::<Vec<_>>(), 0);
        let ended = |c: &Completion| if c.finish_reason == FinishReason::Stop { 1f32 } else { 0.0 };
        Ok(Self {
            states: cat(|part| &part.states),
            logprobs: layout.unpack(&cat(|part| &part.logprobs)),
            ref_logprobs: layout.unpack(&cat(|part| &part.ref_logprobs)),
            entropy: layout.unpack(&cat(|part| &part.entropy)),
            values: layout.unpack(&cat(|part| &part.values)),
            value_states: cat(|part| &part.value_states),
            scores: cat(|part| &part.scores),
            ended: Tensor::from_slice(&completions.iter().map(ended).collect::<Vec<_>>()).to_device(device),
            sequences,
            layout,
        })
    }
}

/// What the models say about some rows: per completion token packed `[N]`, per row `[B]`.
struct Statistics {
    states: Tensor,
    logprobs: Tensor,
    ref_logprobs: Tensor,
    entropy: Tensor,
    values: Tensor,
    value_states: Tensor,
    scores: Tensor,
}

exchange!(Statistics { states, logprobs, ref_logprobs, entropy, values, value_states, scores });

impl Statistics {
    fn of(models: &Models, sequences: &[Sequence], width: i64, temperature: f64) -> Self {
        let policy = &models.policy;
        let rows: Vec<&Vec<i64>> = sequences.iter().map(|sequence| &sequence.row).collect();
        let batch = Batch::pad_to(&rows, width as usize, policy.device());
        let layout = Layout::new(&sequences.iter().collect::<Vec<_>>(), width, policy.device());
        let shared = bottom_states(policy, &batch, models.shared_layers);
        let states =
            policy.forward_range(&shared, models.shared_layers, policy.frozen_layers(), Adapters::Off);
        let hidden = models.reward.hidden(&shared, models.shared_layers);
        let scores = models.reward.scores_at(&hidden, &batch.last_positions());
        let value_states = hidden.flatten(0, 1).index_select(0, &layout.predictors);
        let hidden = |adapters| policy_states(policy, &states, &layout, adapters);
        let found = policy.token_statistics(&hidden(Adapters::On), &layout.targets, temperature);
        Self {
            logprobs: found.logprobs,
            ref_logprobs: policy.token_logprobs(&hidden(Adapters::Off), &layout.targets, temperature),
            entropy: found.entropy,
            values: models.value_head.forward(&value_states),
            value_states,
            scores: Tensor::from_slice(&scores).to_kind(Kind::Float).to_device(policy.device()),
            states,
        }
    }
}

/// States after the final norm that predict the completion tokens, `[N, d]`, with gradient when the adapters are on.
///
/// `states`: output of the frozen layers for the layout's rows, `[B, T, d]`.
pub fn policy_states(policy: &Llama, states: &Tensor, layout: &Layout, adapters: Adapters) -> Tensor {
    let top = policy.config.num_hidden_layers;
    let hidden = policy.forward_range(states, policy.frozen_layers(), top, adapters);
    policy.final_norm(&hidden.flatten(0, 1).index_select(0, &layout.predictors))
}

/// Mean over sequences of `log p − log q` summed over the completion: an estimate of KL(p ‖ q) in nats per completion
/// when the completions were sampled from `p`. Both models run with their adapters off.
pub fn mean_kl(p: &Llama, q: &Llama, sequences: &[Sequence], temperature: f64, engine: &Engine) -> f64 {
    let chunks = sequences.chunks(ROWS_PER_PASS).collect();
    let sums = map(engine.each_worker(|| (p.share(), q.share())), chunks, |(p, q), chunk: &[Sequence]| {
        let batch = Batch::pad(&chunk.iter().map(|sequence| &sequence.row).collect::<Vec<_>>(), p.device());
        let layout = Layout::new(&chunk.iter().collect::<Vec<_>>(), batch.width(), p.device());
        let logprobs = |model: &Llama| {
            let hidden = model.forward(&batch.token_ids, Adapters::Off).flatten(0, 1);
            model.token_logprobs(&hidden.index_select(0, &layout.predictors), &layout.targets, temperature)
        };
        no_grad(|| (logprobs(p) - logprobs(q)).sum(Kind::Double).double_value(&[]))
    });
    sums.iter().sum::<f64>() / sequences.len().max(1) as f64
}
