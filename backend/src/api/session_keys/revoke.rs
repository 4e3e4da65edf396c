use crate::{
    api::{
        extract::{Path, SignedIn},
        problem::{Problem, RouteError},
        types::Account,
    },
    app::AppState,
};
use axum::{extract::State, http::StatusCode};
use storage::app::session_keys;

/// Why a key was not revoked.
#[derive(Debug, thiserror::Error)]
pub enum RevokeSessionKeyError {
    #[error("{labeler} has no session key {session_key}.")]
    NoKey { session_key: Account, labeler: Account },
}

impl RouteError for RevokeSessionKeyError {
    fn kind(&self) -> (StatusCode, &'static str) {
        match self {
            Self::NoKey { .. } => (StatusCode::NOT_FOUND, "not-found"),
        }
    }
}

/// Take a session key back for good
///
/// Answers that it signs are refused from now on; those already stored stay. Repeating it changes nothing.
#[utoipa::path(delete, path = "/session-keys/{sessionKey}", tag = "labels", operation_id = "revokeSessionKey",
    security(("accessToken" = [])), params(("sessionKey" = Account, Path)),
    responses((status = 204), (status = "default", body = Problem)))]
pub async fn revoke_session_key(
    State(state): State<AppState>,
    caller: SignedIn,
    Path(session_key): Path<Account>,
) -> Result<StatusCode, Problem> {
    let mut conn = state.pool.acquire().await?;
    let now = state.clock.now();
    if session_keys::revoke(&mut conn, session_key.0, caller.0, now).await? {
        tracing::info!(session_key = %session_key, labeler = %caller.account(), "revoked a session key");
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(RevokeSessionKeyError::NoKey { session_key, labeler: caller.account() }.into())
}
