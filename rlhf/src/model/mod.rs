//! The language model: configuration, weights, forward passes, adapters and scalar heads.
//!
//! Rows are always right-padded and positions run from 0, so attention is causal without a mask: trailing padding cannot
//! influence the tokens before it. Callers decide what is real by lengths, never by looking for a padding id.
//!
//! To add an architecture: a [`config::Family`] with its tensors, what its blocks do differently in [`llama`], a file like
//! [`gpt2`] if it is stored otherwise, and a golden model for the tests.

pub mod cache;
mod checkpointing;
pub mod config;
pub mod gpt2;
pub mod head;
pub mod llama;
pub mod lora;
pub mod params;
pub mod precision;
pub mod rope;
pub mod token_head;

pub use cache::{KvCache, Prefix};
pub use config::Config;
pub use head::ScalarHead;
pub use llama::{Adapters, Llama};
pub use lora::{Lora, LoraConfig, Module};
pub use params::Params;
pub use precision::Precision;

use std::path::PathBuf;

/// What can go wrong when a model folder is read, checked or written.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    #[error("read {path}")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("write {path}")]
    Write { path: PathBuf, source: std::io::Error },
    #[error("parse {path}")]
    Json { path: PathBuf, source: serde_json::Error },
    #[error("parse {path} as safetensors")]
    Safetensors { path: PathBuf, source: safetensors::SafeTensorError },
    #[error("{path} has neither model.safetensors nor model.safetensors.index.json")]
    NoWeights { path: PathBuf },
    #[error("model.safetensors.index.json names {shard:?}, which is not a plain file name")]
    ShardName { shard: String },
    #[error(
        "unsupported architecture {0:?}; supported are Llama, Qwen2, Qwen3 and GPT-2, as language models and for sequence \
         classification"
    )]
    Architecture(String),
    #[error("unsupported configuration: {0}")]
    Unsupported(String),
    #[error("tensor {0} is missing from the weights")]
    MissingTensor(String),
    #[error("tensor {name} has shape {actual:?}; the configuration asks for {expected:?}")]
    WrongShape { name: String, expected: Vec<i64>, actual: Vec<i64> },
    #[error("tensor {name} has the unsupported element type {dtype}")]
    Dtype { name: String, dtype: String },
    #[error("libtorch: {0}")]
    Torch(#[from] tch::TchError),
}

/// A small random model for tests: 2 layers, grouped heads, 64 positions.
#[cfg(test)]
pub(crate) fn test_model(seed: u64) -> Llama {
    use rand::SeedableRng;
    let config = Config::from_json(serde_json::json!({
        "architectures": ["LlamaForCausalLM"], "vocab_size": 48, "hidden_size": 32, "intermediate_size": 48,
        "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 64,
        "rms_norm_eps": 1e-5,
    }))
    .expect("the keys are complete and the options supported");
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    let params = Params::random(&config, 0.3, &mut rng);
    Llama::new(config, &params, Precision::F32, tch::Device::Cpu)
        .expect("random weights have the right shapes")
}
