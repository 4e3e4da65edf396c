use super::refresh_session::RefreshSessionError;
use crate::{api::problem::Problem, app::AppState, auth::refresh_cookie};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
};
use chrono::TimeDelta;
use storage::app::refresh_tokens::{self, Use};

/// Sign out: the refresh cookie and all tokens that came from the same sign-in are void
///
/// The access token lives on for its remaining minutes; forget it. Needs the header `X-Polity-Csrf`.
#[utoipa::path(delete, path = "/auth/sessions", tag = "auth", operation_id = "deleteSession",
    responses((status = 204, description = "Removes the refresh cookie"), (status = "default", body = Problem)))]
pub async fn delete_session(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<(StatusCode, HeaderMap), Problem> {
    if !refresh_cookie::is_own_page(&state.public_url, &headers) {
        return Err(RefreshSessionError::NotOwnPage.into());
    }
    if let Some(token) = refresh_cookie::get(&state.public_url, &headers) {
        let mut conn = state.pool.acquire().await?;
        let hash = refresh_cookie::hash(&token);
        let used = refresh_tokens::take(&mut conn, hash, state.clock.now(), TimeDelta::zero()).await?;
        if let Use::Accepted { family, .. } | Use::Reused { family } = used {
            refresh_tokens::delete_family(&mut conn, family).await?;
        }
    }
    let mut headers = HeaderMap::new();
    headers.insert(header::SET_COOKIE, refresh_cookie::set(&state.public_url, "", 0));
    Ok((StatusCode::NO_CONTENT, headers))
}
