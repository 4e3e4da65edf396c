//! The workloads: every weight of a small Llama is trained, on random tokens.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rlhf::algo::ShapeError;
use rlhf::algo::gae::gae;
use rlhf::algo::loss::{Clip, policy_loss, value_loss};
use rlhf::algo::masked::whiten;
use rlhf::algo::preference_loss::{PreferenceLoss, preference_losses};
use rlhf::algo::reward_assembly::token_rewards;
use rlhf::algo::reward_loss::{PairLabels, bradley_terry};
use rlhf::data::Batch;
use rlhf::data::layout::{Layout, Sequence};
use rlhf::generate::{GenerateOptions, Sampler, generate};
use rlhf::model::{Adapters, Config, Llama, Params, Precision, ScalarHead};
use rlhf::optim::{AdamW, AdamWConfig};
use tch::{Device, Kind, Tensor, no_grad};

use crate::measure::{Sample, measure};

const VOCABULARY: i64 = 4096;
/// Rows (PPO, SFT) or pairs (reward, DPO) of a step.
const BATCH: usize = 8;
const LEARNING_RATE: f64 = 1e-5;
/// As everywhere in this crate.
const MAX_GRAD_NORM: f64 = 1.0;
const PPO_EPOCHS: usize = 4;
/// CPU seconds that a workload is measured for.
const SECONDS: f64 = 4.0;

/// Matrix-product FLOPs of one unit (a step, or a token) of a workload: those of the weights, two for each multiplied
/// weight, and of causal attention; a backward pass costs two forward passes.
pub fn flops(name: &str, tokens: usize) -> f64 {
    let trunk = 2.0 * 6.0 * (4.0 * 256.0 * 256.0 + 3.0 * 256.0 * 688.0);
    let head = 2.0 * 256.0 * VOCABULARY as f64;
    let attention = |length: f64| 2.0 * 6.0 * 256.0 * length;
    let (t, b) = (tokens as f64, BATCH as f64);
    let rows = |n: f64| n * t * (trunk + attention(t));
    match name {
        // What checkpointing computes again is work that it costs, not work that is asked for.
        "sft" | "sft-checkpointing" => 3.0 * (rows(b) + b * (t - 1.0) * head),
        "reward" => 3.0 * rows(2.0 * b),
        "dpo" => 4.0 * (rows(2.0 * b) + b * t * head),
        // Sampling, the reference and the policy before the update go through the head; critic and reward model do not.
        "ppo" => {
            let passes = 5.0 + 2.0 * 3.0 * PPO_EPOCHS as f64;
            passes * rows(b) + (3.0 + 3.0 * PPO_EPOCHS as f64) * b * t / 2.0 * head
        }
        // Of each new token, the prompt's included.
        _ => 2.0 * (trunk + attention(t)) + head,
    }
}

/// 6.84 M parameters: width 256, 6 layers, 4 heads.
fn config() -> Config {
    Config::from_json(serde_json::json!({
        "architectures": ["LlamaForCausalLM"], "vocab_size": VOCABULARY, "hidden_size": 256, "intermediate_size": 688,
        "num_hidden_layers": 6, "num_attention_heads": 4, "num_key_value_heads": 4, "max_position_embeddings": 1024,
        "rms_norm_eps": 1e-5, "tie_word_embeddings": false, "eos_token_id": 2,
    }))
    .expect("the configuration is supported")
}

/// A model with every weight a leaf.
struct Trained {
    model: Llama,
    head: ScalarHead,
    optimiser: AdamW,
}

impl Trained {
    /// With a language-model head or with a scalar one.
    fn new(seed: u64, scalar: bool, precision: Precision) -> Self {
        let (config, params) = weights(seed, scalar);
        let mut leaves: Vec<Tensor> =
            params.iter().map(|(_, tensor)| tensor.set_requires_grad(true)).collect();
        let model = Llama::new(config, &params, Precision::F32, Device::Cpu).expect("random weights fit");
        let head = ScalarHead::normal(&model.config, seed, Device::Cpu);
        if scalar {
            leaves.push(head.weight.shallow_clone());
        }
        let optimiser = AdamW::new(&leaves, AdamWConfig::default());
        Self { model: model.training_in(precision), head, optimiser }
    }

    fn step(&mut self, loss: &Tensor) {
        let gradients = self.model.gradients(loss, self.optimiser.params());
        self.apply(&gradients);
    }

