use serde::Deserialize;

/// `[model]`: the trainer's binary and the model server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelConfig {
    pub rlhf: String,
    pub engine_url: String,
    pub threads: u32,
    pub timeout_s: u32,
}
