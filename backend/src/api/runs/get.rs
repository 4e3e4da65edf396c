use super::Run;
use crate::{
    api::{extract::Path, problem::Problem},
    app::AppState,
};
use axum::{Json, extract::State};
use storage::app::runs;

/// One training run
#[utoipa::path(get, path = "/runs/{id}", tag = "models", operation_id = "getRun", params(("id" = i64, Path)),
    responses((status = 200, body = Run), (status = "default", body = Problem)))]
pub async fn get_run(State(state): State<AppState>, Path(id): Path<i64>) -> Result<Json<Run>, Problem> {
    let mut conn = state.pool.acquire().await?;
    let run = runs::find(&mut conn, id).await?.ok_or_else(|| Problem::not_found(format!("run {id}")))?;
    Ok(Json(run.into()))
}
