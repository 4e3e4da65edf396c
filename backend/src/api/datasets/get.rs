use super::{Dataset, load};
use crate::api::{extract::Path, problem::Problem, snapshot::Reader, types::Hash};
use axum::Json;

/// One dataset
#[utoipa::path(get, path = "/datasets/{hash}", tag = "models", operation_id = "getDataset",
    params(("hash" = Hash, Path)),
    responses((status = 200, body = Dataset), (status = "default", body = Problem)))]
pub async fn get_dataset(reader: Reader, Path(hash): Path<Hash>) -> Result<Json<Dataset>, Problem> {
    let mut conn = reader.snapshot().await?;
    let dataset = load(&mut conn, Some(hash)).await?.pop();
    dataset.map(Json).ok_or_else(|| Problem::not_found(format!("dataset {hash}")))
}
