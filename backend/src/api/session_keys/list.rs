use super::SessionKeyAuthorization;
use crate::{
    api::{
        extract::SignedIn,
        problem::Problem,
        types::{Account, HexBytes},
    },
    app::AppState,
};
use axum::{Json, extract::State};
use storage::app::session_keys;

/// The caller's session keys that can still sign
#[utoipa::path(get, path = "/session-keys", tag = "labels", operation_id = "listSessionKeys",
    security(("accessToken" = [])),
    responses((status = 200, body = [SessionKeyAuthorization]), (status = "default", body = Problem)))]
pub async fn list_session_keys(
    State(state): State<AppState>,
    caller: SignedIn,
) -> Result<Json<Vec<SessionKeyAuthorization>>, Problem> {
    let now = state.clock.now();
    let mut conn = state.pool.acquire().await?;
    let keys = session_keys::list_by_labeler(&mut conn, caller.0).await?;
    let live = keys.into_iter().filter(|key| key.may_label(caller.0, now));
    Ok(Json(
        live.map(|key| SessionKeyAuthorization {
            labeler: Account(key.labeler),
            session_key: Account(key.session_key),
            scope: key.scope,
            expires_at: key.expires_at.timestamp().cast_unsigned(),
            signature: HexBytes(key.signature.into()),
        })
        .collect(),
    ))
}
