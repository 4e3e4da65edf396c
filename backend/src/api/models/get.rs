use super::{ModelVersion, load};
use crate::{
    api::{extract::Path, problem::Problem, types::Hash},
    app::AppState,
};
use axum::{Json, extract::State};

/// One version of a model
#[utoipa::path(get, path = "/models/{versionId}", tag = "models", operation_id = "getModel",
    params(("versionId" = Hash, Path)),
    responses((status = 200, body = ModelVersion), (status = "default", body = Problem)))]
pub async fn get_model(
    State(state): State<AppState>,
    Path(version_id): Path<Hash>,
) -> Result<Json<ModelVersion>, Problem> {
    let mut conn = state.pool.acquire().await?;
    let version = load(&mut conn, Some(version_id)).await?.pop();
    version.map(Json).ok_or_else(|| Problem::not_found(format!("model version {version_id} on chain")))
}
