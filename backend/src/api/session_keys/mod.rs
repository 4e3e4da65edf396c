//! Keys that a wallet authorised to sign preferences, so that it need not confirm each one.
pub mod create;
pub mod list;
pub mod revoke;

use super::types::{Account, HexBytes};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A wallet's authorisation (EIP-712 `SessionKeyAuthorization`).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SessionKeyAuthorization {
    pub labeler: Account,
    pub session_key: Account,
    /// `label`
    pub scope: String,
    /// Unix seconds, as signed
    pub expires_at: u64,
    /// Over the other fields: 65 bytes of the wallet's key, or what its contract takes (ERC-1271)
    pub signature: HexBytes,
}

/// A key that the caller authorised, whether or not it can still sign.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionKey {
    pub labeler: Account,
    pub session_key: Account,
    /// `label`
    pub scope: String,
    /// Unix seconds, as signed
    pub expires_at: u64,
    pub signature: HexBytes,
    /// For a contract wallet: the block at which its `isValidSignature` said yes
    pub verified_block: Option<u64>,
    /// From when on its answers are refused
    pub revoked_at: Option<DateTime<Utc>>,
}

impl From<storage::app::session_keys::SessionKey> for SessionKey {
    fn from(key: storage::app::session_keys::SessionKey) -> Self {
        Self {
            labeler: Account(key.labeler),
            session_key: Account(key.session_key),
            scope: key.scope,
            expires_at: key.expires_at.timestamp().cast_unsigned(),
            signature: HexBytes(key.signature.into()),
            verified_block: key.verified_block,
            revoked_at: key.revoked_at,
        }
    }
}
