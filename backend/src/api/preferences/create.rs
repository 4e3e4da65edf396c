use crate::{
    api::{
        extract::Body,
        problem::{Problem, RouteError},
        types::{Account, Hash, HexBytes},
    },
    app::AppState,
};
use alloy::{primitives::Address, signers::SignerSync};
use axum::{Json, extract::State, http::StatusCode};
use chrono::{DateTime, Utc};
use protocol::{
    Choice,
    eip712::{self, SignatureBytes, SignatureError},
};
use serde::{Deserialize, Serialize};
use storage::app::{
    epochs, preferences, session_keys,
    slots::{self, Slot},
};
use utoipa::ToSchema;

/// An answer (EIP-712 `Preference`), signed by a session key of the labeler.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreatePreference {
    pub epoch: u64,
    pub block: u32,
    /// The labeler's seat in the block
    pub seat: u32,
    pub slot: u16,
    pub task_id: Hash,
    /// 0 A, 1 B, 2 tie, 3 skip
    #[schema(value_type = u8)]
    pub choice: Choice,
    pub labeler: Account,
    pub session_key: Account,
    /// 65 bytes
    pub signature: HexBytes,
}

/// The stored answer's receipt.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreatedPreference {
    pub receipt: Receipt,
}

/// The operator's word that it holds the answer (EIP-712 `Receipt`). Keep it: it proves an answer that was left out.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// EIP-712 `hashStruct` of the `Preference`
    pub preference_hash: Hash,
    /// Unix seconds, as signed
    pub received_at: i64,
    /// The operator's 65 bytes
    pub signature: HexBytes,
}

/// Why an answer was refused.
#[derive(Debug, thiserror::Error)]
pub enum CreatePreferenceError {
    #[error("There is no epoch {0} here.")]
    NoEpoch(u64),
    #[error("Epoch {0} takes no more answers.")]
    Closed(u64),
    #[error("{session_key} may not label for {labeler}: it was not authorised, has expired or was revoked.")]
    SessionKey { session_key: Account, labeler: Account },
    #[error("The signature cannot be read: {0}")]
    Malformed(#[from] SignatureError),
    #[error("The signature must be 65 bytes.")]
    Length,
    #[error("The session key did not sign this answer; check chain id, contract address and all fields.")]
    Signature,
    #[error("{0} has no such slot; answer tasks that were lent to you.")]
    NoSlot(Account),
    #[error("The slot holds task {0}.")]
    OtherTask(Hash),
    #[error("The slot was answered with {0}; an answer cannot be changed.")]
    Answered(u8),
}

impl RouteError for CreatePreferenceError {
    fn kind(&self) -> (StatusCode, &'static str) {
        match self {
            Self::NoEpoch(_) => (StatusCode::NOT_FOUND, "not-found"),
            Self::Closed(_) => (StatusCode::CONFLICT, "epoch-closed"),
            Self::SessionKey { .. } => (StatusCode::FORBIDDEN, "session-key-not-authorised"),
            Self::Malformed(_) | Self::Length | Self::Signature => {
                (StatusCode::UNPROCESSABLE_ENTITY, "invalid-signature")
            }
            Self::NoSlot(_) => (StatusCode::FORBIDDEN, "not-your-slot"),
            Self::OtherTask(_) => (StatusCode::UNPROCESSABLE_ENTITY, "other-task"),
            Self::Answered(_) => (StatusCode::CONFLICT, "already-answered"),
        }
    }
}

/// Answer a task
///
/// The signature says who answers; no access token is needed. Sending the same answer again returns the same receipt
/// with status 200.
#[utoipa::path(post, path = "/preferences", tag = "labels", operation_id = "createPreference",
    request_body = CreatePreference,
    responses((status = 201, body = CreatedPreference), (status = 200, body = CreatedPreference),
        (status = "default", body = Problem)))]
