//! A frozen set of samples: a folder `{manifest.json, data.jsonl}`.

use super::{
    FileEntry,
    canonical::{CanonicalError, canonical_hash},
    format::format_tag,
};
use alloy_primitives::B256;
use serde::{Deserialize, Serialize};

format_tag!(DatasetFormat, "polity.dataset.v1");

/// Description of a dataset; `datasetHash` is keccak256 of its canonical JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DatasetManifest {
    /// Always `polity.dataset.v1`.
    pub format: DatasetFormat,
    /// What a line is.
    pub kind: DatasetKind,
    /// The files of the folder but for the manifest.
    pub files: Vec<FileEntry>,
    /// Lines in `data.jsonl`.
    pub sample_count: u64,
    /// [`sample_root`] of the lines.
    pub sample_root: B256,
    /// SPDX expression.
    pub licence: String,
    /// Model family that the data is for.
    pub family_id: B256,
    /// Epochs whose labels it holds, ascending.
    pub epochs: Vec<u64>,
    /// Versions that wrote the completions, ascending.
    pub version_ids: Vec<B256>,
    /// How [`PreferenceSample::soft`] follows from the answers; none where samples have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aggregation: Option<Aggregation>,
}

impl DatasetManifest {
    /// `datasetHash`.
    ///
    /// # Errors
    /// As [`canonical_hash`].
    pub fn hash(&self) -> Result<B256, CanonicalError> {
        canonical_hash(self)
    }
}

/// Functions from answers to soft labels. The name stands for every constant of it: another constant is another name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Aggregation {
    /// Dawid–Skene with two classes, as in `label_quality::preferences`.
    #[serde(rename = "polity.dawid-skene.v1")]
    DawidSkene,
}

/// Kinds of datasets. JSON: lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DatasetKind {
    /// Lines are [`PromptSample`].
    Prompts,
    /// Lines are [`PreferenceSample`].
    Preferences,
    /// Lines are [`TextSample`].
    Texts,
}

/// A line of a prompts dataset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PromptSample {
    /// What the user said; the trainer applies the chat template.
    pub prompt: String,
}

/// A line of a texts dataset: a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TextSample {
    /// What is written there; no chat template is applied.
    pub text: String,
}

/// A line of a preferences dataset: all answers to one task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PreferenceSample {
    /// The task that was answered.
    pub task_id: B256,
    /// What the user said; the trainer applies the chat template.
    pub prompt: String,
    /// The better completion: the more probable one, or without a soft label the one with more votes.
    pub chosen: String,
    /// The other one.
    pub rejected: String,
    /// Half votes for `chosen`: a win counts 2, a tie 1 for each side.
    pub chosen_votes: u32,
    /// Half votes for `rejected`.
    pub rejected_votes: u32,
    /// What the answers say about it when their labelers are not all alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub soft: Option<SoftLabel>,
    /// By how much `chosen` is better, where people said so: the log-odds that the two scores must at least be apart
    /// (Touvron et al. 2023, arXiv 2307.09288, eq. 2), 10,000 = 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin_bps: Option<u32>,
    /// Which part of the dataset the task belongs to; all answers to a task are on the same side.
    pub split: Split,
}

/// A probability and how much the trainer should make of it, in basis points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SoftLabel {
    /// That `chosen` is better: more than 5,000.
    pub probability_bps: u32,
    /// Weight of the sample in the loss: 0 to 10,000.
    pub weight_bps: u32,
}

/// Part of a dataset. JSON: lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Split {
    /// Trained on.
    Train,
    /// Held out.
    Test,
}

/// Root of the positional tree over keccak256 of each line, without its newline.
pub fn sample_root<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> B256 {
    crate::merkle::Tree::new(lines.into_iter().map(alloy_primitives::keccak256)).root()
}