    fn apply(&mut self, gradients: &[Tensor]) {
        self.optimiser.accumulate(gradients);
        self.optimiser.apply(MAX_GRAD_NORM, LEARNING_RATE);
    }

    /// A step on a loss of the log-probabilities of all response tokens; returns the loss.
    fn token_step(
        &mut self,
        batch: &Batch,
        layout: &Layout,
        loss: impl FnOnce(&Tensor) -> Result<Tensor, ShapeError>,
    ) -> f64 {
        let hidden = hidden(&self.model, batch, layout);
        let found =
            self.model.token_gradients(&hidden, &layout.targets, 1.0, self.optimiser.params(), |logprobs| {
                loss(logprobs).map(|loss| (loss.shallow_clone(), loss.double_value(&[])))
            });
        let (loss, gradients) = found.expect("shapes fit");
        self.apply(&gradients);
        loss
    }

    /// Scores `[B, T]`.
    fn scores(&self, batch: &Batch) -> Tensor {
        self.head.forward(&self.model.forward(&batch.token_ids, Adapters::Off))
    }
}

fn weights(seed: u64, scalar: bool) -> (Config, Params) {
    let config = if scalar { config().as_sequence_classification() } else { config() };
    let params = Params::random(&config, 0.02, &mut ChaCha8Rng::seed_from_u64(seed));
    (config, params)
}

fn frozen(seed: u64, scalar: bool, precision: Precision) -> Llama {
    let (config, params) = weights(seed, scalar);
    Llama::new(config, &params, precision, Device::Cpu).expect("random weights fit").training_in(precision)
}

/// `n` rows of `tokens` random ids, of which the first `prompt` are the prompt.
fn rows(n: usize, tokens: usize, prompt: usize, seed: u64) -> Vec<Sequence> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..n)
        .map(|_| {
            let row: Vec<i64> = (0..tokens).map(|_| rng.random_range(10..VOCABULARY)).collect();
            Sequence { response: row[prompt..].to_vec(), prompt_length: prompt, row }
        })
        .collect()
}

fn batch(rows: &[Sequence]) -> (Batch, Layout) {
    let batch = Batch::pad(&rows.iter().map(|row| &row.row).collect::<Vec<_>>(), Device::Cpu);
    let layout = Layout::new(&rows.iter().collect::<Vec<_>>(), batch.width(), Device::Cpu);
    (batch, layout)
}

/// States that predict the response tokens, `[N, d]`.
fn hidden(model: &Llama, batch: &Batch, layout: &Layout) -> Tensor {
    model.forward(&batch.token_ids, Adapters::Off).flatten(0, 1).index_select(0, &layout.predictors)
}

fn logprobs(model: &Llama, batch: &Batch, layout: &Layout) -> Tensor {
    no_grad(|| model.token_logprobs(&hidden(model, batch, layout), &layout.targets, 1.0))
}

/// Runs a workload by its name.
pub fn run(name: &str, precision: Precision, tokens: usize) -> Sample {
    tch::set_num_threads(1);
    match name {
        "sft" => sft(precision, tokens, false),
        "sft-checkpointing" => sft(precision, tokens, true),
        "reward" => reward(precision, tokens),
        "dpo" => dpo(precision, tokens),
        "ppo" => ppo(precision, tokens),
        _ => decode(
            name.strip_prefix("generate-").and_then(|n| n.parse().ok()).expect("a known workload"),
            precision,
            tokens,
        ),
    }
}

fn sft(precision: Precision, tokens: usize, checkpointing: bool) -> Sample {
    let mut policy = Trained::new(1, false, precision);
    policy.model = policy.model.with_gradient_checkpointing(checkpointing);
    let (batch, layout) = batch(&rows(BATCH, tokens, 1, 2));
    measure(SECONDS, || {
        let loss = policy.token_step(&batch, &layout, |logprobs| Ok(-logprobs.mean(Kind::Float)));
        (1.0, Some(loss))
    })
}

fn reward(precision: Precision, tokens: usize) -> Sample {
    let mut judge = Trained::new(1, true, precision);
    let (batch, _) = batch(&rows(2 * BATCH, tokens, 1, 2));
    measure(SECONDS, || {
        let scores = judge.scores(&batch).flatten(0, 1).index_select(0, &batch.last_positions()).chunk(2, 0);
        let loss = bradley_terry(&scores[0], &scores[1], &PairLabels::default(), 0.0).expect("pairs fit");
        judge.step(&loss);
        (1.0, Some(loss.double_value(&[])))
    })
}

