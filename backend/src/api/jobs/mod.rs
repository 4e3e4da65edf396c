//! The queue of work, for admins.
pub mod list;

use serde::Serialize;
use utoipa::ToSchema;

/// Work that goes on after the answer; `/jobs` says how far it is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QueuedJob {
    pub job_id: i64,
}
