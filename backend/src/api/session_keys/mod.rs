//! Keys that a wallet authorised to sign preferences, so that it need not confirm each one.
pub mod create;
pub mod list;

use super::types::{Account, HexBytes};
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
    /// The wallet's 65 bytes over the other fields
    pub signature: HexBytes,
}