fn dpo(precision: Precision, tokens: usize) -> Sample {
    let mut policy = Trained::new(1, false, precision);
    let reference = frozen(1, false, precision);
    let (batch, layout) = batch(&rows(2 * BATCH, tokens, tokens / 2, 2));
    let per_row = |x: &Tensor| layout.unpack(x).sum_dim_intlist([1].as_slice(), false, Kind::Float);
    measure(SECONDS, || {
        let before = logprobs(&reference, &batch, &layout);
        let loss = policy.token_step(&batch, &layout, |logprobs| {
            let ratios = per_row(&(logprobs - before)).chunk(2, 0);
            let kind = PreferenceLoss::Sigmoid { smoothing: 0.0 };
            Ok(preference_losses(&ratios[0], &ratios[1], kind, 0.1)?.mean(Kind::Float))
        });
        (1.0, Some(loss))
    })
}

fn sample(model: &Llama, prompts: &[Vec<i64>], new_tokens: usize, round: u64) -> Vec<Vec<i64>> {
    let options = GenerateOptions {
        sampler: Sampler { seed: round, ..Sampler::default() },
        max_new_tokens: new_tokens,
        ..GenerateOptions::default()
    };
    let completions = generate(model, prompts, &options).expect("the prompts are short enough");
    completions.into_iter().map(|completion| completion.token_ids).collect()
}

fn decode(batch: usize, precision: Precision, tokens: usize) -> Sample {
    let model = frozen(1, false, precision);
    let prompts: Vec<Vec<i64>> = rows(batch, tokens / 2, 1, 2).into_iter().map(|row| row.row).collect();
    let mut round = 0;
    measure(SECONDS, || {
        round += 1;
        let n: usize = sample(&model, &prompts, tokens / 2, round).iter().map(Vec::len).sum();
        (n as f64, None)
    })
}

/// Policy and critic are two models with all weights trained; reference and reward model are two more.
fn ppo(precision: Precision, tokens: usize) -> Sample {
    let (mut policy, mut critic) = (Trained::new(1, false, precision), Trained::new(3, true, precision));
    let (reference, judge) = (frozen(1, false, precision), frozen(3, true, precision));
    let judge_head = ScalarHead::normal(&judge.config, 5, Device::Cpu);
    let prompts: Vec<Vec<i64>> = rows(BATCH, tokens / 2, 1, 2).into_iter().map(|row| row.row).collect();
    let mut round = 0;
    measure(SECONDS, || {
        round += 1;
        let responses = sample(&policy.model, &prompts, tokens / 2, round);
        let rows: Vec<Sequence> = prompts
            .iter()
            .zip(responses)
            .map(|(prompt, response)| Sequence {
                row: prompt.iter().chain(&response).copied().collect(),
                prompt_length: prompt.len(),
                response,
            })
            .collect();
        let (batch, layout) = batch(&rows);
        let values =
            |critic: &Trained| critic.scores(&batch).flatten(0, 1).index_select(0, &layout.predictors);
        let (old, old_values, advantages, returns) = no_grad(|| {
            let old = logprobs(&policy.model, &batch, &layout);
            let before = logprobs(&reference, &batch, &layout);
            let old_values = values(&critic);
            let hidden = judge.forward(&batch.token_ids, Adapters::Off).flatten(0, 1);
            let scores = judge_head.forward(&hidden.index_select(0, &batch.last_positions()));
            let kl = layout.unpack(&(&old - before));
            let rewards = token_rewards(&kl, &scores, &layout.mask, 0.05).expect("shapes fit");
            let (advantages, returns) =
                gae(&rewards, &layout.unpack(&old_values), &layout.mask, 1.0, 0.95).expect("shapes fit");
            (old, old_values, layout.pack(&whiten(&advantages, &layout.mask, true)), layout.pack(&returns))
        });
        let (real, n) = (old.ones_like(), layout.n_tokens() as f64);
        let mut last = 0.0;
        for _ in 0..PPO_EPOCHS {
            let policy_loss = policy.token_step(&batch, &layout, |new| {
                Ok(policy_loss(new, &old, &advantages, &real, Clip::symmetric(0.2), n)?.loss)
            });
            let value =
                value_loss(&values(&critic), &old_values, &returns, &real, Some(0.2), n).expect("shapes fit");
            critic.step(&value.loss);
            last = policy_loss + 0.1 * value.loss.double_value(&[]);
        }
        (1.0, Some(last))
    })
}
