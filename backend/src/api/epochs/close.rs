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
use storage::app::{epochs, jobs};

/// Stop taking answers and have the labels committed on chain
///
/// Every answer that got a receipt before this is in the bundle, none comes after it. Closing again is harmless.
#[utoipa::path(post, path = "/epochs/{epoch}/close", tag = "epochs", operation_id = "closeEpoch",
    security(("accessToken" = [])), params(("epoch" = u64, Path)),
    responses((status = 202, body = QueuedJob), (status = "default", body = Problem)))]
pub async fn close_epoch(
    State(state): State<AppState>,
    _: Admin,
    Path(epoch): Path<u64>,
) -> Result<(StatusCode, Json<QueuedJob>), Problem> {
    let now = state.clock.now();
    let mut tx = state.pool.begin().await?;
    if epochs::close(&mut tx, epoch, now).await?.is_none() {
        return Err(Problem::not_found(format!("epoch {epoch} of this server")));
    }
    let payload = json!({ "epoch": epoch });
    let job_id = jobs::enqueue_again(&mut tx, "advance_epoch", &epoch.to_string(), &payload, now).await?;
    tx.commit().await?;
    Ok((StatusCode::ACCEPTED, Json(QueuedJob { job_id })))
}
