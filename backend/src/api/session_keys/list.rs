use super::SessionKey;
use crate::{
    api::{extract::SignedIn, problem::Problem},
    app::AppState,
};
use axum::{Json, extract::State};
use storage::app::session_keys;

/// The caller's session keys, the latest expiry first, with those that expired or were revoked
#[utoipa::path(get, path = "/session-keys", tag = "labels", operation_id = "listSessionKeys",
    security(("accessToken" = [])),
    responses((status = 200, body = [SessionKey]), (status = "default", body = Problem)))]
pub async fn list_session_keys(
    State(state): State<AppState>,
    caller: SignedIn,
) -> Result<Json<Vec<SessionKey>>, Problem> {
    let mut conn = state.pool.acquire().await?;
    let keys = session_keys::list_by_labeler(&mut conn, caller.0).await?;
    Ok(Json(keys.into_iter().map(SessionKey::from).collect()))
}
