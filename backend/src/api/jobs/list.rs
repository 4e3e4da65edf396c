use crate::{
    api::{extract::Admin, problem::Problem},
    app::AppState,
};
use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::Serialize;
use storage::app::jobs;
use utoipa::ToSchema;

const LIMIT: u32 = 200;

/// Queued, running or finished work.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    pub job_id: i64,
    pub kind: String,
    /// What it works on
    pub key: String,
    #[schema(value_type = Object)]
    pub payload: serde_json::Value,
    /// `ready`, `running`, `done` or `failed`
    pub state: String,
    pub run_at: DateTime<Utc>,
    pub attempts: u32,
    pub last_error: Option<String>,
    pub created_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
}

/// The newest 200 jobs
#[utoipa::path(get, path = "/jobs", tag = "admin", operation_id = "listJobs", security(("accessToken" = [])),
    responses((status = 200, body = [Job]), (status = "default", body = Problem)))]
pub async fn list_jobs(State(state): State<AppState>, _: Admin) -> Result<Json<Vec<Job>>, Problem> {
    let mut conn = state.pool.acquire().await?;
    let jobs = jobs::list(&mut conn, LIMIT).await?;
    Ok(Json(
        jobs.into_iter()
            .map(|job| Job {
                job_id: job.job_id,
                kind: job.kind,
                key: job.key,
                payload: job.payload,
                state: job.state,
                run_at: job.run_at,
                attempts: job.attempts,
                last_error: job.last_error,
                created_at: job.created_at,
                finished_at: job.finished_at,
            })
            .collect(),
    ))
}
