//! `polity up` and the single roles: start what is needed, in order, and stop it together.
//!
//! | file | holds |
//! |---|---|
//! | [`roles`] | the four roles as tasks of one process |
//! | [`model_server`] | `rlhf serve` for the version that the DAO activated |
//! | [`shutdown`] | the one signal that ends everything |
mod model_server;
mod roles;
mod shutdown;

pub use shutdown::{Shutdown, ShutdownSwitch};

use crate::{
    app::{AppState, connect_pool},
    chain::ChainHandle,
    clock::Clock,
    config::Config,
    embedded,
    engine::Engine,
};
use anyhow::{Context, bail};
use localnet::{Anvil, Postgres, read_deployment};
use nix::fcntl::{Flock, FlockArg};
use sqlx::PgPool;
use std::{fs::File, time::Duration};
use tokio::net::TcpListener;

/// All roles in one process, with a private Postgres and Anvil where none is configured.
pub async fn up(config: Config) -> anyhow::Result<()> {
    let (switch, shutdown) = shutdown::on_signals();
    let started = start_up(config);
    let up = tokio::select! {
        started = started => started?,
        () = shutdown.clone().wait_owned() => return Ok(()),
    };
    let local = up.app.public_url.clone();
    let mut roles = tokio::task::JoinSet::new();
    roles.spawn(roles::index(up.app.clone(), shutdown.clone()));
    roles.spawn(roles::work(up.app.clone(), shutdown.clone()));
    roles.spawn(model_server::run(up.app.clone(), shutdown.clone()));
    roles.spawn(roles::api(up.app.clone(), up.listener, shutdown.clone()));
    println!("polity is up at {local}");
    let result = end_together(roles, &switch).await;
    up.app.pool.close().await;
    drop(up.servers);
    result
}

/// The HTTP server alone.
pub async fn api(config: Config) -> anyhow::Result<()> {
    let (switch, shutdown) = shutdown::on_signals();
    let (app, listener) = connect(config).await?;
    let mut roles = tokio::task::JoinSet::new();
    roles.spawn(model_server::run(app.clone(), shutdown.clone()));
    roles.spawn(roles::api(app.clone(), listener, shutdown.clone()));
    println!("polity api listens at {}", app.public_url);
    end_together(roles, &switch).await
}

/// The indexer alone.
pub async fn index(config: Config) -> anyhow::Result<()> {
    let (switch, shutdown) = shutdown::on_signals();
    let (app, _) = connect(config).await?;
    let mut roles = tokio::task::JoinSet::new();
    roles.spawn(roles::index(app, shutdown.clone()));
    end_together(roles, &switch).await
}

/// Jobs alone, with a model server for those that sample.
pub async fn work(config: Config) -> anyhow::Result<()> {
    let (switch, shutdown) = shutdown::on_signals();
    let (app, _) = connect(config).await?;
    let mut roles = tokio::task::JoinSet::new();
    roles.spawn(model_server::run(app.clone(), shutdown.clone()));
    roles.spawn(roles::work(app, shutdown.clone()));
    end_together(roles, &switch).await
}

/// Bring the database to this binary's schema.
pub async fn migrate(config: Config) -> anyhow::Result<()> {
    if config.database.url.is_empty() {
        bail!("database.url is empty; `polity up` migrates its private database by itself");
    }
    let pool = connect_pool(&config.database.url, 1).await?;
    storage::MIGRATOR.run(&pool).await.context("migrating the database")
}

/// Queue the import of a model folder and wait until it is registered.
pub async fn import_model(config: Config, path: &std::path::Path) -> anyhow::Result<()> {
    let path = path.canonicalize().with_context(|| format!("{} is no folder", path.display()))?;
    let (app, _) = connect(config).await?;
    let (_switch, shutdown) = shutdown::on_signals();
    crate::jobs::import_now(&app, &path, shutdown).await
}

/// What `up` started, and the application on top of it.
struct Up {
    app: AppState,
    listener: TcpListener,
    /// Stopped when dropped: the chain first, then the database.
    servers: (Option<Anvil>, Option<Postgres>, Flock<File>),
}

async fn start_up(config: Config) -> anyhow::Result<Up> {
    let lock = lock_data_folder(&config)?;
    let (postgres, database_url) = match config.database.url.as_str() {
        "" => {
            let (server, url) = embedded::postgres::start(&embedded::tools()?, &config.data.dir).await?;
            (Some(server), url)
        }
        url => (None, url.to_owned()),
    };
    let pool = connect_pool(&database_url, config.database.max_connections).await?;
    storage::MIGRATOR.run(&pool).await.context("migrating the database")?;
    if postgres.is_some() {
        // Nobody else can be using this database, so whoever had these jobs is dead.
        storage::app::jobs::release_all(&mut *pool.acquire().await?).await?;
    }
    let deployment = config.deployment_path();
    let (anvil, rpc_url) = match config.chain.rpc_url.as_str() {
        "" => {
            let anvil = embedded::anvil::start(&embedded::tools()?, &config.data.dir, &deployment).await?;
            let url = anvil.rpc_url();
            (Some(anvil), url)
        }
        url => (None, url.to_owned()),
    };
    let (app, listener) = assemble(config, pool, &rpc_url).await?;
    Ok(Up { app, listener, servers: (anvil, postgres, lock) })
}

/// Two processes in one data folder would fight over it.
fn lock_data_folder(config: &Config) -> anyhow::Result<Flock<File>> {
    let dir = &config.data.dir;
    std::fs::create_dir_all(dir).with_context(|| format!("creating {}", dir.display()))?;
    let file = File::create(dir.join("lock")).with_context(|| format!("writing to {}", dir.display()))?;
    Flock::lock(file, FlockArg::LockExclusiveNonblock)
        .map_err(|_| anyhow::anyhow!("another polity is running in {}", dir.display()))
}

/// The application on configured servers.
async fn connect(config: Config) -> anyhow::Result<(AppState, TcpListener)> {
    if config.database.url.is_empty() || config.chain.rpc_url.is_empty() {
        bail!("a single role needs database.url and chain.rpc_url; `polity up` starts both by itself");
    }
    let pool = connect_pool(&config.database.url, config.database.max_connections).await?;
    let rpc_url = config.chain.rpc_url.clone();
    assemble(config, pool, &rpc_url).await
}

async fn assemble(config: Config, pool: PgPool, rpc_url: &str) -> anyhow::Result<(AppState, TcpListener)> {
    let deployment = read_deployment(&config.deployment_path())?;
    let chain = ChainHandle::connect(&config, rpc_url, deployment).await?;
    let listen = &config.server.listen;
    let listener = TcpListener::bind(listen).await.with_context(|| format!("listening on {listen}"))?;
    let engine = Engine::new(Duration::from_secs(config.model.timeout_s.into()));
    let address = listener.local_addr()?;
    let app = AppState::new(config, Clock::System, pool, chain, engine, address)?;
    Ok((app, listener))
}

/// Wait until all roles have ended; the first one that fails ends the others.
async fn end_together(
    mut roles: tokio::task::JoinSet<anyhow::Result<()>>,
    switch: &ShutdownSwitch,
) -> anyhow::Result<()> {
    let mut result = Ok(());
    while let Some(ended) = roles.join_next().await {
        let ended = ended.unwrap_or_else(|error| Err(error.into()));
        switch.turn_on();
        result = result.and(ended);
    }
    result
}
