//! Whole optimiser steps of TRL's trainers, recorded with every weight before and after, repeated with this crate's model,
//! formulas and optimiser. Folders with more recordings (`RLHF_GOLDEN_DIR`) are repeated too, as far as the task is known.

use std::collections::HashMap;
use std::path::PathBuf;

use rlhf::algo::gae::gae;
use rlhf::algo::group::{GroupLoss, Normaliser, Ratio, group_policy_loss};
use rlhf::algo::loss::{Clip, policy_loss, token_logprobs, value_loss};
use rlhf::algo::masked::whiten;
use rlhf::algo::preference_loss::{PreferenceLoss, preference_losses};
use rlhf::algo::reward_loss::{PairLabels, bradley_terry};
use rlhf::model::head::SCORE_WEIGHT;
use rlhf::model::{Adapters, Config, Llama, Params, Precision, ScalarHead};
use rlhf::optim::{AdamW, AdamWConfig, clip_by_global_norm};
use serde_json::Value;
use tch::{Device, Kind, Tensor, no_grad};

use crate::golden;

/// A recording: tensors, and numbers beside them.
struct Recording {
    tensors: Params,
    numbers: Value,
}

impl Recording {
    /// None when the folder holds no recording of this task.
    fn find(task: &str) -> Option<Self> {
        let dir = golden::dir().join("e2e");
        let path = dir.join(format!("{task}.safetensors"));
        path.exists().then(|| Self {
            tensors: Params::read(&path).unwrap(),
            numbers: golden::load(&format!("e2e/{task}")),
        })
    }

    fn get(&self, name: &str) -> Tensor {
        self.tensors.get(name).unwrap()
    }

    /// Tensor of a step.
    fn at(&self, step: usize, name: &str) -> Tensor {
        self.get(&format!("step{step}.{name}"))
    }

    fn steps(&self) -> usize {
        (0..).take_while(|step| self.tensors.get(&format!("step{step}.loss")).is_ok()).count()
    }

    fn number(&self, name: &str) -> f64 {
        self.numbers[name].as_f64().unwrap()
    }

    fn optimiser(&self, params: &[Tensor]) -> AdamW {
        AdamW::new(params, AdamWConfig { eps: self.number("adam_eps"), ..AdamWConfig::default() })
    }
}

/// A model whose every weight is trained.
struct Trained {
    model: Llama,
    head: Option<ScalarHead>,
    leaves: Vec<(String, Tensor)>,
}

impl Trained {
    fn load(name: &str, change: impl Fn(&str, Tensor) -> Tensor) -> Self {
        let dir: PathBuf = golden::dir().join("models").join(name);
        let params = Params::load(&dir).unwrap();
        let leaf = |(name, tensor): (&str, &Tensor)| {
            (name.to_owned(), change(name, tensor.copy()).detach().set_requires_grad(true))
        };
        let leaves: Vec<(String, Tensor)> = params.iter().map(leaf).collect();
        let params: Params = leaves.iter().map(|(name, leaf)| (name.clone(), leaf.shallow_clone())).collect();
        let head = params.get(SCORE_WEIGHT).ok().map(|weight| ScalarHead { weight });
        let model = Llama::new(Config::load(&dir).unwrap(), &params, Precision::F32, Device::Cpu).unwrap();
        Self { model, head, leaves }
    }

    fn policy() -> Self {
        Self::load("llama-gqa", |_, tensor| tensor)
    }

    fn reward() -> Self {
        Self::load("llama-rm", |_, tensor| tensor)
    }

    fn params(&self) -> Vec<Tensor> {
        self.leaves.iter().map(|(_, leaf)| leaf.shallow_clone()).collect()
    }

    /// Log-probability of every token after the first, `[B, T - 1]`. Rows may be padded on the right.
    fn logprobs(&self, ids: &Tensor) -> Tensor {
        let (b, t) = ids.size2().unwrap();
        let logits = self.model.logits(&self.model.forward(ids, Adapters::On)).narrow(1, 0, t - 1);
        let targets = ids.narrow(1, 1, t - 1).reshape([-1]);
        token_logprobs(&logits.reshape([b * (t - 1), -1]), &targets, 1.0).view([b, t - 1])
    }

    /// A score at every token, `[B, T]`.
    fn scores(&self, ids: &Tensor) -> Tensor {
        self.head.as_ref().unwrap().forward(&self.model.forward(ids, Adapters::On))
    }

