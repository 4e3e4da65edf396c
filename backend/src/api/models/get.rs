use super::{ModelVersion, load};
use crate::api::{extract::Path, problem::Problem, snapshot::Reader, types::Hash};
use axum::Json;

/// One version of a model
#[utoipa::path(get, path = "/models/{versionId}", tag = "models", operation_id = "getModel",
    params(("versionId" = Hash, Path)),
    responses((status = 200, body = ModelVersion), (status = "default", body = Problem)))]
pub async fn get_model(reader: Reader, Path(version_id): Path<Hash>) -> Result<Json<ModelVersion>, Problem> {
    let mut conn = reader.snapshot().await?;
    let version = load(&mut conn, Some(version_id)).await?.pop();
    version.map(Json).ok_or_else(|| Problem::not_found(format!("model version {version_id} on chain")))
}
