//! An OpenAI-compatible server for one checkpoint, which it serves only if the hashes are those it was told to expect.
//!
//! HTTP runs on tokio; generation on threads of its own ([`engine`]), where the rows of all requests are decoded together.
//! To add a parameter: [`request`]; to add a route: [`routes`].

mod answer;
mod choice;
mod control;
mod engine;
mod error;
mod fields;
mod metrics;
mod prefixes;
mod queue;
mod request;
mod response;
mod routes;

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

use alloy_primitives::B256;
use axum::serve::ListenerExt;
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use tch::Device;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use crate::{
    model::{Config, Llama, ModelError, Precision},
    run::{Checkpoint, CheckpointError},
    tokenizer::{Tokenizer, TokenizerError},
};

pub use engine::{Engine, EngineError, Event, Generation};
pub use metrics::Metrics;
pub use routes::router;

/// Models in memory at a time: the served one, and one that is being loaded or finishes its requests.
const MAX_MODELS: usize = 2;
/// Between two moves of measurements into their buckets.
const TIDY: Duration = Duration::from_secs(20);

/// A checkpoint and what to call it.
#[derive(Debug, Clone)]
pub struct ModelFolder {
    pub model: PathBuf,
    /// Manifest hash of the only checkpoint that may be served.
    pub expect: B256,
    /// The `model` of every answer.
    pub model_id: String,
}

/// How much the server takes on.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Threads that decode, each with slots of its own.
    pub engines: usize,
    /// Completions that one engine decodes together.
    pub rows: usize,
    /// Prompts that may wait; more are refused, so that a client can turn elsewhere.
    pub queue: usize,
    /// Answers that are written at a time, read or not.
    pub answers: usize,
    pub body_bytes: usize,
    /// Keys and values of the rows of one engine; one row alone may have more.
    pub kv_bytes: usize,
    /// Keys and values of prompts before, all engines together.
    pub prefix_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            engines: std::thread::available_parallelism().map_or(1, usize::from),
            rows: 16,
            queue: 64,
            answers: 256,
            body_bytes: 4 << 20,
            kv_bytes: 1 << 30,
            prefix_bytes: 256 << 20,
        }
    }
}

