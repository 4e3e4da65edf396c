use super::SessionKeyAuthorization;
use crate::{
    api::{
        extract::{Body, SignedIn},
        problem::{Problem, RouteError},
        types::Account,
    },
    app::AppState,
};
use axum::{Json, extract::State, http::StatusCode};
use chrono::{DateTime, Utc};
use protocol::eip712::{self, LABEL_SCOPE, SignatureBytes, SignatureError};
use storage::app::session_keys::{self, SessionKey};

/// Most time that a key may live: a forgotten browser should not label next year.
const MAX_TTL_S: u64 = 90 * 24 * 3600;

/// Why a session key was refused.
#[derive(Debug, thiserror::Error)]
pub enum CreateSessionKeyError {
    #[error("You are signed in as {signed_in}; sign in as {labeler} to authorise its keys.")]
    OtherLabeler { signed_in: Account, labeler: Account },
    #[error("The scope must be `label`.")]
    Scope,
    #[error("expiresAt must be in the future and at most 90 days away.")]
    Expiry,
    #[error("The session key must be another key than the wallet's.")]
    SameKey,
    #[error("The signature cannot be read: {0}")]
    Malformed(#[from] SignatureError),
    #[error(
        "The authorisation must be 65 bytes signed by the wallet's key; contract wallets cannot authorise one yet."
    )]
    Length,
    #[error(
        "The authorisation is not signed by the wallet; check chain id, contract address and all fields."
    )]
    Signature,
    #[error("The session key is in use by another wallet or was revoked; make a new one.")]
    Taken,
}

impl RouteError for CreateSessionKeyError {
    fn kind(&self) -> (StatusCode, &'static str) {
        match self {
            Self::OtherLabeler { .. } => (StatusCode::FORBIDDEN, "other-labeler"),
            Self::Scope | Self::Expiry | Self::SameKey => {
                (StatusCode::UNPROCESSABLE_ENTITY, "invalid-session-key")
            }
            Self::Malformed(_) | Self::Length | Self::Signature => {
                (StatusCode::UNPROCESSABLE_ENTITY, "invalid-signature")
            }
            Self::Taken => (StatusCode::CONFLICT, "session-key-taken"),
        }
    }
}

/// Authorise a session key to sign preferences
#[utoipa::path(post, path = "/session-keys", tag = "labels", operation_id = "createSessionKey",
    security(("accessToken" = [])), request_body = SessionKeyAuthorization,
    responses((status = 201, body = SessionKeyAuthorization), (status = "default", body = Problem)))]
pub async fn create_session_key(
    State(state): State<AppState>,
    caller: SignedIn,
    Body(request): Body<SessionKeyAuthorization>,
) -> Result<(StatusCode, Json<SessionKeyAuthorization>), Problem> {
    check(&request, caller.account(), state.clock.unix_s())?;
    let authorization = eip712::SessionKeyAuthorization {
        labeler: request.labeler.0,
        session_key: request.session_key.0,
        scope: request.scope.clone(),
        expires_at: request.expires_at,
    };
    let domain = eip712::domain(state.chain.chain_id, state.chain.deployment.contracts.label_epochs);
    let signature =
        SignatureBytes::try_from(request.signature.0.as_ref()).map_err(|_| CreateSessionKeyError::Length)?;
    let signer = eip712::recover(&authorization.signing_hash(&domain), &signature)
        .map_err(CreateSessionKeyError::from)?;
    if signer != request.labeler.0 {
        return Err(CreateSessionKeyError::Signature.into());
    }
    let key = SessionKey {
        session_key: request.session_key.0,
        labeler: request.labeler.0,
        scope: request.scope.clone(),
        expires_at: expiry(request.expires_at).ok_or(CreateSessionKeyError::Expiry)?,
        signature: request.signature.0.to_vec(),
        revoked_at: None,
    };
    let mut conn = state.pool.acquire().await?;
    if !session_keys::insert(&mut conn, &key).await? {
        return Err(CreateSessionKeyError::Taken.into());
    }
    Ok((StatusCode::CREATED, Json(request)))
}

fn expiry(unix_s: u64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(i64::try_from(unix_s).ok()?, 0)
}

fn check(
    request: &SessionKeyAuthorization,
    signed_in: Account,
    now_s: u64,
) -> Result<(), CreateSessionKeyError> {
    if request.labeler != signed_in {
        return Err(CreateSessionKeyError::OtherLabeler { signed_in, labeler: request.labeler });
    }
    if request.scope != LABEL_SCOPE {
        return Err(CreateSessionKeyError::Scope);
    }
    if request.expires_at <= now_s || request.expires_at > now_s + MAX_TTL_S {
        return Err(CreateSessionKeyError::Expiry);
    }
    if request.session_key == request.labeler {
        return Err(CreateSessionKeyError::SameKey);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::types::HexBytes;
    use alloy::primitives::Address;

    #[test]
    fn names_what_is_wrong_with_a_request() {
        let me = Account(Address::repeat_byte(1));
        let good = SessionKeyAuthorization {
            labeler: me,
            session_key: Account(Address::repeat_byte(2)),
            scope: "label".into(),
            expires_at: 2_000,
            signature: HexBytes(vec![0; 65].into()),
        };
        assert!(check(&good, me, 1_000).is_ok());
        let other = Account(Address::repeat_byte(3));
        assert!(matches!(check(&good, other, 1_000), Err(CreateSessionKeyError::OtherLabeler { .. })));
        assert!(matches!(check(&good, me, 2_000), Err(CreateSessionKeyError::Expiry)));
        let late = SessionKeyAuthorization { expires_at: 1_001 + MAX_TTL_S, ..good.clone() };
        assert!(matches!(check(&late, me, 1_000), Err(CreateSessionKeyError::Expiry)));
        let scope = SessionKeyAuthorization { scope: "vote".into(), ..good.clone() };
        assert!(matches!(check(&scope, me, 1_000), Err(CreateSessionKeyError::Scope)));
        let same = SessionKeyAuthorization { session_key: me, ..good };
        assert!(matches!(check(&same, me, 1_000), Err(CreateSessionKeyError::SameKey)));
    }
}
