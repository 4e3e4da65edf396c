//! Parameters of tasks `grpo` and `rloo`.

use super::run::{OutOfRange, RunTask, require};
use serde::{Deserialize, Serialize};

/// Policy gradients without a critic: several completions of a prompt are compared with each other.
///
/// Task `grpo` (Shao et al. 2024, arXiv 2402.03300): advantages are scores less the mean of their group, and the tie to the
/// parent is the k3 estimate of the KL divergence in the loss. Task `rloo` (Ahmadian et al. 2024, arXiv 2402.14740): advantages
/// are rewards less the mean of the others in their group, and the tie to the parent is the k1 estimate over the whole
/// completion, subtracted from its score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GroupParams {
    /// Rollout and update cycles.
    pub steps: u32,
    /// Completions per rollout, a multiple of `groupSize`.
    pub batch_size: u32,
    /// Completions of each prompt.
    pub group_size: u32,
    /// Completions per optimiser step.
    pub mini_batch_size: u32,
    /// Passes over each rollout.
    pub update_epochs: u32,
    /// Learning rate of Adam; falls in a straight line to 0.
    pub learning_rate: f64,
    /// Rank of the low-rank adapters (LoRA, arXiv 2106.09685).
    pub lora_rank: u32,
    /// Scale of the adapters.
    pub lora_alpha: f64,
    /// Adapters on the top n layers only.
    pub lora_layers: u32,
    /// Prompts longer than this many tokens are left out.
    pub max_prompt_length: u32,
    /// Tokens sampled per completion at most.
    pub max_new_tokens: u32,
    /// Sampling temperature of rollouts; also scales the logits that log-probabilities are taken from.
    pub temperature: f64,
    /// Weight of the KL divergence from the parent; 0 for off.
    pub kl_coef: f64,
    /// How far below 1 the probability ratio counts.
    pub cliprange: f64,
    /// How far above 1; more than `cliprange` is "clip higher" (DAPO, arXiv 2503.14476).
    pub cliprange_high: f64,
    /// By what advantages are divided; `none` in task `rloo`.
    pub scale: AdvantageScale,
    /// Of what the probability ratio is taken.
    pub ratio: RatioLevel,
    /// How token losses become one number.
    pub normaliser: LossNormaliser,
    /// Subtracted from the score of a completion without an end token.
    pub missing_eos_penalty: f64,
    /// Adam's epsilon.
    pub adam_eps: f64,
    /// Gradients are scaled down to this norm.
    pub max_grad_norm: f64,
    /// The last so many prompts of the dataset are held out for the evaluation.
    pub eval_prompts: u32,
    /// Completions per held-out prompt and model.
    pub eval_samples: u32,
    /// Sampling temperature of the evaluation.
    pub eval_temperature: f64,
}

/// Divisors of advantages. JSON: lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AdvantageScale {
    /// The standard deviation of the group's scores: GRPO.
    Group,
    /// The standard deviation of all scores of the rollout.
    Batch,
    /// Nothing: Dr. GRPO (arXiv 2503.20783), where easy and hard prompts keep their weights.
    None,
}

/// What a probability ratio is of. JSON: lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RatioLevel {
    /// Of each token: GRPO.
    Token,
    /// The geometric mean over the completion's tokens: GSPO (arXiv 2507.18071).
    Sequence,
    /// The product over the completion's tokens, the completion's own ratio: RLOO.
    Completion,
}

/// What losses are divided by. JSON: lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LossNormaliser {
    /// Mean over completions of the mean over their tokens: GRPO, and with `ratio` `completion` RLOO.
    Completions,
    /// Mean over all tokens of the optimiser step: DAPO.
    Tokens,
    /// Completions of the optimiser step times `maxNewTokens`: Dr. GRPO.
    Constant,
}

