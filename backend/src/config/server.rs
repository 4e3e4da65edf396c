use serde::Deserialize;

/// `[server]`: the listening socket, the public origin and the limits on callers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerConfig {
    pub listen: String,
    pub public_url: String,
    pub metrics_listen: String,
    pub max_body_bytes: usize,
    pub stalled_reader_s: u64,
    pub writes_per_minute: u32,
    pub sign_ins_per_minute: u32,
    pub completions_per_minute: u32,
}
