//! An OpenAI-compatible server for one checkpoint, which it serves only if the hashes are those it was told to expect.
//!
//! HTTP runs on tokio; generation on one thread of its own ([`engine`]). To add a route: its request in [`request`], its
//! answer in [`response`], its handler in [`routes`].

mod engine;
mod error;
mod request;
mod response;
mod routes;

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use alloy_primitives::B256;
use serde::Serialize;
use tch::Device;

use crate::{
    model::{Config, Llama, ModelError, Precision},
    run::{Checkpoint, CheckpointError},
    tokenizer::{Tokenizer, TokenizerError},
};

pub use engine::Engine;
pub use routes::router;

/// What to serve and where.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    pub model: PathBuf,
    /// Manifest hash of the only checkpoint that may be served.
    pub expect: B256,
    /// Port 0 takes a free one.
    pub listen: SocketAddr,
    /// The `model` of every answer.
    pub model_id: String,
    /// None takes the faster one for the model on this processor.
    pub precision: Option<Precision>,
    /// Seed for requests that bring none.
    pub seed: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("open the checkpoint")]
    Checkpoint(#[from] CheckpointError),
    #[error("load the model")]
    Model(#[from] ModelError),
    #[error("load the tokenizer")]
    Tokenizer(#[from] TokenizerError),
    #[error("{0} is a reward model and cannot write text")]
    NotGenerative(PathBuf),
    #[error("start the engine's thread")]
    Thread(#[source] std::io::Error),
    #[error("listen on {address}")]
    Listen { address: SocketAddr, source: std::io::Error },
    #[error("serve requests")]
    Serve(#[source] std::io::Error),
}

/// What the handlers share.
#[derive(Debug)]
pub struct Service {
    pub(crate) engine: Engine,
    pub(crate) tokenizer: Arc<Tokenizer>,
    pub(crate) model_id: String,
    /// Longest prompt and completion together.
    pub(crate) context: usize,
}

impl Service {
    /// Starts the engine for a loaded model.
    ///
    /// # Errors
    /// [`ServeError::Thread`].
    pub fn start(
        model: Llama,
        tokenizer: Tokenizer,
        model_id: String,
        seed: u64,
    ) -> Result<Self, ServeError> {
        let (tokenizer, context) = (Arc::new(tokenizer), model.max_positions() as usize);
        let engine = Engine::start(model, Arc::clone(&tokenizer), seed).map_err(ServeError::Thread)?;
        Ok(Self { engine, tokenizer, model_id, context })
    }
}

/// Checks and loads the checkpoint, reports the address as one JSON line on standard output, and serves until `shutdown`
/// completes; requests in progress are finished.
///
/// # Errors
/// [`ServeError`] when the checkpoint is not the expected one, cannot be loaded, or the address is taken.
pub async fn serve(
    options: ServeOptions,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let checkpoint = Checkpoint::open_expected(&options.model, options.expect)?;
    let config = Config::load(&checkpoint.dir)?;
    if !config.has_lm_head() {
        return Err(ServeError::NotGenerative(options.model));
    }
    let precision = options.precision.unwrap_or_else(|| Precision::fastest_for(&config, Device::Cpu));
    let model = Llama::load(&checkpoint.dir, precision, Device::Cpu)?;
    let tokenizer = Tokenizer::load(&checkpoint.dir)?;
    let service = Service::start(model, tokenizer, options.model_id, options.seed)?;
    let cannot_listen = |source| ServeError::Listen { address: options.listen, source };
    let listener = tokio::net::TcpListener::bind(options.listen).await.map_err(cannot_listen)?;
    let address = listener.local_addr().map_err(cannot_listen)?;
    announce(address);
    tracing::info!(%address, manifest_hash = %checkpoint.hash, precision = precision.name(), "serving");
    axum::serve(listener, router(Arc::new(service)))
        .with_graceful_shutdown(shutdown)
        .await
        .map_err(ServeError::Serve)
}

fn announce(address: SocketAddr) {
    #[derive(Serialize)]
    struct Listening {
        event: &'static str,
        addr: SocketAddr,
    }
    let line = Listening { event: "listening", addr: address };
    println!("{}", serde_json::to_string(&line).expect("an address is plain data"));
}

#[cfg(test)]
mod tests;
