//! The deployment file that `script/Deploy.s.sol` writes.
use alloy::primitives::{Address, B256};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Addresses of one deployment.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Deployment {
    pub chain_id: u64,
    pub deployed_at_block: u64,
    pub contracts: Contracts,
    pub family: DeploymentFamily,
}

/// One address per contract.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contracts {
    pub governance_token: Address,
    pub timelock: Address,
    pub access_manager: Address,
    pub governor: Address,
    pub staking_pool: Address,
    pub label_epochs: Address,
    pub reward_distributor: Address,
    pub model_registry: Address,
    pub dataset_registry: Address,
}

/// The model family that the deployment created.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentFamily {
    pub name: String,
    pub family_id: B256,
}

/// Why the deployment file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DeploymentError {
    #[error("cannot read the deployment file {path}; run script/Deploy.s.sol or set chain.deployment")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("the deployment file {path} is not what script/Deploy.s.sol writes")]
    Parse { path: PathBuf, source: serde_json::Error },
}

impl Deployment {
    /// Read a deployment file.
    ///
    /// # Errors
    /// [`DeploymentError`].
    pub fn read(path: &Path) -> Result<Self, DeploymentError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| DeploymentError::Read { path: path.to_owned(), source })?;
        serde_json::from_str(&text).map_err(|source| DeploymentError::Parse { path: path.to_owned(), source })
    }
}
