//! One batch of experience: sampled completions with everything that the update needs to know about them.

use tch::{Kind, Tensor, no_grad};

use super::TrainError;
use crate::data::layout::{Layout, Sequence};
use super::reward_model::RewardModel;
use super::trunk::bottom_states;
use crate::algo::loss::{entropy, token_logprobs};
use crate::data::Batch;
use crate::data::encode::scored_row;
use crate::generate::{Completion, FinishReason};
use crate::model::{Adapters, Llama, ScalarHead};
use crate::tokenizer::Tokenizer;

/// Rows whose logits are held at a time: `rows · completion · vocabulary` f32 numbers.
pub const ROWS_PER_PASS: usize = 8;

/// The models of PPO. The policy with its adapters off is the reference; the critic is a head on the reward model's
/// states, which already know what a completion is worth (Stiennon et al. start the critic from the reward model too).
pub struct Models<'a> {
    /// Policy and reference.
    pub policy: &'a Llama,
    /// Scores completions.
    pub reward: &'a RewardModel,
    /// Predicts the return at each token.
    pub value_head: &'a ScalarHead,
    /// Bottom layers in which policy, reference and reward model are the same, so that they run once.
    pub shared_layers: usize,
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
    ) -> Result<Self, TrainError> {
        if sequences.is_empty() {
            return Err(TrainError::Unfit("a rollout needs at least one prompt".into()));
        }
        let policy = models.policy;
        let device = policy.device();
        let batch = Batch::pad(&sequences.iter().map(|sequence| &sequence.row).collect::<Vec<_>>(), device);
        let layout = Layout::new(&sequences.iter().collect::<Vec<_>>(), batch.width(), device);
        let shared = bottom_states(policy, &batch, models.shared_layers);
        let states =
            no_grad(|| policy.forward_range(&shared, models.shared_layers, policy.frozen_layers(), Adapters::Off));
        let hidden = models.reward.hidden(&shared, models.shared_layers);
        let value_states = hidden.flatten(0, 1).index_select(0, &layout.predictors);
        let scores: Vec<f64> = models.reward.scores_at(&hidden, &batch.last_positions());
        let ended = |c: &Completion| if c.finish_reason == FinishReason::Stop { 1f32 } else { 0.0 };
        let on = Statistics::of(policy, &states, &sequences, temperature, Adapters::On);
        let off = Statistics::of(policy, &states, &sequences, temperature, Adapters::Off);
        let values = no_grad(|| models.value_head.forward(&value_states));
        Ok(Self {
            states,
            logprobs: layout.unpack(&on.logprobs),
            ref_logprobs: layout.unpack(&off.logprobs),
            entropy: layout.unpack(&on.entropy),
            values: layout.unpack(&values),
            value_states,
            scores: Tensor::from_slice(&scores).to_kind(Kind::Float).to_device(device),
            ended: Tensor::from_slice(&completions.iter().map(ended).collect::<Vec<_>>()).to_device(device),
            sequences,
            layout,
        })
    }
}

/// Logits `[N, V]` that predict the completion tokens, f32, with gradient when the adapters are on.
///
/// `states`: output of the frozen layers for the layout's rows, `[B, T, d]`.
pub fn policy_logits(policy: &Llama, states: &Tensor, layout: &Layout, adapters: Adapters) -> Tensor {
    let top = policy.config.num_hidden_layers;
    let hidden = policy.forward_range(states, policy.frozen_layers(), top, adapters);
    // Only rows that predict a completion token go through the head, the widest matrix of the model.
    policy.logits(&policy.final_norm(&hidden.flatten(0, 1).index_select(0, &layout.predictors)))
}

/// Packed `[N]` statistics of the completion tokens of a whole rollout.
struct Statistics {
    logprobs: Tensor,
    entropy: Tensor,
}

impl Statistics {
    fn of(policy: &Llama, states: &Tensor, sequences: &[Sequence], temperature: f64, adapters: Adapters) -> Self {
        let width = states.size()[1];
        let (mut logprobs, mut entropies) = (Vec::new(), Vec::new());
        no_grad(|| {
            for (i, chunk) in sequences.chunks(ROWS_PER_PASS).enumerate() {
                let layout = Layout::new(&chunk.iter().collect::<Vec<_>>(), width, policy.device());
                let states = states.narrow(0, (i * ROWS_PER_PASS) as i64, chunk.len() as i64);
                let logits = policy_logits(policy, &states, &layout, adapters);
                logprobs.push(token_logprobs(&logits, &layout.targets, temperature));
                if adapters == Adapters::On {
                    entropies.push(entropy(&logits, temperature));
                }
            }
        });
        let logprobs = Tensor::cat(&logprobs, 0);
        let entropy = if entropies.is_empty() { logprobs.zeros_like() } else { Tensor::cat(&entropies, 0) };
        Self { logprobs, entropy }
    }
}

/// Mean over sequences of `log p − log q` summed over the completion: an estimate of KL(p ‖ q) in nats per completion
/// when the completions were sampled from `p`. Both models run with their adapters off.
pub fn mean_kl(p: &Llama, q: &Llama, sequences: &[Sequence], temperature: f64) -> f64 {
    let mut total = 0.0;
    no_grad(|| {
        for chunk in sequences.chunks(ROWS_PER_PASS) {
            let batch = Batch::pad(&chunk.iter().map(|sequence| &sequence.row).collect::<Vec<_>>(), p.device());
            let layout = Layout::new(&chunk.iter().collect::<Vec<_>>(), batch.width(), p.device());
            let logprobs = |model: &Llama| {
                let hidden = model.forward(&batch.token_ids, Adapters::Off);
                let logits = model.logits(&hidden.flatten(0, 1).index_select(0, &layout.predictors));
                token_logprobs(&logits, &layout.targets, temperature)
            };
            total += (logprobs(p) - logprobs(q)).sum(Kind::Double).double_value(&[]);
        }
    });
    total / sequences.len().max(1) as f64
}