    /// Compares every weight with what the recording has under `prefix`.
    fn assert_after(&self, recording: &Recording, prefix: &str, tolerance: f64) {
        for (name, leaf) in &self.leaves {
            let expected = recording.get(&format!("after.{prefix}{name}"));
            golden::assert_close(name, leaf, &expected, tolerance);
        }
    }
}

/// One step of a trainer that clips gradients to norm 1; returns the norm before.
fn step(optimiser: &mut AdamW, loss: &Tensor, learning_rate: f64) -> f64 {
    let mut gradients = Tensor::run_backward(&[loss], optimiser.params(), false, false);
    let norm = clip_by_global_norm(&mut gradients, 1.0);
    optimiser.step(&gradients, learning_rate);
    norm
}

fn sum_over_tokens(logprobs: &Tensor, mask: &Tensor) -> Tensor {
    (logprobs * mask).sum_dim_intlist([1].as_slice(), false, Kind::Float)
}

/// Runs the steps of a recording whose loss is `loss(step)`, and compares losses, norms and weights.
fn repeat(recording: &Recording, model: &Trained, tolerance: f64, mut loss: impl FnMut(usize) -> Tensor) {
    let mut optimiser = recording.optimiser(&model.params());
    assert!(recording.steps() > 0);
    for s in 0..recording.steps() {
        let loss = loss(s);
        golden::assert_close("loss", &loss.reshape([1]), &recording.at(s, "loss"), 5e-5);
        let norm = step(&mut optimiser, &loss, recording.number("lr"));
        if let Some(expected) = recording.numbers["steps"][s]["grad_norm"].as_f64() {
            assert!(
                (norm - expected).abs() < 1e-4 * expected.max(1.0),
                "gradient norm {norm} for {expected}"
            );
        }
    }
    model.assert_after(recording, "", tolerance);
}

#[test]
fn supervised_steps_end_in_trls_weights() {
    let recording = Recording::find("sft").unwrap();
    let model = Trained::policy();
    repeat(&recording, &model, 5e-6, |s| {
        let (ids, labels) = (recording.at(s, "input_ids"), recording.at(s, "labels"));
        let mask = labels.narrow(1, 1, labels.size()[1] - 1).ne(-100).to_kind(Kind::Float);
        -(model.logprobs(&ids) * &mask).sum(Kind::Float) / mask.sum(Kind::Float)
    });
}

#[test]
fn reward_steps_end_in_trls_weights() {
    let recording = Recording::find("reward").unwrap();
    let model = Trained::reward();
    repeat(&recording, &model, 5e-6, |s| {
        let last = recording.at(s, "attention_mask").sum_dim_intlist([1].as_slice(), true, Kind::Int64) - 1;
        let scores = model.scores(&recording.at(s, "input_ids")).gather(1, &last, false).squeeze_dim(1);
        let pair = scores.chunk(2, 0);
        let margin = recording.at(s, "margin");
        let labels = PairLabels { margin: Some(&margin), ..PairLabels::default() };
        bradley_terry(&pair[0], &pair[1], &labels, recording.number("center_rewards_coefficient")).unwrap()
    });
}

#[test]
fn dpo_steps_end_in_trls_weights() {
    let recording = Recording::find("dpo").unwrap();
    let (model, reference) = (Trained::policy(), Trained::policy());
    repeat(&recording, &model, 5e-6, |s| {
        let ids = recording.at(s, "input_ids");
        let mask = recording.at(s, "completion_mask").narrow(1, 1, ids.size()[1] - 1).to_kind(Kind::Float);
        let before = no_grad(|| sum_over_tokens(&reference.logprobs(&ids), &mask));
        let ratios = (sum_over_tokens(&model.logprobs(&ids), &mask) - before).chunk(2, 0);
        let loss = PreferenceLoss::Sigmoid { smoothing: 0.0 };
        preference_losses(&ratios[0], &ratios[1], loss, recording.number("beta")).unwrap().mean(Kind::Float)
    });
}

