use crate::{api::problem::Problem, app::AppState, auth::random_bytes};
use axum::{Json, extract::State, http::StatusCode};
use chrono::TimeDelta;
use serde::Serialize;
use storage::app::nonces;
use utoipa::ToSchema;

/// A number to put into a sign-in message.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Nonce {
    /// Letters and digits; good for one sign-in within a few minutes
    pub nonce: String,
}

/// Get a nonce for a sign-in message
#[utoipa::path(post, path = "/auth/nonces", tag = "auth", operation_id = "createNonce",
    responses((status = 201, body = Nonce), (status = "default", body = Problem)))]
pub async fn create_nonce(State(state): State<AppState>) -> Result<(StatusCode, Json<Nonce>), Problem> {
    let now = state.clock.now();
    let config = &state.config.auth;
    let nonce = alloy::hex::encode(random_bytes::<16>());
    let expires_at = now + TimeDelta::seconds(i64::from(config.nonce_ttl_s));
    let mut conn = state.pool.acquire().await?;
    if !nonces::insert(&mut conn, &nonce, expires_at, now, config.max_nonces).await? {
        let detail = "Too many people are signing in at this moment; try again in a minute.";
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too-many-nonces", detail));
    }
    Ok((StatusCode::CREATED, Json(Nonce { nonce })))
}
