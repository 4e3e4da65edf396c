//! The private chain, kept in `<data>/anvil/state.json`.
use crate::{app::AppState, chain::Endpoints, jobs::worker::WAITING, supervise::Shutdown};
use alloy::providers::{Provider, ext::AnvilApi};
use anyhow::Context;
use localnet::{Anvil, AnvilOptions, Deploy, Tools, read_deployment};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};
use storage::app::jobs;

/// Seconds that the latest block may be old while nothing waits for the chain. Every block is kept for ever, so a chain
/// that is left alone for days must not make one each second.
const IDLE_S: u64 = 15;

/// Start the chain where it stopped, and deploy the contracts when it has none. Their addresses go to `deployment`.
pub async fn start(tools: &Tools, data: &Path, deployment: &Path) -> anyhow::Result<Anvil> {
    let folder = data.join("anvil");
    std::fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
    let state = folder.join("state.json");
    keep_readable(&state)?;
    let options = AnvilOptions { state: Some(state), ..AnvilOptions::default() };
    let anvil = Anvil::start(tools, &options).await.context("starting the private chain")?;
    if !is_deployed(&anvil.rpc_url(), deployment).await? {
        tracing::info!("deploying the contracts; the first time they are compiled, which takes a minute");
        let target = Deploy { rpc_url: &anvil.rpc_url(), file: deployment.to_owned() };
        localnet::deploy(tools, &target).await.context("deploying the contracts")?;
    }
    Ok(anvil)
}

/// Mine a block each second while a job waits for the chain, and now and then otherwise: the contracts' clock is the time
/// of the latest block, so votes and windows need blocks to begin and end.
pub async fn keep_time(app: AppState, mut shutdown: Shutdown) -> anyhow::Result<()> {
    while !shutdown.is_on() {
        if let Err(error) = tick(&app).await {
            tracing::warn!(error = format!("{error:#}"), "the chain's clock stands still");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            () = shutdown.wait() => {}
        }
    }
    Ok(())
}

async fn tick(app: &AppState) -> anyhow::Result<()> {
    let age = app.clock.unix_s().saturating_sub(app.chain.head().await?.timestamp);
    let waited_for = jobs::next_due(&mut *app.pool.acquire().await?, WAITING).await?.is_some();
    if age >= IDLE_S || (waited_for && age >= 1) {
        app.chain.provider.evm_mine(None).await?;
    }
    Ok(())
}

async fn is_deployed(rpc_url: &str, file: &Path) -> anyhow::Result<bool> {
    let Ok(deployment) = read_deployment(file) else { return Ok(false) };
    let provider = Endpoints::new([rpc_url], deployment.chain_id)?.provider();
    let code = provider.get_code_at(deployment.contracts.governor).await?;
    Ok(!code.is_empty())
}

/// Anvil writes its state in place: a kill in the middle leaves half a file. The last readable one is kept beside it.
fn keep_readable(state: &Path) -> anyhow::Result<()> {
    let backup: PathBuf = state.with_extension("backup.json");
    if let Some(mut content) = read_json(state) {
        if keep_first_genesis(&mut content) {
            std::fs::write(state, content.to_string())?;
        }
        std::fs::copy(state, &backup)?;
    } else if read_json(&backup).is_some() {
        tracing::warn!("the chain's state file is damaged; going back to the one before");
        std::fs::copy(&backup, state)?;
    } else if state.exists() {
        tracing::warn!("the chain's state file is damaged; starting a new chain");
        std::fs::remove_file(state)?;
    }
    Ok(())
}

fn read_json(file: &Path) -> Option<Value> {
    serde_json::from_slice(&std::fs::read(file).ok()?).ok()
}

/// Each start of Anvil makes a block 0 of its own and writes it beside the loaded one, and a later start takes either.
/// Ours is the oldest. Says whether there was another one.
fn keep_first_genesis(state: &mut Value) -> bool {
    let Some(blocks) = state["blocks"].as_array_mut() else { return false };
    let hex = |block: &Value, field: &str| {
        let text = block["header"][field].as_str().unwrap_or_default();
        u64::from_str_radix(text.trim_start_matches("0x"), 16).unwrap_or(u64::MAX)
    };
    let first =
        blocks.iter().filter(|block| hex(block, "number") == 0).map(|block| hex(block, "timestamp")).min();
    let n_blocks = blocks.len();
    blocks.retain(|block| hex(block, "number") != 0 || Some(hex(block, "timestamp")) == first);
    blocks.len() < n_blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_state_gives_way_to_the_last_readable_one() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state.json");
        std::fs::write(&state, "{\"block\":1}").unwrap();
        keep_readable(&state).unwrap();
        std::fs::write(&state, "{\"block\":2").unwrap();
        keep_readable(&state).unwrap();
        assert_eq!(std::fs::read_to_string(&state).unwrap(), "{\"block\":1}");
    }

    #[test]
    fn only_the_oldest_first_block_stays() {
        let block = |number: &str, timestamp: &str| serde_json::json!({"header": {"number": number, "timestamp": timestamp}});
        let blocks = [block("0x0", "0x9"), block("0x1", "0xa"), block("0x0", "0x5"), block("0x0", "0x7")];
        let mut state = serde_json::json!({ "blocks": blocks });
        assert!(keep_first_genesis(&mut state));
        assert_eq!(state["blocks"], serde_json::json!([block("0x1", "0xa"), block("0x0", "0x5")]));
        assert!(!keep_first_genesis(&mut state));
    }
}