/// What to serve and where.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    pub folder: ModelFolder,
    /// Port 0 takes a free one.
    pub listen: SocketAddr,
    /// None takes the faster one for the model on this processor.
    pub precision: Option<Precision>,
    /// Seed for requests that bring none.
    pub seed: u64,
    pub limits: Limits,
    /// Read other models to serve from standard input.
    pub obey_stdin: bool,
    /// End when standard input does.
    pub exit_with_parent: bool,
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
    #[error("start the engine's threads")]
    Thread(#[source] std::io::Error),
    #[error("listen on {address}")]
    Listen { address: SocketAddr, source: std::io::Error },
    #[error("serve requests")]
    Serve(#[source] std::io::Error),
    #[error("an engine failed")]
    Engine,
}

/// One model that is served.
#[derive(Debug)]
pub struct Served {
    engine: Engine,
    tokenizer: Arc<Tokenizer>,
    model_id: String,
    manifest_hash: B256,
    /// Longest prompt and completion together.
    context: usize,
    vocab_size: i64,
    /// Unix seconds.
    since: u64,
}

/// What the handlers share.
#[derive(Debug)]
pub struct Service {
    served: RwLock<Arc<Served>>,
    limits: Limits,
    precision: Option<Precision>,
    seeds: Mutex<ChaCha8Rng>,
    /// For models in memory, and for answers that are written.
    rooms: Arc<Semaphore>,
    places: Arc<Semaphore>,
    metrics: Arc<Metrics>,
    failure: Arc<Notify>,
}

/// A model in memory.
#[derive(Debug)]
pub struct Loaded {
    pub model: Llama,
    pub tokenizer: Tokenizer,
    pub model_id: String,
    pub manifest_hash: B256,
}

impl Loaded {
    /// Checks the hashes of a checkpoint and reads it.
    ///
    /// # Errors
    /// [`ServeError`] when it is not the expected one or cannot be loaded.
    pub fn load(folder: &ModelFolder, precision: Option<Precision>) -> Result<Self, ServeError> {
        let checkpoint = Checkpoint::open_expected(&folder.model, folder.expect)?;
        let config = Config::load(&checkpoint.dir)?;
        if !config.has_lm_head() {
            return Err(ServeError::NotGenerative(folder.model.clone()));
        }
        let precision = precision.unwrap_or_else(|| Precision::fastest_for(&config, Device::Cpu));
        let model = Llama::load(&checkpoint.dir, precision, Device::Cpu)?;
        let tokenizer = Tokenizer::load(&checkpoint.dir)?;
        tracing::info!(manifest_hash = %checkpoint.hash, precision = precision.name(), "loaded");
        Ok(Self { model, tokenizer, model_id: folder.model_id.clone(), manifest_hash: checkpoint.hash })
    }
}

impl Service {
    /// Starts the engines of a loaded model.
    ///
    /// # Errors
    /// [`ServeError::Thread`].
    pub fn start(
        loaded: Loaded,
        limits: Limits,
        precision: Option<Precision>,
        seed: u64,
    ) -> Result<Self, ServeError> {
        let (metrics, failure) = (Arc::new(Metrics::default()), Arc::new(Notify::new()));
        let rooms = Arc::new(Semaphore::new(MAX_MODELS));
        let room = Arc::clone(&rooms).try_acquire_owned().expect("nothing is loaded yet");
        let served = Served::start(loaded, limits, &metrics, &failure, room)?;
        Ok(Self {
            served: RwLock::new(Arc::new(served)),
            limits,
            precision,
            seeds: Mutex::new(ChaCha8Rng::seed_from_u64(seed)),
            rooms,
            places: Arc::new(Semaphore::new(limits.answers)),
            metrics,
            failure,
        })
    }

    /// Serves another model from now on. Requests that the one before has taken are answered by it, and its weights are
    /// freed with the last of them; a third model waits for that.
    ///
    /// # Errors
    /// [`ServeError`]; what was served before is still served then.
    pub async fn swap(&self, folder: ModelFolder) -> Result<(), ServeError> {
        let room = Arc::clone(&self.rooms).acquire_owned().await.expect("the semaphore is never closed");
        let precision = self.precision;
        let loading = tokio::task::spawn_blocking(move || Loaded::load(&folder, precision));
        let loaded = loading.await.map_err(|_| ServeError::Engine)??;
        self.replace(loaded, room)
    }

    fn replace(&self, loaded: Loaded, room: OwnedSemaphorePermit) -> Result<(), ServeError> {
        let served = Arc::new(Served::start(loaded, self.limits, &self.metrics, &self.failure, room)?);
        let mut current = self.served.write().unwrap_or_else(PoisonError::into_inner);
        self.metrics.serves(&current.model_id, &current.manifest_hash.to_string(), false);
        self.metrics.serves(&served.model_id, &served.manifest_hash.to_string(), true);
        *current = served;
        Ok(())
    }

    /// The model for a new request.
    pub fn served(&self) -> Arc<Served> {
        Arc::clone(&self.served.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn next_seed(&self) -> u64 {
        self.seeds.lock().unwrap_or_else(PoisonError::into_inner).next_u64()
    }
}

impl Served {
    fn start(
        loaded: Loaded,
        limits: Limits,
        metrics: &Arc<Metrics>,
        failure: &Arc<Notify>,
        room: OwnedSemaphorePermit,
    ) -> Result<Self, ServeError> {
        let Loaded { model, tokenizer, model_id, manifest_hash } = loaded;
        let (context, vocab_size) = (model.max_positions() as usize, model.config.vocab_size);
        let tokenizer = Arc::new(tokenizer);
        let (own, failure) = (Arc::clone(metrics), Arc::clone(failure));
        let engine = Engine::start(model, Arc::clone(&tokenizer), limits, own, failure, room);
        let engine = engine.map_err(ServeError::Thread)?;
        metrics.serves(&model_id, &manifest_hash.to_string(), true);
        Ok(Self { engine, tokenizer, model_id, manifest_hash, context, vocab_size, since: routes::now() })
    }
}

/// Checks and loads the checkpoint, reports the address as one JSON line on standard output, and serves until `shutdown`
/// completes; requests in progress are finished.
///
/// # Errors
/// [`ServeError`] when the checkpoint is not the expected one, cannot be loaded, or the address is taken, and when an
/// engine fails.
pub async fn serve(
    options: ServeOptions,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let loaded = Loaded::load(&options.folder, options.precision)?;
    let service = Arc::new(Service::start(loaded, options.limits, options.precision, options.seed)?);
    let cannot_listen = |source| ServeError::Listen { address: options.listen, source };
    let listener = tokio::net::TcpListener::bind(options.listen).await.map_err(cannot_listen)?;
    let address = listener.local_addr().map_err(cannot_listen)?;
    // Each token goes out as it is drawn, not when the one before is acknowledged.
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::warn!(%error, "a connection keeps the system's settings");
        }
    });
    announce(address);
    tracing::info!(%address, model = options.folder.model_id, "serving");
    if options.obey_stdin {
        tokio::spawn(control::obey(Arc::clone(&service), options.exit_with_parent));
    }
    let tidy = async {
        loop {
            tokio::time::sleep(TIDY).await;
            service.metrics.tidy();
        }
    };
    tokio::select! {
        served = axum::serve(listener, router(Arc::clone(&service))).with_graceful_shutdown(shutdown) => {
            served.map_err(ServeError::Serve)
        }
        () = service.failure.notified() => Err(ServeError::Engine),
        () = tidy => Ok(()),
    }
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
