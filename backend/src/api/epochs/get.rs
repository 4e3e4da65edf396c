use super::{Epoch, find};
use crate::api::{extract::Path, problem::Problem, snapshot::Reader};
use axum::Json;

/// One epoch
#[utoipa::path(get, path = "/epochs/{epoch}", tag = "epochs", operation_id = "getEpoch",
    params(("epoch" = u64, Path)),
    responses((status = 200, body = Epoch), (status = "default", body = Problem)))]
pub async fn get_epoch(reader: Reader, Path(epoch): Path<u64>) -> Result<Json<Epoch>, Problem> {
    let mut conn = reader.snapshot().await?;
    Ok(Json(find(&mut conn, epoch).await?))
}
