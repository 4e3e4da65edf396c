//! Descriptions of data, runs and models that are named by the hash of their bytes.
//!
//! Each file is written as canonical JSON ([`canonical_json`]) and named by keccak256 of exactly those bytes. Field
//! names are those of the JSON; unknown fields are refused, so a hash never covers something that a reader ignored.
//!
//! To add a description: one file here with its types, a `FORMAT` constant, and `deny_unknown_fields`.

mod campaign;
mod canonical;
mod checkpoint;
mod dataset;
mod dpo;
mod evaluation;
pub(crate) mod format;
mod group;
mod pretrain;
mod run;
mod steps;

pub use campaign::{CampaignManifest, CampaignPrompt};
pub use canonical::{CanonicalError, canonical_hash, canonical_json, parse_canonical};
pub use checkpoint::{CheckpointManifest, CheckpointTask, ExecutionProfile};
pub use dataset::{
    Aggregation, DatasetKind, DatasetManifest, PreferenceSample, PromptSample, SoftLabel, Split, TextSample,
    sample_root,
};
pub use dpo::{DpoLoss, DpoParams};
pub use evaluation::{Evaluation, EvaluationSample, OracleEvaluation};
pub use format::FileEntry;
pub(crate) use format::format_tag;
pub use group::{AdvantageScale, GroupParams, LossNormaliser, RatioLevel};
pub use pretrain::{PretrainParams, Start};
pub use run::{
    KlEstimator, OutOfRange, PpoParams, Profile, RewardParams, RunParams, RunSpec, RunSpecError, RunTask,
    SftParams, TrainingPrecision,
};
pub use steps::StepLog;
