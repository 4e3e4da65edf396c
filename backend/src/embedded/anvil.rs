//! The private chain, kept in `<data>/anvil/state.json`.
use crate::chain;
use alloy::providers::Provider;
use anyhow::Context;
use localnet::{Anvil, AnvilOptions, Deploy, Tools, read_deployment};
use std::path::{Path, PathBuf};

/// Seconds between blocks. The governor's clock is the time of the latest block, so votes need blocks to begin and end.
const BLOCK_TIME_S: u64 = 1;

/// Start the chain where it stopped, and deploy the contracts when it has none. Their addresses go to `deployment`.
pub async fn start(tools: &Tools, data: &Path, deployment: &Path) -> anyhow::Result<Anvil> {
    let folder = data.join("anvil");
    std::fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
    let state = folder.join("state.json");
    keep_readable(&state)?;
    let options = AnvilOptions { state: Some(state), block_time_s: Some(BLOCK_TIME_S), port: 0 };
    let anvil = Anvil::start(tools, &options).await.context("starting the private chain")?;
    if !is_deployed(&anvil.rpc_url(), deployment).await? {
        tracing::info!("deploying the contracts; the first time they are compiled, which takes a minute");
        let target = Deploy { rpc_url: &anvil.rpc_url(), file: deployment.to_owned() };
        localnet::deploy(tools, &target).await.context("deploying the contracts")?;
    }
    Ok(anvil)
}

async fn is_deployed(rpc_url: &str, file: &Path) -> anyhow::Result<bool> {
    let Ok(deployment) = read_deployment(file) else { return Ok(false) };
    let code = chain::connect(rpc_url)?.get_code_at(deployment.contracts.governor).await?;
    Ok(!code.is_empty())
}

/// Anvil writes its state in place: a kill in the middle leaves half a file. The last readable one is kept beside it.
fn keep_readable(state: &Path) -> anyhow::Result<()> {
    let backup: PathBuf = state.with_extension("backup.json");
    if is_json(state) {
        std::fs::copy(state, &backup)?;
    } else if is_json(&backup) {
        tracing::warn!("the chain's state file is damaged; going back to the one before");
        std::fs::copy(&backup, state)?;
    } else if state.exists() {
        tracing::warn!("the chain's state file is damaged; starting a new chain");
        std::fs::remove_file(state)?;
    }
    Ok(())
}

fn is_json(file: &Path) -> bool {
    let Ok(bytes) = std::fs::read(file) else { return false };
    serde_json::from_slice::<serde::de::IgnoredAny>(&bytes).is_ok()
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
}
