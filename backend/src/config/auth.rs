use alloy::primitives::Address;
use serde::Deserialize;

/// `[auth]`: lifetimes of tokens and nonces, and who is an admin besides the OPERATOR role.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthConfig {
    pub access_ttl_s: u32,
    pub refresh_ttl_s: u32,
    pub nonce_ttl_s: u32,
    pub issued_at_tolerance_s: u32,
    pub max_nonces: u32,
    pub admins: Vec<Address>,
}
