//! Reading the deployment file that `script/Deploy.s.sol` writes, of any chain.

use std::io;
use std::path::{Path, PathBuf};

use bindings::Deployment;

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

/// Reads a deployment file.
///
/// # Errors
/// [`DeploymentError`].
pub fn read_deployment(path: &Path) -> Result<Deployment, DeploymentError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| DeploymentError::Read { path: path.to_owned(), source })?;
    serde_json::from_str(&text).map_err(|source| DeploymentError::Parse { path: path.to_owned(), source })
}
