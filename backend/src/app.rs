//! What every role of the process shares: connections, settings, clock, keys.
use crate::{
    api::{Governor, Live},
    auth::{AccessTokens, AccessTokensError},
    blobs::{Blobs, BlobsError},
    chain::ChainHandle,
    clock::Clock,
    config::{ActOn, Config},
    engine::Engine,
    limits::Limits,
    metrics,
};
use sqlx::PgPool;
use std::{net::SocketAddr, sync::Arc};

/// Handed to every handler and job by clone; all fields are cheap to clone.
#[derive(Clone)]
pub struct AppState {
    pub pool: PgPool,
    pub clock: Clock,
    pub config: Arc<Config>,
    pub chain: ChainHandle,
    pub blobs: Blobs,
    pub engine: Engine,
    /// Origin under which people reach this server, without a trailing slash.
    pub public_url: Arc<str>,
    pub access_tokens: Arc<AccessTokens>,
    pub limits: Arc<Limits>,
    pub governor: Arc<Governor>,
    pub live: Live,
}

/// Why the shared state could not be made.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    #[error("cannot connect to the database; is database.url right and Postgres running?")]
    Database(#[source] sqlx::Error),
    #[error("cannot prepare the blob store")]
    Blobs(#[from] BlobsError),
    #[error("cannot prepare the key of access tokens")]
    AccessTokens(#[from] AccessTokensError),
}

impl AppState {
    /// Put the parts together. `listen` is the address really bound, which names the server when `server.public_url` is
    /// empty.
    ///
    /// # Errors
    /// [`AppError`] when the blob store or the access-token key in the data folder cannot be prepared.
    pub fn new(
        config: Config,
        clock: Clock,
        pool: PgPool,
        chain: ChainHandle,
        engine: Engine,
        listen: SocketAddr,
    ) -> Result<Self, AppError> {
        metrics::install();
        let public_url: Arc<str> = match config.server.public_url.trim_end_matches('/') {
            "" => format!("http://{listen}").into(),
            url => url.into(),
        };
        let blobs = Blobs::open(&config)?;
        let access_tokens = Arc::new(AccessTokens::open(
            &config.data.dir.join("access-token.key"),
            &public_url,
            config.auth.access_ttl_s,
        )?);
        let limits = Arc::new(Limits::new(&config.server));
        Ok(Self {
            pool,
            clock,
            config: Arc::new(config),
            chain,
            blobs,
            engine,
            public_url,
            access_tokens,
            limits,
            governor: Arc::default(),
            live: Live::default(),
        })
    }
}

impl AppState {
    /// How final a block must be before side effects build on it: as configured, else by the chain. A local chain is
    /// reorganised by nobody but its owner, and its `finalized` is a minute behind.
    pub fn act_on(&self) -> ActOn {
        let usual =
            if self.chain.chain_id == localnet::DEV_CHAIN_ID { ActOn::Head } else { ActOn::Finalized };
        self.config.chain.act_on.unwrap_or(usual)
    }
}

/// Connect to Postgres at `url` with the configured number of connections.
///
/// # Errors
/// [`AppError::Database`].
pub async fn connect_pool(url: &str, max_connections: u32) -> Result<PgPool, AppError> {
    storage::pool_options(max_connections).connect(url).await.map_err(AppError::Database)
}
