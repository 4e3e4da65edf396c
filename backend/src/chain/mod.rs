//! The chain as this process sees it: a provider, the deployment's addresses and the operator's key. Everything that
//! sends a transaction is in this folder, and nothing outside it knows a contract's ABI.
//!
//! | file | holds |
//! |---|---|
//! | [`transactions`] | the queue that every transaction goes through |
//! | `endpoints` | which of the configured endpoints is asked |
//! | `anyone` | what anybody may do when those who should are silent |
//! | `fees` | what a transaction offers, and its signed bytes |
//! | `once` | a transaction of whoever has a key, without the queue |
//! | `receipt` | what becomes of a transaction that was sent |
//! | [`revert`] | why a call failed, in words |
//! | `wallets` | what contract wallets say they signed |
//! | `answers` | leaves that were shown on demand |
//! | `epochs`, `bonds`, `referee`, `staking`, `governance`, `models`, `datasets` | calls to send and views, in `protocol`'s types |
//!
//! To add a contract: a file with functions on [`ChainHandle`] that return a [`Call`] or read a view.
mod answers;
mod anyone;
mod bonds;
mod datasets;
mod endpoints;
mod epochs;
mod fees;
mod governance;
mod models;
mod once;
mod receipt;
mod referee;
pub mod revert;
mod staking;
pub mod transactions;
mod wallets;

pub use answers::Answers;
pub use bindings::{Contracts, Deployment};
pub use datasets::DatasetOnChain;
pub use endpoints::Endpoints;
pub use epochs::{EpochOnChain, EpochStatus};
pub use governance::{Action, ProposalOnChain};
pub use models::{Registered, VersionStatus};
pub use once::SendOnceError;
pub use receipt::Pace;
pub use referee::{Demand, DemandedTree, SessionProof, SignedPreference};
pub use transactions::{Mined, SendError, Transactions};

use crate::config::Config;
use alloy::{
    eips::BlockNumberOrTag,
    network::TransactionBuilder,
    primitives::{Address, Bytes},
    providers::{DynProvider, Provider},
    rpc::types::TransactionRequest,
    signers::local::{MnemonicBuilder, PrivateKeySigner, coins_bip39::English},
    sol_types::SolCall,
    transports::{RpcError, TransportErrorKind, http::reqwest},
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// Longest wait for an answer of the node: one that is gone without a word must not hold a job for ever.
const RPC_TIMEOUT: Duration = Duration::from_secs(60);

/// Cheap to clone.
#[derive(Clone)]
pub struct ChainHandle {
    pub provider: DynProvider,
    pub endpoints: Endpoints,
    /// The first endpoint.
    pub rpc_url: Arc<str>,
    pub chain_id: u64,
    pub deployment: Arc<Deployment>,
    /// Signs receipts and the operator's transactions.
    pub operator: PrivateKeySigner,
    pub pace: Pace,
}

/// A call of one of our contracts, to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The contract.
    pub to: Address,
    /// Function and arguments.
    pub data: Bytes,
}

impl Call {
    /// The same call as `sender` makes it, to be simulated.
    fn from(&self, sender: Address) -> TransactionRequest {
        TransactionRequest::default().with_from(sender).with_to(self.to).with_input(self.data.clone())
    }

    fn new(to: Address, call: &impl SolCall) -> Self {
        Self { to, data: call.abi_encode().into() }
    }
}

/// The latest block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub number: u64,
    /// Unix seconds. What contracts take for "now": never compare their times with our own clock.
    pub timestamp: u64,
}

/// Why the chain cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("the RPC endpoint {0} is not a URL (--rpc or chain.rpc_url)")]
    Url(String),
    #[error("no HTTP client for the RPC endpoint")]
    Http { source: reqwest::Error },
    #[error("the RPC endpoint {url} does not answer as a node does; check --rpc or chain.rpc_url")]
    Unreachable { url: String, source: RpcError<TransportErrorKind> },
    #[error("the RPC endpoint serves chain {actual}, the deployment file is for chain {expected}")]
    WrongChain { expected: u64, actual: u64 },
    #[error(
        "there is no contract at {address}, where the deployment file has the governor; was the chain reset?"
    )]
    NotDeployed { address: Address },
    #[error("cannot read a key from {path}")]
    KeyFile { path: PathBuf, source: std::io::Error },
    #[error("{0} holds no private key (32 bytes as hex)")]
    Key(PathBuf),
    #[error("chain.operator_key_file is empty, which only chain 31337 allows")]
    NoKey,
}

