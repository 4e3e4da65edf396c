//! The chain as this process sees it: a provider, the deployment's addresses and the operator's key. Everything that
//! sends a transaction is in this folder.
pub use localnet::{Contracts, Deployment, DeploymentError, DeploymentFamily};

use alloy::{providers::DynProvider, signers::local::PrivateKeySigner};
use std::sync::Arc;

/// Cheap to clone.
#[derive(Clone)]
pub struct ChainHandle {
    pub provider: DynProvider,
    pub rpc_url: Arc<str>,
    pub chain_id: u64,
    pub deployment: Arc<Deployment>,
    /// Signs receipts and the operator's transactions.
    pub operator: PrivateKeySigner,
}
