use super::find;
use crate::{
    api::{
        extract::{Admin, Path},
        jobs::QueuedJob,
        problem::Problem,
    },
    app::AppState,
};
use axum::{Json, extract::State, http::StatusCode};
use serde_json::json;
use storage::app::jobs;

/// Have the served version answer the prompts that have no tasks yet
#[utoipa::path(post, path = "/campaigns/{id}/sampling", tag = "campaigns", operation_id = "sampleCompletions",
    security(("accessToken" = [])), params(("id" = i64, Path)),
    responses((status = 202, body = QueuedJob), (status = "default", body = Problem)))]
pub async fn sample_completions(
    State(state): State<AppState>,
    _: Admin,
    Path(id): Path<i64>,
) -> Result<(StatusCode, Json<QueuedJob>), Problem> {
    let mut tx = state.pool.begin().await?;
    find(&mut tx, id).await?;
    let payload = json!({ "campaignId": id });
    let now = state.clock.now();
    let job_id = jobs::enqueue_again(&mut tx, "sample_completions", &id.to_string(), &payload, now).await?;
    tx.commit().await?;
    Ok((StatusCode::ACCEPTED, Json(QueuedJob { job_id })))
}
