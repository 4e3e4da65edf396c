use super::{Dataset, load};
use crate::{api::problem::Problem, app::AppState};
use axum::{Json, extract::State};

/// All datasets, the newest first
#[utoipa::path(get, path = "/datasets", tag = "models", operation_id = "listDatasets",
    responses((status = 200, body = [Dataset]), (status = "default", body = Problem)))]
pub async fn list_datasets(State(state): State<AppState>) -> Result<Json<Vec<Dataset>>, Problem> {
    let mut conn = state.pool.acquire().await?;
    Ok(Json(load(&mut conn, None).await?))
}
