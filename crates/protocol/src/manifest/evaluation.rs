//! How a candidate compares with its parent on prompts that it was not trained on.

use super::{
    canonical::{CanonicalError, canonical_hash},
    format::format_tag,
};
use alloy_primitives::B256;
use serde::{Deserialize, Serialize};

format_tag!(EvaluationFormat, "polity.evaluation.v1");

/// `evaluation.json`; `evaluationHash` is keccak256 of its canonical JSON.
///
/// Rates are in basis points, ties count half, intervals are Wilson's at 95 % (Wilson 1927).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Evaluation {
    /// Always `polity.evaluation.v1`.
    pub format: EvaluationFormat,
    /// Who compared; `rewardModel`.
    pub judge: String,
    /// Pairs compared.
    pub n_comparisons: u64,
    /// Share of pairs that the candidate won.
    pub win_rate_bps: u32,
    /// Lower end of its interval.
    pub ci_low_bps: u32,
    /// Upper end of its interval.
    pub ci_high_bps: u32,
    /// The same pairs judged by something that training could not see.
    pub oracle: Option<OracleEvaluation>,
    /// Mean score of the candidate's completions.
    pub mean_score: f64,
    /// Mean score of the parent's completions.
    pub mean_score_parent: f64,
    /// Mean KL divergence of the candidate from the parent per completion, in nats.
    pub kl: f64,
    /// Some pairs to look at.
    pub samples: Vec<EvaluationSample>,
}

impl Evaluation {
    /// `evaluationHash`.
    ///
    /// # Errors
    /// As [`canonical_hash`].
    pub fn hash(&self) -> Result<B256, CanonicalError> {
        canonical_hash(self)
    }
}

/// Verdict of an independent judge on the same pairs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OracleEvaluation {
    /// Which judge.
    pub name: String,
    /// Share of pairs that the candidate won.
    pub win_rate_bps: u32,
    /// Lower end of its interval.
    pub ci_low_bps: u32,
    /// Upper end of its interval.
    pub ci_high_bps: u32,
}

/// One pair of completions and their scores.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EvaluationSample {
    /// What the user said.
    pub prompt: String,
    /// The parent's completion.
    pub parent: String,
    /// The candidate's completion.
    pub candidate: String,
    /// Score of the parent's completion.
    pub score_parent: f64,
    /// Score of the candidate's completion.
    pub score: f64,
}
