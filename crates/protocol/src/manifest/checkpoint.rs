//! What a folder of weights is and where it came from.

use super::{
    FileEntry,
    canonical::{CanonicalError, canonical_hash},
    format::{finite_map, format_tag},
};
use alloy_primitives::B256;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

format_tag!(CheckpointFormat, "polity.checkpoint.v1");

/// Description of a checkpoint folder in Hugging Face layout; `manifestHash` is keccak256 of its canonical JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CheckpointManifest {
    /// Always `polity.checkpoint.v1`.
    pub format: CheckpointFormat,
    /// How the weights came to be.
    pub task: CheckpointTask,
    /// Manifest hash of the checkpoint that training started from.
    pub parent: Option<B256>,
    /// All inputs of the run, as in its spec; empty for an import without one.
    pub inputs: BTreeMap<String, B256>,
    /// `RunSpec::hash`; of an import, the spec that another trainer followed, if there was one.
    pub run_spec_hash: Option<B256>,
    /// Datasets that the weights learned from in this run.
    pub dataset_hashes: Vec<B256>,
    /// keccak256 of `model.safetensors`.
    pub weights_hash: B256,
    /// Every file but `manifest.json`, sorted by name.
    pub files: Vec<FileEntry>,
    /// keccak256 of `evaluation.json`.
    pub evaluation_hash: Option<B256>,
    /// [`super::StepLog::root`] of the run's `steps.json`; none for an import.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps_root: Option<B256>,
    /// Last values of the training metrics.
    #[serde(with = "finite_map")]
    pub metrics: BTreeMap<String, f64>,
    /// Version of the code that wrote the folder.
    pub code_version: String,
    /// Where it ran.
    pub profile: ExecutionProfile,
}

impl CheckpointManifest {
    /// `manifestHash`.
    ///
    /// # Errors
    /// [`CanonicalError::Write`] when a metric is not finite.
    pub fn hash(&self) -> Result<B256, CanonicalError> {
        canonical_hash(self)
    }
}

/// Origin of weights. JSON: lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckpointTask {
    /// Taken from elsewhere as is.
    Import,
    /// Supervised fine-tuning.
    Sft,
    /// Reward model.
    Reward,
    /// Proximal policy optimisation.
    Ppo,
    /// Direct preference optimisation.
    Dpo,
    /// Group-relative policy optimisation.
    Grpo,
    /// REINFORCE with a leave-one-out baseline.
    Rloo,
    /// Next-token prediction on texts.
    Pretrain,
}

/// What the bits of a run depend on besides its spec.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExecutionProfile {
    /// `cpu` or the name of an accelerator.
    pub device: String,
    /// Instruction set that the kernels were limited to.
    pub isa: String,
    /// Threads of one operation.
    pub threads: u32,
    /// Version of libtorch.
    pub libtorch: String,
    /// Number format of the weights in training.
    pub precision: String,
}
