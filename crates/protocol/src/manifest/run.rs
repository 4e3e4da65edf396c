//! What to train, completely: the same spec on the same profile gives the same weights.

use super::{
    CanonicalError, DpoParams, GroupParams, PretrainParams, canonical::canonical_hash, format::format_tag,
};
use alloy_primitives::B256;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::collections::BTreeMap;

format_tag!(RunFormat, "polity.run.v1");

/// A training run. `runSpecHash` is [`RunSpec::hash`].
///
/// JSON: `{format, task, inputs, seed, profile, precision?, params}`; `params` has the fields of the task, all of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawRunSpec", into = "RawRunSpec")]
pub struct RunSpec {
    /// Folders that the run reads, by name: manifest hash of a checkpoint or dataset hash. Names: [`RunTask::inputs`].
    pub inputs: BTreeMap<String, B256>,
    /// Every random draw of the run derives from it.
    pub seed: u64,
    /// How strictly the run must be reproducible.
    pub profile: Profile,
    /// Number format of the training passes; that of the profile when absent.
    pub precision: Option<TrainingPrecision>,
    /// The task and its hyper-parameters.
    pub params: RunParams,
}

impl RunSpec {
    /// The kind of training.
    pub fn task(&self) -> RunTask {
        self.params.task()
    }

    /// `runSpecHash`: keccak256 of the canonical JSON.
    ///
    /// # Errors
    /// [`CanonicalError::Write`] when a parameter is not finite.
    pub fn hash(&self) -> Result<B256, CanonicalError> {
        canonical_hash(self)
    }
}

/// Kinds of training. JSON: lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunTask {
    /// Supervised fine-tuning on the chosen completions.
    Sft,
    /// Reward model from preferences.
    Reward,
    /// Proximal policy optimisation against a reward model.
    Ppo,
    /// Preferences learned directly, without a reward model.
    Dpo,
    /// Group-relative policy optimisation against a reward model.
    Grpo,
    /// REINFORCE against a reward model, with a leave-one-out baseline.
    Rloo,
    /// Next-token prediction on texts.
    Pretrain,
}

impl RunTask {
    /// Names of the inputs that the task reads: no more, no fewer.
    pub fn inputs(self) -> &'static [&'static str] {
        match self {
            Self::Sft | Self::Reward | Self::Dpo => &["parent", "preferences"],
            Self::Ppo | Self::Grpo | Self::Rloo => &["parent", "prompts", "reward"],
            Self::Pretrain => &["parent", "texts"],
        }
    }

    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sft => "sft",
            Self::Reward => "reward",
            Self::Ppo => "ppo",
            Self::Dpo => "dpo",
            Self::Grpo => "grpo",
            Self::Rloo => "rloo",
            Self::Pretrain => "pretrain",
        }
    }
}

/// Reproducibility of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// All threads and the widest instructions of the machine.
    Cpu,
    /// Fixed threads and instruction set: the same bytes on every machine that has them.
    CpuDeterministic,
}

/// Number format in which a training pass multiplies. Weights that are trained, their moments, norms, soft-max and losses are
/// f32 in both. JSON: the names of [`ExecutionProfile::precision`](super::ExecutionProfile).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TrainingPrecision {
    /// 24 significant bits.
    Float32,
    /// 8 significant bits: about twice as fast where the processor multiplies it natively.
    Bfloat16,
}

/// Hyper-parameters of the task.
#[derive(Clone, Debug, PartialEq)]
pub enum RunParams {
    /// See [`SftParams`].
    Sft(SftParams),
    /// See [`RewardParams`].
    Reward(RewardParams),
    /// See [`PpoParams`].
    Ppo(PpoParams),
    /// See [`DpoParams`].
    Dpo(DpoParams),
    /// See [`GroupParams`].
    Grpo(GroupParams),
    /// See [`GroupParams`].
    Rloo(GroupParams),
    /// See [`PretrainParams`].
    Pretrain(PretrainParams),
}

impl RunParams {
    /// The task that they are of.
    pub fn task(&self) -> RunTask {
        match self {
            Self::Sft(_) => RunTask::Sft,
            Self::Reward(_) => RunTask::Reward,
            Self::Ppo(_) => RunTask::Ppo,
            Self::Dpo(_) => RunTask::Dpo,
            Self::Grpo(_) => RunTask::Grpo,
            Self::Rloo(_) => RunTask::Rloo,
            Self::Pretrain(_) => RunTask::Pretrain,
        }
    }

    /// # Errors
    /// [`RunSpecError::Range`] names the first parameter that the task cannot work with.
    pub fn check(&self) -> Result<(), RunSpecError> {
        let task = self.task();
        match self {
            Self::Dpo(params) => params.check(),
            Self::Grpo(params) | Self::Rloo(params) => params.check(task),
            Self::Pretrain(params) => params.check(),
            Self::Sft(_) | Self::Reward(_) | Self::Ppo(_) => Ok(()),
        }
        .map_err(|source| RunSpecError::Range { task, source })
    }
}

