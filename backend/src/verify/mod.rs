//! `polity verify`: recompute from an RPC endpoint and published files alone, and compare with the chain.
use crate::config::Config;

/// What to verify.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum Target {
    /// Recompute an epoch's labels root, seed, scores and payouts root.
    Epoch { epoch: u64 },
    /// Check a model version's files against its digest on chain.
    Model { version_id: String },
    /// Check the deployment's roles and parameters.
    Deployment,
}

/// Verify and print the first difference, or that there is none.
pub async fn run(_config: Config, _target: Target) -> anyhow::Result<()> {
    anyhow::bail!("`verify` is not part of this build")
}