pub async fn create_preference(
    State(state): State<AppState>,
    Body(request): Body<CreatePreference>,
) -> Result<(StatusCode, Json<CreatedPreference>), Problem> {
    let message = message(&request);
    check_signature(&state, &request, &message)?;
    let mut tx = state.pool.begin().await?;
    // Until this transaction ends the epoch cannot be closed, so a receipt means that the answer is in the bundle.
    let epoch = epochs::find_unclosable(&mut tx, request.epoch).await?;
    let epoch = epoch.ok_or(CreatePreferenceError::NoEpoch(request.epoch))?;
    let slot = Slot {
        epoch: request.epoch,
        block: request.block,
        seat: request.seat,
        slot: request.slot,
        labeler: request.labeler.0,
    };
    if let Some(stored) = preferences::find(&mut tx, &slot).await? {
        return repeat(&stored, &message);
    }
    if epoch.closed_at.is_some() {
        return Err(CreatePreferenceError::Closed(request.epoch).into());
    }
    let now = state.clock.now();
    let key = session_keys::find_for_signing(&mut tx, request.session_key.0).await?;
    if !key.is_some_and(|key| key.may_label(request.labeler.0, now)) {
        let (session_key, labeler) = (request.session_key, request.labeler);
        return Err(CreatePreferenceError::SessionKey { session_key, labeler }.into());
    }
    let task = slots::find_task(&mut tx, &slot).await?;
    let task = Hash(task.ok_or(CreatePreferenceError::NoSlot(request.labeler))?);
    if task != request.task_id {
        return Err(CreatePreferenceError::OtherTask(task).into());
    }
    let preference = countersign(&state, &request, &message, now)?;
    if !preferences::insert(&mut tx, &preference).await? {
        // Another request with an answer to this slot came first.
        let stored = preferences::find(&mut tx, &slot).await?;
        return stored
            .map_or(Err(CreatePreferenceError::Closed(request.epoch).into()), |s| repeat(&s, &message));
    }
    slots::mark_answered(&mut tx, &slot, now).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, receipt(&preference, &message)))
}

fn message(request: &CreatePreference) -> eip712::Preference {
    eip712::Preference {
        epoch: request.epoch,
        block: request.block,
        seat: request.seat,
        slot: request.slot,
        task_id: request.task_id.0,
        choice: request.choice,
        labeler: request.labeler.0,
    }
}

fn check_signature(
    state: &AppState,
    request: &CreatePreference,
    message: &eip712::Preference,
) -> Result<(), CreatePreferenceError> {
    let domain = eip712::domain(state.chain.chain_id, state.chain.deployment.contracts.label_epochs);
    let signature =
        SignatureBytes::try_from(request.signature.0.as_ref()).map_err(|_| CreatePreferenceError::Length)?;
    let signer: Address = eip712::recover(&message.signing_hash(&domain), &signature)?;
    if signer == request.session_key.0 { Ok(()) } else { Err(CreatePreferenceError::Signature) }
}

/// The row with the operator's receipt.
fn countersign(
    state: &AppState,
    request: &CreatePreference,
    message: &eip712::Preference,
    now: DateTime<Utc>,
) -> Result<preferences::Preference, Problem> {
    let received_s = now.timestamp();
    let receipt =
        eip712::Receipt { preference_hash: message.hash_struct(), received_at: received_s.cast_unsigned() };
    let domain = eip712::domain(state.chain.chain_id, state.chain.deployment.contracts.label_epochs);
    let signed =
        state.chain.operator.sign_hash_sync(&receipt.signing_hash(&domain)).map_err(Problem::internal)?;
    Ok(preferences::Preference {
        epoch: request.epoch,
        block: request.block,
        seat: request.seat,
        slot: request.slot,
        labeler: request.labeler.0,
        task_id: request.task_id.0,
        choice: request.choice,
        session_key: request.session_key.0,
        signature: request.signature.0.to_vec(),
        receipt: signed.as_bytes().to_vec(),
        received_at: DateTime::from_timestamp(received_s, 0).unwrap_or(now),
    })
}

/// The receipt of an answer that is stored already, if it is the same answer.
fn repeat(
    stored: &preferences::Preference,
    message: &eip712::Preference,
) -> Result<(StatusCode, Json<CreatedPreference>), Problem> {
    if stored.task_id != message.task_id || stored.choice != message.choice {
        return Err(CreatePreferenceError::Answered(stored.choice.into()).into());
    }
    Ok((StatusCode::OK, receipt(stored, message)))
}

fn receipt(stored: &preferences::Preference, message: &eip712::Preference) -> Json<CreatedPreference> {
    Json(CreatedPreference {
        receipt: Receipt {
            preference_hash: Hash(message.hash_struct()),
            received_at: stored.received_at.timestamp(),
            signature: HexBytes(stored.receipt.clone().into()),
        },
    })
}
