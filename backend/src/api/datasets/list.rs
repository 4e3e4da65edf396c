use super::{Dataset, load};
use crate::api::{problem::Problem, snapshot::Reader};
use axum::Json;

/// All datasets, the newest first
#[utoipa::path(get, path = "/datasets", tag = "models", operation_id = "listDatasets",
    responses((status = 200, body = [Dataset]), (status = "default", body = Problem)))]
pub async fn list_datasets(reader: Reader) -> Result<Json<Vec<Dataset>>, Problem> {
    let mut conn = reader.snapshot().await?;
    Ok(Json(load(&mut conn, None).await?))
}
