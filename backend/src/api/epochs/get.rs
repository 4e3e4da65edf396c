use super::{Epoch, find};
use crate::{
    api::{extract::Path, problem::Problem},
    app::AppState,
};
use axum::{Json, extract::State};

/// One epoch
#[utoipa::path(get, path = "/epochs/{epoch}", tag = "epochs", operation_id = "getEpoch",
    params(("epoch" = u64, Path)),
    responses((status = 200, body = Epoch), (status = "default", body = Problem)))]
pub async fn get_epoch(
    State(state): State<AppState>,
    Path(epoch): Path<u64>,
) -> Result<Json<Epoch>, Problem> {
    let mut conn = state.pool.acquire().await?;
    Ok(Json(find(&mut conn, epoch).await?))
}
