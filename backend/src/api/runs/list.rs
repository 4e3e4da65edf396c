use super::Run;
use crate::{api::problem::Problem, app::AppState};
use axum::{Json, extract::State};
use storage::app::runs;

/// All training runs, the newest first
#[utoipa::path(get, path = "/runs", tag = "models", operation_id = "listRuns",
    responses((status = 200, body = [Run]), (status = "default", body = Problem)))]
pub async fn list_runs(State(state): State<AppState>) -> Result<Json<Vec<Run>>, Problem> {
    let mut conn = state.pool.acquire().await?;
    Ok(Json(runs::list(&mut conn).await?.into_iter().map(Into::into).collect()))
}