/// Prompt and completion of a step as rows that begin with their first real token, and for each completion token the column
/// of the log-probability that predicts it.
fn rolled(recording: &Recording, s: usize) -> (Tensor, Tensor, Tensor) {
    let get = |name: &str| recording.at(s, name);
    let ids = Tensor::cat(&[get("prompt_ids"), get("completion_ids")], 1);
    let mask = get("completion_mask");
    let attention = Tensor::cat(&[get("prompt_mask"), mask.to_kind(get("prompt_mask").kind())], 1);
    let starts = attention.argmax(1, true);
    let (_, width) = ids.size2().unwrap();
    let columns = Tensor::arange(width, (Kind::Int64, Device::Cpu)).unsqueeze(0);
    let rolled = ids.gather(1, &(columns + &starts).remainder(width), false);
    let completion = mask.size()[1];
    let places =
        Tensor::arange(completion, (Kind::Int64, Device::Cpu)).unsqueeze(0) + (width - completion - 1);
    (rolled, places - starts, mask.to_kind(Kind::Float))
}

#[test]
fn grpo_and_rloo_steps_end_in_trls_weights_where_they_are_recorded() {
    if let Some(recording) = Recording::find("grpo") {
        let model = Trained::policy();
        repeat(&recording, &model, 2e-5, |s| {
            let (ids, places, mask) = rolled(&recording, s);
            let new = model.logprobs(&ids).gather(1, &places, false);
            let old = recording.tensors.get(&format!("step{s}.old_per_token_logps"));
            let old = old.unwrap_or_else(|_| new.detach());
            let n = recording
                .at(s, "num_items_in_batch")
                .to_kind(Kind::Double)
                .sum(Kind::Double)
                .double_value(&[]);
            let constants = GroupLoss {
                clip: Clip { low: 0.2, high: 0.28, dual: None },
                beta: 0.04,
                ratio: Ratio::Token,
                normaliser: Normaliser::Tokens(n.max(1.0)),
            };
            let reference = recording.at(s, "ref_per_token_logps");
            let advantages = recording.at(s, "advantages");
            group_policy_loss(&new, &old, &reference, &advantages, &mask, &constants).unwrap()
        });
    }
    if let Some(recording) = Recording::find("rloo") {
        let model = Trained::policy();
        repeat(&recording, &model, 5e-6, |s| {
            let (ids, places, mask) = rolled(&recording, s);
            let new = sum_over_tokens(&model.logprobs(&ids).gather(1, &places, false), &mask);
            let old = recording.tensors.get(&format!("step{s}.old_logps")).unwrap_or_else(|_| new.detach());
            let advantages = recording.at(s, "advantages");
            // One "token" a completion: the ratio of whole sequences.
            let column = |x: &Tensor| x.unsqueeze(1);
            let (new, old, advantages) = (column(&new), column(&old), column(&advantages));
            let n = new.size()[0] as f64;
            policy_loss(&new, &old, &advantages, &new.ones_like(), Clip::symmetric(0.2), n).unwrap().loss
        });
    }
}

