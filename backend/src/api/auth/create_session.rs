use super::{Session, SignInRequest, issue};
use crate::{
    api::{
        extract::Body,
        problem::{Problem, RouteError},
    },
    app::AppState,
    auth::siwe,
};
use alloy::{eips::BlockNumberOrTag, primitives::eip191_hash_message};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use chrono::TimeDelta;
use storage::app::{nonces, refresh_tokens};

/// Why a sign-in was refused.
#[derive(Debug, thiserror::Error)]
pub enum CreateSessionError {
    #[error("{0}")]
    Parse(#[from] siwe::ParseError),
    #[error("The nonce is unknown, used or expired; ask for a new one and sign again.")]
    Nonce,
    #[error("{0}")]
    Check(#[from] siwe::CheckError),
    #[error("The signature is not that of {0}; sign with the account that the message names.")]
    Signature(alloy::primitives::Address),
}

impl RouteError for CreateSessionError {
    fn kind(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Parse(_) => (StatusCode::BAD_REQUEST, "invalid-sign-in-message"),
            Self::Nonce => (StatusCode::UNAUTHORIZED, "invalid-nonce"),
            Self::Check(_) => (StatusCode::UNAUTHORIZED, "sign-in-message-not-for-here"),
            Self::Signature(_) => (StatusCode::UNAUTHORIZED, "invalid-signature"),
        }
    }
}

/// Sign in with a wallet (EIP-4361)
///
/// The nonce is used up whatever the outcome, so a message cannot be replayed. Domain, URI and chain id must be those of
/// `/api/v1/config.json`.
#[utoipa::path(post, path = "/auth/sessions", tag = "auth", operation_id = "createSession",
    request_body = SignInRequest,
    responses((status = 201, body = Session, description = "Sets the refresh cookie"),
        (status = "default", body = Problem)))]
pub async fn create_session(
    State(state): State<AppState>,
    Body(request): Body<SignInRequest>,
) -> Result<(StatusCode, HeaderMap, Json<Session>), Problem> {
    let message: siwe::Message = request.message.parse().map_err(CreateSessionError::from)?;
    let now = state.clock.now();
    let mut conn = state.pool.acquire().await?;
    if !nonces::take(&mut conn, &message.nonce, now).await? {
        return Err(CreateSessionError::Nonce.into());
    }
    let expected = siwe::Expected {
        origin: &state.public_url,
        chain_id: state.chain.chain_id,
        now,
        tolerance: TimeDelta::seconds(i64::from(state.config.auth.issued_at_tolerance_s)),
    };
    message.check(&expected).map_err(CreateSessionError::from)?;
    if siwe::recover(&request.message, &request.signature.0) != Some(message.address) {
        // A smart contract wallet.
        let digest = eip191_hash_message(&request.message);
        let latest = BlockNumberOrTag::Latest.into();
        let signed = state.chain.is_signature_of(message.address, digest, &request.signature.0, latest).await;
        if !signed.map_err(Problem::internal)? {
            return Err(CreateSessionError::Signature(message.address).into());
        }
    }
    refresh_tokens::delete_expired(&mut conn, now).await?;
    let (headers, session) = issue(&state, &mut conn, message.address, None).await?;
    Ok((StatusCode::CREATED, headers, session))
}
