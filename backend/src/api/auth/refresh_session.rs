use super::{Session, issue};
use crate::{
    api::problem::{Problem, RouteError},
    app::AppState,
    auth::refresh_cookie,
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use chrono::TimeDelta;
use storage::app::refresh_tokens::{self, Use};

/// Two tabs may present the same token within this time.
const GRACE: TimeDelta = TimeDelta::seconds(10);

/// Why a session was not refreshed.
#[derive(Debug, thiserror::Error)]
pub enum RefreshSessionError {
    #[error("Set the header X-Polity-Csrf and call from this site.")]
    NotOwnPage,
    #[error("There is no refresh cookie, or it has expired; sign in again.")]
    SignedOut,
    #[error(
        "The refresh token was used before, so a copy of it is about; all its sessions are ended. Sign in again."
    )]
    Reused,
}

impl RouteError for RefreshSessionError {
    fn kind(&self) -> (StatusCode, &'static str) {
        match self {
            Self::NotOwnPage => (StatusCode::FORBIDDEN, "cross-site-request"),
            Self::SignedOut => (StatusCode::UNAUTHORIZED, "signed-out"),
            Self::Reused => (StatusCode::UNAUTHORIZED, "refresh-token-reused"),
        }
    }
}

/// Get a new access token for the refresh cookie
///
/// The cookie is replaced at each use. Needs the header `X-Polity-Csrf`.
#[utoipa::path(post, path = "/auth/sessions/refresh", tag = "auth", operation_id = "refreshSession",
    responses((status = 200, body = Session, description = "Replaces the refresh cookie"),
        (status = "default", body = Problem)))]
pub async fn refresh_session(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<(HeaderMap, Json<Session>), Problem> {
    if !refresh_cookie::is_own_page(&state.public_url, &headers) {
        return Err(RefreshSessionError::NotOwnPage.into());
    }
    let token = refresh_cookie::get(&state.public_url, &headers).ok_or(RefreshSessionError::SignedOut)?;
    let mut tx = state.pool.begin().await?;
    let used = refresh_tokens::take(&mut tx, refresh_cookie::hash(&token), state.clock.now(), GRACE).await?;
    let answer = match used {
        Use::Accepted { family, account } => issue(&state, &mut tx, account, Some(family)).await,
        Use::Reused { family } => {
            refresh_tokens::delete_family(&mut tx, family).await?;
            Err(RefreshSessionError::Reused.into())
        }
        Use::Unknown => Err(RefreshSessionError::SignedOut.into()),
    };
    tx.commit().await?;
    answer
}
