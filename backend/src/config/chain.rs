use serde::Deserialize;

/// `[chain]`: the RPC endpoint, the deployment on it and the operator's key.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainConfig {
    pub rpc_url: String,
    pub deployment: String,
    pub operator_key_file: String,
    pub poll_ms: u64,
    pub raise_fee_after_s: u64,
}
