//! A chain with the contracts deployed.

use alloy::network::TransactionBuilder;
use alloy::primitives::{Address, B256, Bytes};
use alloy::providers::ext::AnvilApi;
use alloy::providers::{DynProvider, Provider, ProviderBuilder};
use alloy::rpc::types::{BlockNumberOrTag, TransactionReceipt, TransactionRequest};
use alloy::sol_types::SolCall;
use alloy::transports::http::reqwest;
use bindings::Deployment;
use localnet::{Anvil, AnvilOptions};
use std::time::Duration;

use crate::snapshot::Snapshot;
use crate::{Account, tools};

/// Longest wait for anything that Anvil should do.
const PATIENCE: Duration = Duration::from_secs(120);

/// An Anvil of this test alone; it stops when the value is dropped.
pub struct TestChain {
    anvil: Anvil,
    provider: DynProvider,
    deployment: Deployment,
}

impl TestChain {
    /// Starts a chain that stands just after the deployment and mines a block for every transaction.
    pub async fn start() -> TestChain {
        let tools = tools();
        let snapshot = Snapshot::of_current_contracts(&tools).await;
        let anvil =
            Anvil::start(&tools, &AnvilOptions::default()).await.unwrap_or_else(|error| panic!("{error}"));
        let http = reqwest::Client::builder().timeout(PATIENCE).build().expect("its settings are valid");
        // Anvil holds the keys of its accounts and fills in nonces and gas.
        let provider = ProviderBuilder::default()
            .connect_reqwest(http, anvil.rpc_url().parse().expect("Anvil's address is a URL"))
            .erased();
        assert!(provider.anvil_load_state(snapshot.state).await.expect("Anvil reads its own state"));
        TestChain { anvil, provider, deployment: snapshot.deployment }
    }

    /// A chain of its own that goes on from [`state`](Self::state) of another one.
    pub async fn resume(state: Bytes) -> TestChain {
        let chain = Self::start().await;
        assert!(chain.provider.anvil_load_state(state).await.expect("Anvil reads its own state"));
        // Anvil's clock starts at ours, and the other chain's may have been moved ahead.
        let now = chain.now().await;
        chain.provider.anvil_set_time(now + 1).await.expect("Anvil's clock moves");
        chain.mine(1).await;
        chain
    }

    /// All that the chain holds, for [`resume`](Self::resume).
    pub async fn state(&self) -> Bytes {
        self.provider.anvil_dump_state().await.expect("Anvil gives its state")
    }

    /// JSON-RPC endpoint.
    pub fn rpc_url(&self) -> String {
        self.anvil.rpc_url()
    }

    /// Addresses of the contracts.
    pub fn deployment(&self) -> &Deployment {
        &self.deployment
    }

    /// A provider; Anvil signs for every [`Account`].
    pub fn provider(&self) -> &DynProvider {
        &self.provider
    }

    /// Sends a call and waits until it is mined. Panics with the reason of a revert.
    pub async fn send(&self, from: Account, to: Address, call: &impl SolCall) -> TransactionReceipt {
        self.try_send(from, to, call)
            .await
            .unwrap_or_else(|reason| panic!("account {} -> {to}: {reason}", from.0))
    }

    /// Like [`send`](Self::send), with the reason of a revert as the error.
    pub async fn try_send(
        &self,
        from: Account,
        to: Address,
        call: &impl SolCall,
    ) -> Result<TransactionReceipt, String> {
        self.send_raw(from, to, call.abi_encode().into()).await
    }

    /// Sends calldata.
    pub async fn send_raw(
        &self,
        from: Account,
        to: Address,
        data: Bytes,
    ) -> Result<TransactionReceipt, String> {
        let request = TransactionRequest::default().with_from(from.address()).with_to(to).with_input(data);
        // What accrues by the second costs more in the block that is mined than in the one that was estimated.
        let gas = self.provider.estimate_gas(request.clone()).await.map_err(|error| error.to_string())?;
        let request = request.with_gas_limit(gas * 3 / 2);
        let pending = self.provider.send_transaction(request).await.map_err(|error| error.to_string())?;
        let receipt =
            pending.with_timeout(Some(PATIENCE)).get_receipt().await.map_err(|error| error.to_string())?;
        if receipt.status() {
            Ok(receipt)
        } else {
            Err(format!("transaction {} reverted", receipt.transaction_hash))
        }
    }

    /// Reads from a contract, as of the next block.
    pub async fn call<C: SolCall>(&self, to: Address, call: &C) -> C::Return {
        let request = TransactionRequest::default().with_to(to).with_input(call.abi_encode());
        let data = self.provider.call(request).block(BlockNumberOrTag::Pending.into()).await;
        let data = data.unwrap_or_else(|error| panic!("{} of {to}: {error}", C::SIGNATURE));
        C::abi_decode_returns(&data).unwrap_or_else(|error| panic!("{} of {to}: {error}", C::SIGNATURE))
    }

    /// Mines `blocks` blocks.
    pub async fn mine(&self, blocks: u64) {
        self.provider.anvil_mine(Some(blocks), None).await.expect("Anvil mines");
    }

    /// Moves the chain's clock `seconds` forward and mines a block, so that calls see the new time.
    pub async fn warp(&self, seconds: u64) {
        self.provider.anvil_increase_time(seconds).await.expect("Anvil's clock moves");
        self.mine(1).await;
    }

    /// Seconds since 1970 by the chain's clock.
    pub async fn now(&self) -> u64 {
        self.latest_block().await.0
    }

    /// Number of the latest block.
    pub async fn block_number(&self) -> u64 {
        self.provider.get_block_number().await.expect("Anvil answers")
    }

    /// Forks the chain away below its head: the last `depth` blocks are replaced by empty ones.
    pub async fn reorg(&self, depth: u64) {
        let options = alloy::rpc::types::anvil::ReorgOptions { depth, tx_block_pairs: Vec::new() };
        self.provider.anvil_reorg(options).await.expect("Anvil reorganises");
    }

    /// Hash of the latest block.
    pub async fn head(&self) -> B256 {
        self.latest_block().await.1
    }

    async fn latest_block(&self) -> (u64, B256) {
        let block = self.provider.get_block_by_number(BlockNumberOrTag::Latest).await.expect("Anvil answers");
        let header = block.expect("every chain has a latest block").header;
        (header.timestamp, header.hash)
    }
}