/// TRL's PPO differs from ours where the recording demands it: the score stands one place after the last token, and gradients
/// are not clipped.
#[test]
fn ppo_epochs_end_in_trls_weights() {
    let recording = Recording::find("ppo").unwrap();
    let ids = recording.get("query_responses");
    let (context, eos) = (recording.number("context_length") as i64, recording.number("eos_token_id") as i64);
    let temperature = recording.number("temperature") + 1e-7;
    // The recording never samples the padding id, and its reference differs from the policy.
    let without_padding = |name: &str, tensor: Tensor| {
        if name == "lm_head.weight" {
            let _ = tensor.get(0).zero_();
        }
        tensor
    };
    let policy = Trained::load("llama-gqa", without_padding);
    let reference = Trained::load("llama-gqa", |name, tensor| {
        let tensor = without_padding(name, tensor);
        if name == "lm_head.weight" { tensor * 0.9 } else { tensor }
    });
    let (critic, judge) = (Trained::reward(), Trained::reward());

    let (b, width) = ids.size2().unwrap();
    let n = width - context;
    let starts = ids.ne(0).to_kind(Kind::Int64).argmax(1, true);
    let columns = Tensor::arange(width, (Kind::Int64, Device::Cpu)).unsqueeze(0);
    let rows = ids.gather(1, &(columns + &starts).remainder(width), false);
    let response = ids.narrow(1, context, n);
    // Column of the state that predicts each response token.
    let index = Tensor::arange(n, (Kind::Int64, Device::Cpu)).unsqueeze(0);
    let places = &index + (context - 1) - &starts;
    let padding = response.eq(0);
    let first_padding = padding.to_kind(Kind::Int64).argmax(1, true);
    let lengths = first_padding.where_self(&padding.any_dim(1, true), &Tensor::from(n));
    let real = index.lt_tensor(&lengths).to_kind(Kind::Float);
    let with_end = index.le_tensor(&lengths).to_kind(Kind::Float);
    let logprobs = |model: &Trained| {
        let hidden = model.model.forward(&rows, Adapters::On);
        let wide = places.unsqueeze(-1).expand([-1, -1, hidden.size()[2]], false);
        let logits = model.model.logits(&hidden.gather(1, &wide, false)).reshape([b * n, -1]);
        token_logprobs(&logits, &response.reshape([-1]), temperature).view([b, n])
    };
    let values = |model: &Trained| model.scores(&rows).gather(1, &places, false);

    let (advantages, returns, old, old_values) = no_grad(|| {
        let last = &lengths + (context - 1) - &starts;
        let scores = judge.scores(&rows).gather(1, &last, false).squeeze_dim(1);
        golden::assert_close("score", &scores, &recording.get("get_reward1.score"), 1e-4);
        let ended = response.eq(eos).any_dim(1, false).to_kind(Kind::Float);
        let missing: Tensor = 1.0 - ended;
        let scores = scores - missing * recording.number("missing_eos_penalty");
        let old = logprobs(&policy) * &real;
        let kl = &old - logprobs(&reference) * &real;
        let step = &recording.numbers["steps"][0];
        let mean_kl = sum_over_tokens(&kl, &real).mean(Kind::Double).double_value(&[]);
        assert!((mean_kl - step["objective/kl"].as_f64().unwrap()).abs() < 1e-4);
        let end = lengths.clamp_max(n - 1);
        let at_end = index.eq_tensor(&end).to_kind(Kind::Float);
        let rewards = kl * -recording.number("kl_coef") + at_end * scores.unsqueeze(1);
        let old_values = values(&critic) * &with_end;
        let (gamma, lam) = (recording.number("gamma"), recording.number("lam"));
        let (advantages, returns) = gae(&rewards, &old_values, &with_end, gamma, lam).unwrap();
        (whiten(&advantages, &real, true), returns, old, old_values)
    });

    let params: Vec<Tensor> = policy.params().into_iter().chain(critic.params()).collect();
    let mut optimiser = recording.optimiser(&params);
    let mut sums: HashMap<&str, f64> = HashMap::new();
    let epochs = recording.number("num_ppo_epochs");
    let (n_real, n_with_end) =
        (real.sum(Kind::Double).double_value(&[]), with_end.sum(Kind::Double).double_value(&[]));
    for _ in 0..epochs as u64 {
        let new = logprobs(&policy) * &real;
        let clip = Clip::symmetric(recording.number("cliprange"));
        let found = policy_loss(&new, &old, &advantages, &real, clip, n_real).unwrap();
        let range = Some(recording.number("cliprange_value"));
        let value =
            value_loss(&values(&critic), &old_values, &returns, &with_end, range, n_with_end).unwrap();
        let number = |x: &Tensor| x.double_value(&[]);
        let all = (b * n) as f64;
        for (name, value) in [
            ("loss/policy_avg", number(&found.loss)),
            ("loss/value_avg", number(&value.loss)),
            ("policy/clipfrac_avg", number(&found.clipped) / n_real),
            ("val/clipfrac_avg", number(&value.clipped) / n_with_end),
            // TRL averages these two over padding as well.
            ("policy/approxkl_avg", number(&found.approx_kl) / all),
            ("val/ratio", (number(&found.ratio) + all - n_real) / all),
        ] {
            *sums.entry(name).or_default() += value / epochs;
        }
        let loss = found.loss + value.loss * recording.number("vf_coef");
        let gradients = Tensor::run_backward(&[loss], optimiser.params(), false, false);
        optimiser.step(&gradients, recording.number("lr"));
    }
    for (name, found) in sums {
        let expected = recording.numbers["steps"][0][name].as_f64().unwrap();
        assert!((found - expected).abs() < 5e-4, "{name}: {found} for {expected}");
    }
    policy.assert_after(&recording, "policy.", 5e-6);
    critic.assert_after(&recording, "value.", 5e-6);
}
