//! The roles as tasks of one process.
use super::Shutdown;
use crate::{api, app::AppState, jobs, metrics};
use indexer::{Indexer, IndexerConfig};
use std::time::Duration;
use tokio::net::TcpListener;

/// Serve HTTP.
pub async fn api(app: AppState, listener: TcpListener, shutdown: Shutdown) -> anyhow::Result<()> {
    Ok(api::serve(app, listener, shutdown.wait_owned()).await?)
}

/// Follow the chain.
pub async fn index(app: AppState, shutdown: Shutdown) -> anyhow::Result<()> {
    let config = IndexerConfig {
        poll: Duration::from_millis(app.config.chain.poll_ms),
        // A local chain is started afresh now and then.
        finality: app.config.chain.finality,
        more_rpc_urls: app.config.chain.more_rpc_urls.clone(),
        ws_url: Some(app.config.chain.ws_url.clone()).filter(|url| !url.is_empty()),
        reset_on_new_genesis: app.chain.chain_id == localnet::DEV_CHAIN_ID,
        ..IndexerConfig::new(app.chain.rpc_url.as_ref(), app.chain.deployment.as_ref().clone())
    };
    let indexer = Indexer::new(config, app.pool.clone())?;
    let mut status = indexer.status();
    let count = async {
        loop {
            metrics::indexer(&status.borrow_and_update());
            if status.changed().await.is_err() {
                return;
            }
        }
    };
    // The status ends with the indexer.
    let (result, ()) = tokio::join!(indexer.run(shutdown.wait_owned()), count);
    Ok(result?)
}

/// Serve `/metrics` at its own address, where one is set.
pub async fn metrics(app: AppState, listener: TcpListener, shutdown: Shutdown) -> anyhow::Result<()> {
    Ok(metrics::serve(app, listener, shutdown.wait_owned()).await?)
}

/// Do jobs and look for work.
pub async fn work(app: AppState, shutdown: Shutdown) -> anyhow::Result<()> {
    prepare(&app).await;
    tokio::join!(jobs::worker::run(app.clone(), shutdown.clone()), jobs::sweep::run(app, shutdown));
    Ok(())
}

/// What jobs build on. Not having it is no reason to stop: what needs it fails by itself, says why and is tried again.
async fn prepare(app: &AppState) {
    let transactions = app.transactions();
    if let Err(error) = transactions.resend_lost().await {
        tracing::warn!(%error, "lost transactions could not be sent again");
    }
    let delegated = async {
        if let Some(delegate) = app.chain.missing_delegation().await? {
            transactions.send("operator/delegate", &delegate).await?;
        }
        anyhow::Ok(())
    };
    if let Err(error) = delegated.await {
        tracing::warn!(
            error = format!("{error:#}"),
            "the operator has no votes, so it cannot make proposals"
        );
    }
}