/// Supervised fine-tuning: cross-entropy on the completion's tokens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SftParams {
    /// Passes over the dataset.
    pub epochs: u32,
    /// Samples per optimiser step.
    pub batch_size: u32,
    /// Peak learning rate of Adam.
    pub learning_rate: f64,
    /// Rank of the low-rank adapters (LoRA, arXiv 2106.09685).
    pub lora_rank: u32,
    /// Scale of the adapters: they add `loraAlpha / loraRank` times their product.
    pub lora_alpha: f64,
    /// Adapters on the top n layers only.
    pub lora_layers: u32,
    /// Tokens of prompt and completion together; longer samples are cut.
    pub max_length: u32,
    /// Adam's epsilon.
    pub adam_eps: f64,
}

/// Reward model: Bradley-Terry loss on pairs (Ouyang et al. 2022, arXiv 2203.02155, eq. 1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RewardParams {
    /// Passes over the dataset.
    pub epochs: u32,
    /// Pairs per optimiser step.
    pub batch_size: u32,
    /// Peak learning rate of Adam.
    pub learning_rate: f64,
    /// Rank of the low-rank adapters.
    pub lora_rank: u32,
    /// Scale of the adapters.
    pub lora_alpha: f64,
    /// Adapters on the top n layers only.
    pub lora_layers: u32,
    /// Tokens of prompt and completion together; longer samples are cut.
    pub max_length: u32,
    /// Adam's epsilon.
    pub adam_eps: f64,
    /// Weight of the squared sum of the two scores, which keeps scores around 0 (Eisenstein et al. 2023, arXiv
    /// 2312.09244); 0 for off.
    pub centering: f64,
    /// Heads with starts of their own on one trunk; the score is their mean. One, which starts from zero, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heads: Option<u32>,
    /// More than 1: pairs with as many votes on either side are ties with odds of their own (Rao & Kupper, J. Am. Stat.
    /// Assoc. 62, 1967); when absent, half a win for each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tie_theta: Option<f64>,
}

/// Proximal policy optimisation (Schulman et al. 2017, arXiv 1707.06347) with a KL penalty to the parent (Ziegler et
/// al. 2019, arXiv 1909.08593).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PpoParams {
    /// Rollout and update cycles.
    pub steps: u32,
    /// Completions per rollout.
    pub batch_size: u32,
    /// Completions per optimiser step; divides `batchSize`.
    pub mini_batch_size: u32,
    /// Passes over each rollout.
    pub ppo_epochs: u32,
    /// Learning rate of the policy.
    pub learning_rate: f64,
    /// Learning rate of the value head.
    pub value_learning_rate: f64,
    /// Rank of the low-rank adapters.
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
    /// Weight of the KL penalty per token.
    pub kl_coef: f64,
    /// How the KL divergence is estimated per token.
    pub kl_estimator: KlEstimator,
    /// Discount per token, in [0, 1].
    pub gamma: f64,
    /// Decay of generalised advantage estimation (arXiv 1506.02438), in [0, 1].
    pub lam: f64,
    /// Clip range of the probability ratio.
    pub cliprange: f64,
    /// Clip range of the value's change.
    pub clip_range_value: f64,
    /// Weight of the value loss.
    pub vf_coef: f64,
    /// Subtracted from the score of a completion without an end token.
    pub missing_eos_penalty: f64,
    /// Divide rewards by their standard deviation before advantages are estimated.
    pub whiten_rewards: bool,
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

/// Estimators of the KL divergence from one sample, with `r = log p - log q` (Schulman, "Approximating KL
/// divergence", 2020). JSON: lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KlEstimator {
    /// `r`: unbiased, high variance.
    K1,
    /// `r^2 / 2`: biased, low variance.
    K2,
    /// `exp(-r) - 1 + r`: unbiased, never negative.
    K3,
}

/// Why JSON is no run spec.
#[derive(Debug, thiserror::Error)]
pub enum RunSpecError {
    /// A parameter that the task does not have, lacks, or cannot read.
    #[error("params of task {}: {source}", .task.name())]
    Params {
        /// The task named in the spec.
        task: RunTask,
        /// The field, and what is wrong with it.
        source: serde_path_to_error::Error<serde_json::Error>,
    },
    /// A parameter that the task cannot work with.
    #[error("params of task {}: {source}", .task.name())]
    Range {
        /// The task named in the spec.
        task: RunTask,
        /// The field, and what it must be.
        source: OutOfRange,
    },
    /// Missing or additional inputs.
    #[error("task {task:?} reads the inputs {expected:?}, the spec names {actual:?}")]
    Inputs {
        /// The task named in the spec.
        task: RunTask,
        /// What the task reads.
        expected: &'static [&'static str],
        /// What the spec names.
        actual: Vec<String>,
    },
}

/// A number outside of what a task can work with.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{field} must be {expected}")]
pub struct OutOfRange {
    /// Name of the parameter in JSON.
    pub field: &'static str,
    /// What it must be.
    pub expected: &'static str,
}

/// Requirements by field: whether each is met, and its words.
pub(super) fn require(rules: &[(&'static str, bool, &'static str)]) -> Result<(), OutOfRange> {
    match rules.iter().find(|(_, met, _)| !met) {
        Some(&(field, _, expected)) => Err(OutOfRange { field, expected }),
        None => Ok(()),
    }
}

