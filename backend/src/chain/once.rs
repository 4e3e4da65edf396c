//! One transaction of whoever has a key, without a database: for commands that anybody runs.
//!
//! A command that is killed and started again asks the chain what is still to do. Its nonce is the account's next one and
//! never the pool's, so that a second start replaces what the first one sent instead of doing it twice.
use super::{Call, ChainHandle, Mined, revert};
use alloy::{
    eips::Encodable2718,
    network::{EthereumWallet, NetworkTransactionBuilder, TransactionBuilder},
    primitives::B256,
    providers::Provider,
    rpc::types::{TransactionReceipt, TransactionRequest},
    signers::local::PrivateKeySigner,
    transports::{RpcError, TransportErrorKind},
};
use std::time::Duration;
use tokio::time::Instant;

/// Gas is estimated one block before the transaction is mined; state may have grown by then.
const GAS_MARGIN_PERCENT: u64 = 130;
/// A node takes a replacement that pays at least a tenth more.
const RAISE_PERCENT: u128 = 130;
/// Wait for a block before the fee is raised.
const RAISE_AFTER: Duration = Duration::from_secs(60);
const PATIENCE: Duration = Duration::from_secs(600);
const POLL: Duration = Duration::from_millis(250);
/// Looks without a receipt for a used nonce before we believe it: behind one RPC address there may be nodes that lag.
const SURELY_MISSING: u32 = 20;

/// Why a transaction did not take effect.
#[derive(Debug, thiserror::Error)]
pub enum SendOnceError {
    /// Refused by simulation, which costs nothing, or mined as failed.
    #[error("refused by the contract: {reason}")]
    Reverted { reason: String },
    #[error("no block took the transaction within {} s", PATIENCE.as_secs())]
    NotMined,
    #[error("another transaction of {0} was mined in its place; look what is still to do")]
    NonceTaken(alloy::primitives::Address),
    #[error("the RPC endpoint cannot send it")]
    Rpc(#[source] RpcError<TransportErrorKind>),
    #[error("the transaction cannot be signed")]
    Sign(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl ChainHandle {
    /// Send `call` from the account of `key` and wait until it is mined. The fee is raised while no block takes it.
    ///
    /// # Errors
    /// [`SendOnceError`].
    pub async fn send_once(&self, key: &PrivateKeySigner, call: &Call) -> Result<Mined, SendOnceError> {
        let request = TransactionRequest::default()
            .with_from(key.address())
            .with_to(call.to)
            .with_input(call.data.clone());
        let gas = self.provider.estimate_gas(request.clone()).await.map_err(refusal)?;
        let nonce = self.provider.get_transaction_count(key.address()).await.map_err(SendOnceError::Rpc)?;
        let request = request
            .with_chain_id(self.chain_id)
            .with_nonce(nonce)
            .with_gas_limit(gas * GAS_MARGIN_PERCENT / 100);
        let wallet = EthereumWallet::from(key.clone());
        let (mut most, mut tip) = (0u128, 0u128);
        let mut hashes: Vec<B256> = Vec::new();
        let (mut raise_at, give_up_at) = (Instant::now(), Instant::now() + PATIENCE);
        let mut missing = 0;
        while Instant::now() < give_up_at && missing < SURELY_MISSING {
            if Instant::now() >= raise_at {
                let fees = self.provider.estimate_eip1559_fees().await.map_err(SendOnceError::Rpc)?;
                let raised = |old: u128, now: u128| now.max((old * RAISE_PERCENT).div_ceil(100));
                (most, tip) = (
                    raised(most, fees.max_fee_per_gas.saturating_mul(2)),
                    raised(tip, fees.max_priority_fee_per_gas),
                );
                let offered = request.clone().with_max_fee_per_gas(most).with_max_priority_fee_per_gas(tip);
                let signed =
                    offered.build(&wallet).await.map_err(|error| SendOnceError::Sign(error.into()))?;
                self.offer(&signed.encoded_2718()).await?;
                hashes.push(*signed.tx_hash());
                raise_at = Instant::now() + RAISE_AFTER;
            }
            // The nonce first: a receipt that is missing after the nonce was used will never come.
            let next = self.provider.get_transaction_count(key.address()).await;
            let used = next.map_err(SendOnceError::Rpc)? > nonce;
            for &hash in &hashes {
                let receipt =
                    self.provider.get_transaction_receipt(hash).await.map_err(SendOnceError::Rpc)?;
                if let Some(receipt) = receipt {
                    return self.outcome(&receipt, request).await;
                }
            }
            missing = if used { missing + 1 } else { 0 };
            tokio::time::sleep(POLL).await;
        }
        Err(if missing > 0 { SendOnceError::NonceTaken(key.address()) } else { SendOnceError::NotMined })
    }

    /// That the node holds one of this nonce already is no error: it is ours, and its fee is raised in a while.
    async fn offer(&self, raw: &[u8]) -> Result<(), SendOnceError> {
        let Err(error) = self.provider.send_raw_transaction(raw).await else { return Ok(()) };
        let message = error.as_error_resp().map(|response| response.message.to_ascii_lowercase());
        let held = ["already known", "already imported", "known transaction", "nonce too low", "underpriced"];
        if message.is_some_and(|message| held.iter().any(|known| message.contains(known))) {
            return Ok(());
        }
        Err(SendOnceError::Rpc(error))
    }

    async fn outcome(
        &self,
        receipt: &TransactionReceipt,
        request: TransactionRequest,
    ) -> Result<Mined, SendOnceError> {
        let block_number = receipt.block_number.unwrap_or_default();
        if receipt.status() {
            let (tx_hash, logs) = (receipt.transaction_hash, receipt.logs().to_vec());
            return Ok(Mined { tx_hash, block_number, logs });
        }
        // A receipt does not say why; the same call on the block before usually does.
        let again = self.provider.call(request).block(block_number.saturating_sub(1).into()).await;
        let reason = again.err().and_then(|error| revert::reason(&error));
        let reason =
            reason.unwrap_or_else(|| "it failed for a reason that a replay does not show".to_owned());
        Err(SendOnceError::Reverted { reason })
    }
}

fn refusal(error: RpcError<TransportErrorKind>) -> SendOnceError {
    match revert::reason(&error) {
        Some(reason) => SendOnceError::Reverted { reason },
        None => SendOnceError::Rpc(error),
    }
}
