use super::{Epoch, load};
use crate::{api::problem::Problem, app::AppState};
use axum::{Json, extract::State};

/// All epochs, the newest first
#[utoipa::path(get, path = "/epochs", tag = "epochs", operation_id = "listEpochs",
    responses((status = 200, body = [Epoch]), (status = "default", body = Problem)))]
pub async fn list_epochs(State(state): State<AppState>) -> Result<Json<Vec<Epoch>>, Problem> {
    let mut conn = state.pool.acquire().await?;
    Ok(Json(load(&mut conn, None).await?))
}
