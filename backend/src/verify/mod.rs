//! `polity verify`: recompute from an RPC endpoint and published files alone, and compare with the chain. Our database is
//! never asked. The first difference is printed and makes the exit status 1.
//!
//! | file | checks |
//! |---|---|
//! | [`epoch`] | labels, signatures, seed, pays and payouts root of every epoch up to one |
//! | [`fraud`] | what is wrong with payouts that somebody proposed, and the transaction that proves it |
//! | [`model`] | a version's files, run, datasets and the labels that they came from |
//! | [`wallets`] | session keys that contract wallets authorised |
//! | [`sources`] | where the published files are |
pub(crate) mod epoch;
pub(crate) mod fraud;
mod model;
mod sources;
mod wallets;

use crate::{app::AppState, chain::ChainHandle, config::Config};
use alloy::primitives::B256;
use anyhow::Context;
use localnet::read_deployment;
use protocol::rewards::PayoutLeaf;
use sources::Files;
use std::path::{Path, PathBuf};

/// What to verify.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum Target {
    /// Recompute an epoch's labels root, seed, scores and payouts root, and those of all epochs before it
    Epoch {
        /// The last epoch to check
        epoch: u64,
        #[command(flatten)]
        source: Source,
    },
    /// Look for an error in payouts that somebody proposed, and print the transaction that proves it
    Payouts {
        /// The epoch; all before it must be settled
        epoch: u64,
        /// JSON array of the proposed tree's leaves, as its proposer published them
        #[arg(long, value_name = "FILE")]
        leaves: PathBuf,
        #[command(flatten)]
        source: Source,
    },
    /// Check a model version's files against its digest on chain, and its data back to the signed labels
    Model {
        /// Id of the version
        version_id: B256,
        /// Train again from the run specs and compare the weights; needs the files of all inputs and the same profile
        #[arg(long)]
        replay: bool,
        #[command(flatten)]
        source: Source,
    },
    /// Check the deployment's roles and parameters with script/Verify.s.sol
    Deployment {
        #[command(flatten)]
        source: Source,
    },
}

/// Whom to ask; the settings answer for what is left out.
#[derive(Debug, Clone, clap::Args)]
pub struct Source {
    /// JSON-RPC endpoint of the chain
    #[arg(long, value_name = "URL")]
    pub rpc: Option<String>,
    /// Deployment file with the contracts' addresses
    #[arg(long, value_name = "FILE")]
    pub deployment: Option<PathBuf>,
    /// A Polity server that publishes the files, or a data folder that holds them
    #[arg(long, value_name = "URL|DIR")]
    pub blobs: Option<String>,
}

/// Everything that a verification may look at.
pub(crate) struct Evidence {
    pub chain: ChainHandle,
    files: Files,
    /// Whether to print what agrees.
    quiet: bool,
}

impl Evidence {
    /// What a server has: its own chain and blob store.
    pub fn of_server(app: &AppState) -> Self {
        Self { chain: app.chain.clone(), files: Files::Store(app.blobs.clone()), quiet: true }
    }

    /// Without a word about what agrees: for those who want the result alone.
    pub fn quiet(self) -> Self {
        Self { quiet: true, ..self }
    }

    fn say(&self, what: std::fmt::Arguments<'_>) {
        if !self.quiet {
            println!("{what}");
        }
    }
}

/// Verify and print what agrees; the error is the first difference.
pub async fn run(config: Config, target: Target) -> anyhow::Result<()> {
    match target {
        Target::Epoch { epoch, source } => epoch::verify(&gather(&config, &source).await?, epoch).await,
        Target::Payouts { epoch, leaves, source } => {
            fraud::verify(&gather(&config, &source).await?, epoch, read_leaves(&leaves)?).await
        }
        Target::Model { version_id, replay, source } => {
            let evidence = gather(&config, &source).await?;
            let provenance = model::verify(&evidence, version_id).await?;
            if replay { model::replay(&config, &evidence, &provenance).await } else { Ok(()) }
        }
        Target::Deployment { source } => {
            let (rpc_url, file) = endpoint(&config, &source)?;
            localnet::verify_deployment(&crate::embedded::tools()?, &rpc_url, &file).await?;
            println!("deployment: every role and parameter is as configured");
            Ok(())
        }
    }
}

/// The leaves of a payouts tree as its proposer published them.
pub(crate) fn read_leaves(file: &Path) -> anyhow::Result<Vec<PayoutLeaf>> {
    let bytes = std::fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    serde_json::from_slice(&bytes)
        .with_context(|| format!("{} is not a JSON array of payout leaves", file.display()))
}

/// Connect to what `source` and the settings name.
pub(crate) async fn gather(config: &Config, source: &Source) -> anyhow::Result<Evidence> {
    let (rpc_url, file) = endpoint(config, source)?;
    let deployment = read_deployment(&file).context(
        "the contracts' addresses are needed: name the deployment file that was published with them, --deployment FILE",
    )?;
    let chain = ChainHandle::read_only(config, &rpc_url, deployment).await?;
    let files = match &source.blobs {
        Some(place) => Files::at(place),
        None => Files::at(&config.data.dir.display().to_string()),
    };
    Ok(Evidence { chain, files, quiet: false })
}

fn endpoint(config: &Config, source: &Source) -> anyhow::Result<(String, PathBuf)> {
    let configured = (!config.chain.rpc_url.is_empty()).then(|| config.chain.rpc_url.clone());
    let rpc_url = source.rpc.clone().or(configured).context("give --rpc URL, or set chain.rpc_url")?;
    Ok((rpc_url, source.deployment.clone().unwrap_or_else(|| config.deployment_path())))
}

/// The first difference between what was published and what the chain says.
#[derive(Debug, thiserror::Error)]
#[error("{what} differs:\n  on chain   {on_chain}\n  recomputed {recomputed}")]
struct Difference {
    what: String,
    on_chain: String,
    recomputed: String,
}

/// Compare one value.
fn agree<T: PartialEq + std::fmt::Display>(
    what: impl Into<String>,
    on_chain: &T,
    recomputed: &T,
) -> Result<(), Difference> {
    if on_chain == recomputed {
        return Ok(());
    }
    Err(Difference { what: what.into(), on_chain: on_chain.to_string(), recomputed: recomputed.to_string() })
}
