//! Sign-in with a wallet, sessions and their refresh.
pub mod create_nonce;
pub mod create_session;
pub mod delete_session;
pub mod refresh_session;

use super::{
    problem::Problem,
    types::{Account, HexBytes},
};
use crate::{
    app::AppState,
    auth::{random_bytes, refresh_cookie},
};
use alloy::primitives::Address;
use axum::{
    Json,
    http::{HeaderMap, header},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use storage::app::refresh_tokens;
use utoipa::ToSchema;
use uuid::Uuid;

/// An access token. The refresh token is in the cookie that comes with it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// For the header `Authorization: Bearer …`
    pub access_token: String,
    pub expires_at: DateTime<Utc>,
    pub account: Account,
}

/// A signed EIP-4361 message.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignInRequest {
    /// The text as the wallet showed it
    pub message: String,
    /// 65 bytes of a key (EIP-191), or what a contract wallet accepts (EIP-1271)
    pub signature: HexBytes,
}

/// Issue an access token and the next refresh token of a family (a new family at sign-in).
async fn issue(
    state: &AppState,
    conn: &mut PgConnection,
    account: Address,
    family: Option<Uuid>,
) -> Result<(HeaderMap, Json<Session>), Problem> {
    let now = state.clock.now();
    let family = family.unwrap_or_else(|| uuid::Builder::from_random_bytes(random_bytes()).into_uuid());
    let ttl_s = state.config.auth.refresh_ttl_s;
    let (token, hash) = refresh_cookie::generate();
    let expires_at = now + TimeDelta::seconds(i64::from(ttl_s));
    refresh_tokens::insert(conn, hash, family, account, expires_at).await?;
    let (access_token, expires_s) =
        state.access_tokens.issue(account, state.clock.unix_s()).map_err(Problem::internal)?;
    let expires_at = DateTime::from_timestamp(expires_s.cast_signed(), 0).unwrap_or(now);
    let mut headers = HeaderMap::new();
    headers.insert(header::SET_COOKIE, refresh_cookie::set(&state.public_url, &token, ttl_s));
    Ok((headers, Json(Session { access_token, expires_at, account: Account(account) })))
}
