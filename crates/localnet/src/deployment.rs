//! The deployment file that `script/Deploy.s.sol` writes.

use std::io;
use std::path::{Path, PathBuf};

use alloy_primitives::{Address, B256};
use serde::{Deserialize, Serialize};

/// Addresses of one deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Deployment {
    /// The chain it is on.
    pub chain_id: u64,
    /// First block that can hold an event of ours.
    pub deployed_at_block: u64,
    /// Where everything is.
    pub contracts: Contracts,
    /// The model family that the deployment created.
    pub family: DeploymentFamily,
}

/// One address per contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// A model family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentFamily {
    /// For people.
    pub name: String,
    /// keccak256 of the name.
    pub family_id: B256,
}

/// Why the deployment file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DeploymentError {
    /// No such file, or it is closed to us.
    #[error("cannot read the deployment file {path}; run script/Deploy.s.sol or set chain.deployment")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Something else than a deployment.
    #[error("the deployment file {path} is not what script/Deploy.s.sol writes")]
    Parse {
        /// The file.
        path: PathBuf,
        /// Where it differs.
        source: serde_json::Error,
    },
}

impl Deployment {
    /// Reads a deployment file.
    ///
    /// # Errors
    /// [`DeploymentError`].
    pub fn read(path: &Path) -> Result<Self, DeploymentError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| DeploymentError::Read { path: path.to_owned(), source })?;
        serde_json::from_str(&text).map_err(|source| DeploymentError::Parse { path: path.to_owned(), source })
    }
}
