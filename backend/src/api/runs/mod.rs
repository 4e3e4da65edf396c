//! Passes of the training pipeline: dataset, reward model, policy, evaluation, registration, vote.
pub mod create;
pub mod get;
pub mod list;

use chrono::{DateTime, Utc};
use serde::Serialize;
use storage::app::runs;
use utoipa::ToSchema;

/// A pass of the training pipeline and how far it is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    pub run_id: i64,
    pub campaign_id: i64,
    /// What was asked for: `{epochs, reward?, sft | dpo | ppo | grpo | rloo, seed, profile, precision?}`
    #[schema(value_type = Object)]
    pub request: serde_json::Value,
    /// `queued`, `running`, `done` or `failed`
    pub state: String,
    /// Step that is running or comes next
    pub stage: String,
    /// Last progress line of the trainer: `{phase, step, steps, metrics}`
    #[schema(value_type = Object)]
    pub progress: serde_json::Value,
    /// What finished steps made: hashes of datasets, checkpoints and version, proposal id
    #[schema(value_type = Object)]
    pub results: serde_json::Value,
    pub error: Option<String>,
    pub created_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
}

impl From<runs::Run> for Run {
    fn from(run: runs::Run) -> Self {
        Self {
            run_id: run.run_id,
            campaign_id: run.campaign_id,
            request: run.request,
            state: run.state,
            stage: run.stage,
            progress: run.progress,
            results: run.results,
            error: run.error,
            created_at: run.created_at,
            finished_at: run.finished_at,
        }
    }
}
