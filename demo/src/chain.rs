//! The people of the story on chain: dev accounts that sign, send and vote.
use std::time::{Duration, Instant};

use alloy::{
    network::EthereumWallet,
    primitives::{Address, Bytes, U256},
    providers::{DynProvider, Provider, ProviderBuilder},
    rpc::types::TransactionRequest,
    signers::local::{MnemonicBuilder, PrivateKeySigner, coins_bip39::English},
    transports::http::reqwest,
};
use anyhow::{Context, Result, bail, ensure};
use bindings::{Deployment, ProtocolGovernor};
use localnet::DEV_MNEMONIC;

const POLL: Duration = Duration::from_millis(150);
/// Longest wait for anything the chain or the platform should do by itself.
const PATIENCE: Duration = Duration::from_secs(180);

/// The dev account with this index.
pub fn signer(index: u32) -> Result<PrivateKeySigner> {
    Ok(MnemonicBuilder::<English>::default().phrase(DEV_MNEMONIC).index(index)?.build()?)
}

/// A client that does not wait for a node for ever.
fn http() -> Result<reqwest::Client> {
    Ok(reqwest::Client::builder().timeout(PATIENCE).build()?)
}

pub struct Chain {
    pub rpc_url: String,
    pub deployment: Deployment,
    reader: DynProvider,
    /// Skip waiting times by moving the clock of the local chain.
    fast: bool,
}

/// One call of a proposal.
pub struct Call {
    pub target: Address,
    pub data: Vec<u8>,
}

impl Chain {
    pub fn new(rpc_url: &str, deployment: Deployment, fast: bool) -> Result<Self> {
        let reader = ProviderBuilder::new().connect_reqwest(http()?, rpc_url.parse()?).erased();
        Ok(Self { rpc_url: rpc_url.into(), deployment, reader, fast })
    }

    /// Send a transaction of dev account `from` and wait for its success. Returns the number of its block.
    pub async fn send(&self, from: u32, target: Address, data: Vec<u8>) -> Result<u64> {
        let wallet = EthereumWallet::from(signer(from)?);
        let provider = ProviderBuilder::new().wallet(wallet).connect_reqwest(http()?, self.rpc_url.parse()?);
        provider.client().set_poll_interval(POLL);
        let request = TransactionRequest::default().to(target).input(Bytes::from(data).into());
        // What accrues by the second costs more in the block that is mined than in the one that was estimated.
        let gas = provider.estimate_gas(request.clone().from(signer(from)?.address())).await?;
        let request = request.gas_limit(gas * 3 / 2);
        let sent = provider.send_transaction(request).await?.with_timeout(Some(PATIENCE));
        let receipt = sent.get_receipt().await?;
        ensure!(receipt.status(), "transaction {} of account {from} reverted", receipt.transaction_hash);
        receipt.block_number.context("a receipt without a block")
    }

    pub fn governor(&self) -> ProtocolGovernor::ProtocolGovernorInstance<DynProvider> {
        ProtocolGovernor::new(self.deployment.contracts.governor, self.reader.clone())
    }

    /// Propose `calls` from dev account `from`; returns the proposal's id.
    pub async fn propose(&self, from: u32, calls: Vec<Call>, description: &str) -> Result<U256> {
        let governor = self.governor();
        let targets: Vec<Address> = calls.iter().map(|call| call.target).collect();
        let values = vec![U256::ZERO; calls.len()];
        let datas: Vec<Bytes> = calls.into_iter().map(|call| call.data.into()).collect();
        let call = governor.propose(targets, values, datas, description.into());
        let id =
            call.clone().from(signer(from)?.address()).call().await.context("the proposal would revert")?;
        self.send(from, *governor.address(), call.calldata().to_vec()).await?;
        Ok(id)
    }

    pub async fn vote(&self, from: u32, proposal: U256, support: u8, reason: &str) -> Result<u64> {
        let governor = self.governor();
        let call = governor.castVoteWithReason(proposal, support, reason.into());
        self.send(from, *governor.address(), call.calldata().to_vec()).await
    }

    /// OpenZeppelin's `ProposalState`: 0 pending, 1 active, 2 canceled, 3 defeated, 4 succeeded, 5 queued, 6 expired,
    /// 7 executed.
    pub async fn state(&self, proposal: U256) -> Result<u8> {
        Ok(self.governor().state(proposal).call().await?)
    }

    /// Wait until the proposal has `wanted` state; the platform queues and executes by itself.
    pub async fn wait_for_state(&self, proposal: U256, wanted: u8) -> Result<()> {
        self.wait("the proposal", async || {
            let state = self.state(proposal).await?;
            if state == wanted {
                return Ok(true);
            }
            ensure!(!matches!(state, 2 | 3 | 6 | 7), "the proposal ended in state {state}, not {wanted}");
            Ok(false)
        })
        .await
    }

    /// Poll `condition` until it holds. In the fast story the chain's clock moves on between two looks.
    pub async fn wait(&self, what: &str, condition: impl AsyncFn() -> Result<bool>) -> Result<()> {
        self.wait_long(what, PATIENCE.as_secs(), condition).await
    }

    /// [`Chain::wait`] with an own patience, in seconds.
    pub async fn wait_long(
        &self,
        what: &str,
        patience: u64,
        condition: impl AsyncFn() -> Result<bool>,
    ) -> Result<()> {
        let start = Instant::now();
        while !condition().await? {
            if start.elapsed() > Duration::from_secs(patience) {
                bail!("{what} did not come within {patience} s");
            }
            tokio::time::sleep(POLL).await;
            if self.fast {
                self.reader.raw_request::<_, U256>("evm_increaseTime".into(), (2u64,)).await.ok();
            }
        }
        Ok(())
    }
}
