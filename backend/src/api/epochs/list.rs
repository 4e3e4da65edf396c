use super::{Epoch, load};
use crate::api::{problem::Problem, snapshot::Reader};
use axum::Json;

/// All epochs, the newest first
#[utoipa::path(get, path = "/epochs", tag = "epochs", operation_id = "listEpochs",
    responses((status = 200, body = [Epoch]), (status = "default", body = Problem)))]
pub async fn list_epochs(reader: Reader) -> Result<Json<Vec<Epoch>>, Problem> {
    let mut conn = reader.snapshot().await?;
    Ok(Json(load(&mut conn, None).await?))
}