impl GroupParams {
    /// # Errors
    /// [`OutOfRange`] names the first parameter that `task` cannot work with.
    pub fn check(&self, task: RunTask) -> Result<(), OutOfRange> {
        let n = self.group_size.max(1);
        require(&[
            ("steps", self.steps > 0, "1 or more"),
            ("groupSize", self.group_size >= 2, "2 or more"),
            (
                "batchSize",
                self.batch_size > 0 && self.batch_size.is_multiple_of(n),
                "a multiple of groupSize",
            ),
            ("miniBatchSize", self.mini_batch_size > 0, "1 or more"),
            ("updateEpochs", self.update_epochs > 0, "1 or more"),
            ("learningRate", self.learning_rate >= 0.0, "0 or more"),
            ("loraRank", self.lora_rank > 0, "1 or more"),
            ("loraAlpha", self.lora_alpha > 0.0, "more than 0"),
            ("loraLayers", self.lora_layers > 0, "1 or more"),
            ("maxPromptLength", self.max_prompt_length > 0, "1 or more"),
            ("maxNewTokens", self.max_new_tokens > 0, "1 or more"),
            ("temperature", self.temperature > 0.0, "more than 0"),
            ("klCoef", self.kl_coef >= 0.0, "0 or more"),
            ("cliprange", (0.0..1.0).contains(&self.cliprange), "0 or more and below 1"),
            ("cliprangeHigh", self.cliprange_high >= 0.0, "0 or more"),
            ("scale", task == RunTask::Grpo || self.scale == AdvantageScale::None, "none in task rloo"),
            ("missingEosPenalty", self.missing_eos_penalty >= 0.0, "0 or more"),
            ("adamEps", self.adam_eps > 0.0, "more than 0"),
            ("maxGradNorm", self.max_grad_norm > 0.0, "more than 0"),
            ("evalSamples", self.eval_prompts == 0 || self.eval_samples > 0, "1 or more"),
            ("evalTemperature", self.eval_temperature >= 0.0, "0 or more"),
        ])
    }
}

#[cfg(test)]
mod tests {
    use crate::manifest::{RunSpec, RunTask};
    use alloy_primitives::B256;
    use serde_json::{Value, json};

    fn spec(task: &str) -> Value {
        json!({
            "format": "polity.run.v1", "task": task, "seed": 7, "profile": "cpu-deterministic",
            "inputs": {"parent": B256::ZERO, "prompts": B256::ZERO, "reward": B256::ZERO},
            "params": {"steps": 100, "batchSize": 64, "groupSize": 8, "miniBatchSize": 32, "updateEpochs": 1,
                       "learningRate": 1e-5, "loraRank": 16, "loraAlpha": 32.0, "loraLayers": 8,
                       "maxPromptLength": 256, "maxNewTokens": 128, "temperature": 1.0, "klCoef": 0.04,
                       "cliprange": 0.2, "cliprangeHigh": 0.28, "scale": "none", "ratio": "token",
                       "normaliser": "completions", "missingEosPenalty": 0.0, "adamEps": 1e-5,
                       "maxGradNorm": 1.0, "evalPrompts": 32, "evalSamples": 4, "evalTemperature": 0.7}
        })
    }

    #[test]
    fn a_parameter_that_cannot_be_worked_with_is_refused_by_name() {
        for (name, task) in [("grpo", RunTask::Grpo), ("rloo", RunTask::Rloo)] {
            let good: RunSpec = serde_json::from_value(spec(name)).unwrap();
            assert_eq!((good.task(), task.name()), (task, name));
            for (field, value, reason) in [
                ("groupSize", json!(1), "groupSize must be 2 or more"),
                ("batchSize", json!(63), "batchSize must be a multiple of groupSize"),
                ("temperature", json!(0.0), "temperature must be more than 0"),
                ("ratio", json!("word"), "ratio: unknown variant `word`"),
            ] {
                let mut bad = spec(name);
                bad["params"][field] = value;
                let error = serde_json::from_value::<RunSpec>(bad).unwrap_err().to_string();
                assert!(error.starts_with(&format!("params of task {name}: ")), "{error}");
                assert!(error.contains(reason), "{error}");
            }
        }
    }

    #[test]
    fn only_grpo_divides_advantages() {
        for (task, accepted) in [("grpo", true), ("rloo", false)] {
            let mut scaled = spec(task);
            scaled["params"]["scale"] = json!("group");
            assert_eq!(serde_json::from_value::<RunSpec>(scaled).is_ok(), accepted);
        }
    }
}
