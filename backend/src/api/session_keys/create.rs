use super::SessionKeyAuthorization;
use crate::{
    api::{
        extract::{Body, SignedIn},
        problem::{Problem, RouteError},
        types::Account,
    },
    app::AppState,
};
use alloy::primitives::{Address, B256};
use axum::{Json, extract::State, http::StatusCode};
use chrono::{DateTime, Utc};
use protocol::eip712::{self, LABEL_SCOPE, SignatureBytes};
use storage::app::session_keys::{self, SessionKey};

/// Most time that a key may live: a forgotten browser should not label next year.
const MAX_TTL_S: u64 = 90 * 24 * 3600;
/// Most bytes that a contract wallet may need to prove that it signed: dozens of owners.
const MAX_SIGNATURE_BYTES: usize = 8192;

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
    #[error("The authorisation has {0} bytes; at most {MAX_SIGNATURE_BYTES} are taken.")]
    Length(usize),
    #[error(
        "Neither the wallet's key nor a contract at its address signed the authorisation; check chain id, contract \
         address and all fields."
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
            Self::Length(_) | Self::Signature => (StatusCode::UNPROCESSABLE_ENTITY, "invalid-signature"),
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
    let digest = authorization.signing_hash(&domain);
    let verified_block = verify(&state, request.labeler.0, digest, &request.signature.0).await?;
    let key = SessionKey {
        session_key: request.session_key.0,
        labeler: request.labeler.0,
        scope: request.scope.clone(),
        expires_at: expiry(request.expires_at).ok_or(CreateSessionKeyError::Expiry)?,
        signature: request.signature.0.to_vec(),
        verified_block,
        revoked_at: None,
    };
    let mut conn = state.pool.acquire().await?;
    if !session_keys::insert(&mut conn, &key).await? {
        return Err(CreateSessionKeyError::Taken.into());
    }
    Ok((StatusCode::CREATED, Json(request)))
}

/// The block at which the wallet's contract confirmed the signature; `None` when the wallet's key made it.
async fn verify(
    state: &AppState,
    wallet: Address,
    digest: B256,
    signature: &[u8],
) -> Result<Option<u64>, Problem> {
    if signature.len() > MAX_SIGNATURE_BYTES {
        return Err(CreateSessionKeyError::Length(signature.len()).into());
    }
    let of_key = SignatureBytes::try_from(signature).ok();
    if of_key.is_some_and(|signature| eip712::recover(&digest, &signature) == Ok(wallet)) {
        return Ok(None);
    }
    // The number is stored, so that anybody can ask the same question again.
    let block = state.chain.head().await.map_err(Problem::internal)?.number;
    let confirmed = state.chain.is_signature_of(wallet, digest, signature, block.into()).await;
    if !confirmed.map_err(Problem::internal)? {
        return Err(CreateSessionKeyError::Signature.into());
    }
    Ok(Some(block))
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