/// Why a view could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("{what} could not be read from the chain")]
    Rpc { what: &'static str, source: RpcError<TransportErrorKind> },
    #[error("{what} answered with something else than its ABI says")]
    Decode { what: &'static str, source: alloy::sol_types::Error },
}

impl ChainHandle {
    /// Connect to `rpc_url`, and to `chain.more_rpc_urls` when it fails, and check that the deployment is there.
    ///
    /// # Errors
    /// [`ConnectError`].
    pub async fn connect(
        config: &Config,
        rpc_url: &str,
        deployment: Deployment,
    ) -> Result<Self, ConnectError> {
        let operator = operator_key(config, deployment.chain_id)?;
        let more = config.chain.more_rpc_urls.iter().map(String::as_str);
        let endpoints = Endpoints::new([rpc_url].into_iter().chain(more), deployment.chain_id)?;
        Self::with_key(config, rpc_url, endpoints, deployment, operator).await
    }

    /// As [`ChainHandle::connect`], for those who only look, at the endpoint that they trust: the key is one that everybody
    /// knows.
    ///
    /// # Errors
    /// [`ConnectError`].
    pub async fn read_only(
        config: &Config,
        rpc_url: &str,
        deployment: Deployment,
    ) -> Result<Self, ConnectError> {
        let endpoints = Endpoints::new([rpc_url], deployment.chain_id)?;
        Self::with_key(config, rpc_url, endpoints, deployment, dev_key()).await
    }

    async fn with_key(
        config: &Config,
        rpc_url: &str,
        endpoints: Endpoints,
        deployment: Deployment,
        operator: PrivateKeySigner,
    ) -> Result<Self, ConnectError> {
        endpoints.check().await?;
        let (provider, chain_id) = (endpoints.provider(), deployment.chain_id);
        let unreachable = |source| ConnectError::Unreachable { url: rpc_url.to_owned(), source };
        let address = deployment.contracts.governor;
        if provider.get_code_at(address).await.map_err(unreachable)?.is_empty() {
            return Err(ConnectError::NotDeployed { address });
        }
        let (rpc_url, deployment) = (rpc_url.into(), Arc::new(deployment));
        Ok(Self { provider, endpoints, rpc_url, chain_id, deployment, operator, pace: config.chain.pace() })
    }

    /// The latest block.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn head(&self) -> Result<Head, ReadError> {
        let what = "the latest block";
        let block = self.provider.get_block_by_number(BlockNumberOrTag::Latest).await;
        let block = block.and_then(|block| block.ok_or(RpcError::NullResp));
        let header = block.map_err(|source| ReadError::Rpc { what, source })?.header;
        Ok(Head { number: header.number, timestamp: header.timestamp })
    }

    /// Read a view as of the latest block.
    async fn view<C: SolCall>(&self, to: Address, call: &C) -> Result<C::Return, ReadError> {
        let what = C::SIGNATURE;
        let request = TransactionRequest::default().with_to(to).with_input(call.abi_encode());
        let data = self.provider.call(request).await.map_err(|source| ReadError::Rpc { what, source })?;
        C::abi_decode_returns(&data).map_err(|source| ReadError::Decode { what, source })
    }
}

/// The operator's key from its file; dev account 1 on a local chain without one.
fn operator_key(config: &Config, chain_id: u64) -> Result<PrivateKeySigner, ConnectError> {
    if config.chain.operator_key_file.is_empty() {
        if chain_id != localnet::DEV_CHAIN_ID {
            return Err(ConnectError::NoKey);
        }
        return Ok(dev_key());
    }
    read_key(Path::new(&config.chain.operator_key_file))
}

/// A private key from a file: 32 bytes as hex.
///
/// # Errors
/// [`ConnectError::KeyFile`] or [`ConnectError::Key`]; neither has anything of the file's content.
pub fn read_key(path: &Path) -> Result<PrivateKeySigner, ConnectError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| ConnectError::KeyFile { path: path.to_owned(), source })?;
    text.trim().parse().map_err(|_| ConnectError::Key(path.to_owned()))
}

fn dev_key() -> PrivateKeySigner {
    let builder = MnemonicBuilder::<English>::default().phrase(localnet::DEV_MNEMONIC).index(1);
    builder.and_then(|builder| builder.build()).expect("the dev mnemonic is valid")
}
