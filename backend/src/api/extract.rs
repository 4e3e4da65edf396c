//! What handlers take from a request, with problems for what is wrong with it.
use super::{problem::Problem, types::Account};
use crate::{app::AppState, settled};
use alloy::primitives::Address;
use axum::{
    extract::{FromRequest, FromRequestParts},
    http::{HeaderMap, StatusCode, header, request::Parts},
};

/// A JSON body.
#[derive(FromRequest)]
#[from_request(via(axum::Json), rejection(Problem))]
pub struct Body<T>(pub T);

/// Parts of the path.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Problem))]
pub struct Path<T>(pub T);

/// The query string.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Problem))]
pub struct Query<T>(pub T);

/// The signed-in account.
pub struct SignedIn(pub Address);

/// A signed-in account that may manage campaigns and runs: named in `auth.admins`, or a holder of the OPERATOR role.
pub struct Admin;

impl SignedIn {
    /// The account as it is written in answers.
    pub fn account(&self) -> Account {
        Account(self.0)
    }
}

/// The account of a valid access token in the Authorization header.
pub fn bearer(state: &AppState, headers: &HeaderMap) -> Option<Address> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let token = value.strip_prefix("Bearer ").or_else(|| value.strip_prefix("bearer "))?;
    state.access_tokens.verify(token, state.clock.unix_s())
}

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        bearer(state, &parts.headers).map(Self).ok_or_else(|| {
            let detail =
                "Sign in with your wallet; an access token lives for some minutes and is then refreshed.";
            Problem::new(StatusCode::UNAUTHORIZED, "not-signed-in", detail)
        })
    }
}

impl FromRequestParts<AppState> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let SignedIn(account) = SignedIn::from_request_parts(parts, state).await?;
        if is_admin(state, account).await? {
            return Ok(Self);
        }
        let detail =
            format!("{account} is no admin: it is not in auth.admins and does not hold the OPERATOR role.");
        Err(Problem::new(StatusCode::FORBIDDEN, "not-admin", detail))
    }
}

/// Whether an account may manage campaigns and runs.
pub async fn is_admin(state: &AppState, account: Address) -> Result<bool, sqlx::Error> {
    if state.config.auth.admins.contains(&account) {
        return Ok(true);
    }
    settled::holds_role(state, protocol::roles::OPERATOR, account).await
}