fn read<T: DeserializeOwned>(task: RunTask, params: Value) -> Result<T, RunSpecError> {
    serde_path_to_error::deserialize(params).map_err(|source| RunSpecError::Params { task, source })
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RawRunSpec {
    format: RunFormat,
    task: RunTask,
    inputs: BTreeMap<String, B256>,
    seed: u64,
    profile: Profile,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    precision: Option<TrainingPrecision>,
    params: Value,
}

impl TryFrom<RawRunSpec> for RunSpec {
    type Error = RunSpecError;

    fn try_from(raw: RawRunSpec) -> Result<Self, Self::Error> {
        let task = raw.task;
        let params = match task {
            RunTask::Sft => RunParams::Sft(read(task, raw.params)?),
            RunTask::Reward => RunParams::Reward(read(task, raw.params)?),
            RunTask::Ppo => RunParams::Ppo(read(task, raw.params)?),
            RunTask::Dpo => RunParams::Dpo(read(task, raw.params)?),
            RunTask::Grpo => RunParams::Grpo(read(task, raw.params)?),
            RunTask::Rloo => RunParams::Rloo(read(task, raw.params)?),
            RunTask::Pretrain => RunParams::Pretrain(read(task, raw.params)?),
        };
        params.check()?;
        if !raw.inputs.keys().map(String::as_str).eq(task.inputs().iter().copied()) {
            let actual = raw.inputs.into_keys().collect();
            return Err(RunSpecError::Inputs { task, expected: task.inputs(), actual });
        }
        Ok(Self {
            inputs: raw.inputs,
            seed: raw.seed,
            profile: raw.profile,
            precision: raw.precision,
            params,
        })
    }
}

impl From<RunSpec> for RawRunSpec {
    fn from(spec: RunSpec) -> Self {
        let task = spec.task();
        // A parameter that is not finite becomes null here and is refused when the spec is read.
        let params = match spec.params {
            RunParams::Sft(params) => serde_json::to_value(params),
            RunParams::Reward(params) => serde_json::to_value(params),
            RunParams::Ppo(params) => serde_json::to_value(params),
            RunParams::Dpo(params) => serde_json::to_value(params),
            RunParams::Grpo(params) | RunParams::Rloo(params) => serde_json::to_value(params),
            RunParams::Pretrain(params) => serde_json::to_value(params),
        }
        .expect("structs of numbers and names have a JSON form");
        Self {
            format: RunFormat::V1,
            task,
            inputs: spec.inputs,
            seed: spec.seed,
            profile: spec.profile,
            precision: spec.precision,
            params,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{canonical_json, parse_canonical};
    use serde_json::json;

    fn reward_spec() -> Value {
        json!({
            "format": "polity.run.v1", "task": "reward", "seed": 7, "profile": "cpu-deterministic",
            "inputs": {"parent": B256::repeat_byte(1), "preferences": B256::repeat_byte(2)},
            "params": {"epochs": 1, "batchSize": 8, "learningRate": 0.0003, "loraRank": 8, "loraAlpha": 16.0,
                       "loraLayers": 2, "maxLength": 128, "adamEps": 1e-5, "centering": 0.01}
        })
    }

    #[test]
    fn a_spec_survives_a_round_trip_with_the_same_hash() {
        let spec: RunSpec = serde_json::from_value(reward_spec()).unwrap();
        assert_eq!(spec.task(), RunTask::Reward);
        let bytes = canonical_json(&spec).unwrap();
        assert_eq!(parse_canonical::<RunSpec>(&bytes).unwrap(), spec);
        assert_eq!(spec.hash().unwrap(), canonical_hash(&reward_spec()).unwrap());
    }

    #[test]
    fn a_precision_belongs_to_the_hash_and_its_absence_changes_nothing() {
        let plain: RunSpec = serde_json::from_value(reward_spec()).unwrap();
        assert_eq!(plain.precision, None);
        let mut named = reward_spec();
        named["precision"] = json!("bfloat16");
        let spec: RunSpec = serde_json::from_value(named.clone()).unwrap();
        assert_eq!(spec.precision, Some(TrainingPrecision::Bfloat16));
        assert_eq!(spec.hash().unwrap(), canonical_hash(&named).unwrap());
        assert_ne!(spec.hash().unwrap(), plain.hash().unwrap());
    }

    #[test]
    fn unknown_missing_or_foreign_fields_are_refused() {
        let mutations: [fn(&mut Value); 5] = [
            |v| v["params"]["momentum"] = json!(0.9),
            |v| v["params"]["epochs"] = Value::Null,
            |v| v["task"] = json!("ppo"),
            |v| v["inputs"]["reward"] = json!(B256::ZERO),
            |v| v["format"] = json!("polity.run.v2"),
        ];
        for mutate in mutations {
            let mut spec = reward_spec();
            mutate(&mut spec);
            assert!(serde_json::from_value::<RunSpec>(spec.clone()).is_err(), "{spec}");
        }
    }
}
