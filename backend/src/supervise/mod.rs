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
use alloy::{eips::BlockNumberOrTag, providers::Provider};
use anyhow::{Context, bail};
use localnet::{Anvil, Postgres, read_deployment};
use nix::fcntl::{Flock, FlockArg};
use sqlx::PgPool;
use std::{
    fs::File,
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    time::Duration,
};
use tokio::net::TcpListener;

/// Tasks that end together.
pub type Roles = tokio::task::JoinSet<anyhow::Result<()>>;

/// Address of a role without an HTTP server; with `server.public_url` set, nothing refers to it.
const NOT_LISTENING: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0));

/// All roles in one process, with a private Postgres and Anvil where none is configured.
pub async fn up(config: Config) -> anyhow::Result<()> {
    let (switch, shutdown) = shutdown::on_signals();
    let up = tokio::select! {
        started = start_up(config) => started?,
        () = shutdown.clone().wait_owned() => return Ok(()),
    };
    let url = up.app.public_url.clone();
    let mut roles = all_roles(&up.app, up.listener, &shutdown);
    show_metrics(&mut roles, &up.app, &shutdown).await?;
    if up.servers.0.is_some() {
        roles.spawn(embedded::anvil::keep_time(up.app.clone(), shutdown));
    }
    println!("polity is up at {url}");
    let result = end_together(roles, &switch).await;
    up.app.pool.close().await;
    drop(up.servers);
    result
}

/// Every role as a task of this process.
pub fn all_roles(app: &AppState, listener: TcpListener, shutdown: &Shutdown) -> Roles {
    let mut roles = Roles::new();
    roles.spawn(roles::index(app.clone(), shutdown.clone()));
    roles.spawn(roles::work(app.clone(), shutdown.clone()));
    roles.spawn(model_server::run(app.clone(), shutdown.clone()));
    roles.spawn(roles::api(app.clone(), listener, shutdown.clone()));
    roles
}

/// The HTTP server alone.
pub async fn api(config: Config) -> anyhow::Result<()> {
    let (switch, shutdown) = shutdown::on_signals();
    let listener = listen(&config).await?;
    let app = connect(config, listener.local_addr()?).await?;
    let mut roles = Roles::new();
    println!("polity api listens at {}", app.public_url);
    show_metrics(&mut roles, &app, &shutdown).await?;
    roles.spawn(model_server::run(app.clone(), shutdown.clone()));
    roles.spawn(roles::api(app, listener, shutdown.clone()));
    end_together(roles, &switch).await
}

/// The indexer alone.
pub async fn index(config: Config) -> anyhow::Result<()> {
    let (switch, shutdown) = shutdown::on_signals();
    let app = connect(config, NOT_LISTENING).await?;
    let mut roles = Roles::new();
    show_metrics(&mut roles, &app, &shutdown).await?;
    roles.spawn(roles::index(app, shutdown.clone()));
    end_together(roles, &switch).await
}

/// Jobs alone, with a model server for those that sample.
pub async fn work(config: Config) -> anyhow::Result<()> {
    let (switch, shutdown) = shutdown::on_signals();
    let app = connect(config, NOT_LISTENING).await?;
    let mut roles = Roles::new();
    show_metrics(&mut roles, &app, &shutdown).await?;
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

/// Side effects may go on after a finality violation.
pub async fn acknowledge(config: Config) -> anyhow::Result<()> {
    if config.database.url.is_empty() {
        bail!("database.url is empty; name the database of the running platform");
    }
    let pool = connect_pool(&config.database.url, 1).await?;
    let cleared = storage::chain::cursor::acknowledge_violation(&mut *pool.acquire().await?).await?;
    println!("{}", if cleared { "acknowledged" } else { "nothing to acknowledge" });
    Ok(())
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
    let listener = listen(&config).await?;
    let app = assemble(config, pool, &rpc_url, listener.local_addr()?).await?;
    check_same_chain(&app).await?;
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

/// What people and jobs did belongs to one chain: with another one under it, epochs and transactions make no sense.
async fn check_same_chain(app: &AppState) -> anyhow::Result<()> {
    let cursor = storage::chain::cursor::get(&mut *app.pool.acquire().await?).await?;
    let genesis = app.chain.provider.get_block_by_number(BlockNumberOrTag::Earliest).await?;
    let genesis = genesis.context("the node has no first block")?.header.hash;
    if cursor.is_some_and(|cursor| cursor.genesis_hash != genesis) {
        bail!(
            "the database belongs to another chain than {}; use a new data folder or database",
            app.chain.rpc_url
        );
    }
    Ok(())
}

/// The application on configured servers.
async fn connect(config: Config, address: SocketAddr) -> anyhow::Result<AppState> {
    if config.database.url.is_empty() || config.chain.rpc_url.is_empty() {
        bail!("a single role needs database.url and chain.rpc_url; `polity up` starts both by itself");
    }
    let pool = connect_pool(&config.database.url, config.database.max_connections).await?;
    let rpc_url = config.chain.rpc_url.clone();
    assemble(config, pool, &rpc_url, address).await
}

/// The application on a database, a chain and the address that it listens at.
pub async fn assemble(
    config: Config,
    pool: PgPool,
    rpc_url: &str,
    address: SocketAddr,
) -> anyhow::Result<AppState> {
    let deployment = read_deployment(&config.deployment_path())?;
    let chain = ChainHandle::connect(&config, rpc_url, deployment).await?;
    let engine = Engine::new(Duration::from_secs(config.model.timeout_s.into()));
    Ok(AppState::new(config, Clock::System, pool, chain, engine, address)?)
}

/// Show the metrics at `server.metrics_listen`, where that is set.
async fn show_metrics(roles: &mut Roles, app: &AppState, shutdown: &Shutdown) -> anyhow::Result<()> {
    let address = &app.config.server.metrics_listen;
    if !address.is_empty() {
        let listener = TcpListener::bind(address).await;
        let listener = listener.with_context(|| format!("listening on server.metrics_listen = {address}"))?;
        roles.spawn(roles::metrics(app.clone(), listener, shutdown.clone()));
    }
    Ok(())
}

async fn listen(config: &Config) -> anyhow::Result<TcpListener> {
    let listen = &config.server.listen;
    TcpListener::bind(listen).await.with_context(|| format!("listening on server.listen = {listen}"))
}

/// Wait until all roles have ended; the first one that ends, well or not, ends the others.
pub async fn end_together(mut roles: Roles, switch: &ShutdownSwitch) -> anyhow::Result<()> {
    let mut result = Ok(());
    while let Some(ended) = roles.join_next().await {
        let ended = ended.unwrap_or_else(|error| Err(error.into()));
        switch.turn_on();
        result = result.and(ended);
    }
    result
}
