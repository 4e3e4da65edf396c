//! One transaction of whoever has a key, without a database: for commands that anybody runs.
//!
//! A command that is killed and started again asks the chain what is still to do. Its nonce is the account's next one and
//! never the pool's, so that a second start replaces what the first one sent instead of doing it twice.
use super::{
    Call, ChainHandle, Mined,
    fees::{self, Fees},
    revert,
};
use alloy::{
    primitives::B256,
    providers::Provider,
    rpc::types::TransactionReceipt,
    signers::local::PrivateKeySigner,
    transports::{RpcError, TransportErrorKind},
};
use std::time::Duration;
use tokio::time::Instant;

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
        let gas = fees::gas(&self.provider, key, call).await.map_err(refusal)?;
        let nonce = self.provider.get_transaction_count(key.address()).await.map_err(SendOnceError::Rpc)?;
        let mut offered: Option<Fees> = None;
        let mut hashes: Vec<B256> = Vec::new();
        let (mut raise_at, give_up_at) = (Instant::now(), Instant::now() + PATIENCE);
        let mut missing = 0;
        while Instant::now() < give_up_at && missing < SURELY_MISSING {
            if Instant::now() >= raise_at {
                let fees = match offered {
                    None => Fees::asked(&self.provider).await,
                    Some(fees) => fees.raised(&self.provider).await,
                };
                let fees = fees.map_err(SendOnceError::Rpc)?;
                let signed = fees::sign(key, self.chain_id, call, nonce, gas, fees).await;
                let (raw, hash) = signed.map_err(SendOnceError::Sign)?;
                fees::broadcast(&self.provider, &raw).await.map_err(SendOnceError::Rpc)?;
                offered = Some(fees);
                hashes.push(hash);
                raise_at = Instant::now() + RAISE_AFTER;
            }
            // The nonce first: a receipt that is missing after the nonce was used will never come.
            let next = self.provider.get_transaction_count(key.address()).await;
            let used = next.map_err(SendOnceError::Rpc)? > nonce;
            for &hash in &hashes {
                let receipt =
                    self.provider.get_transaction_receipt(hash).await.map_err(SendOnceError::Rpc)?;
                if let Some(receipt) = receipt {
                    return self.outcome(&receipt, key, call).await;
                }
            }
            missing = if used { missing + 1 } else { 0 };
            tokio::time::sleep(POLL).await;
        }
        Err(if missing > 0 { SendOnceError::NonceTaken(key.address()) } else { SendOnceError::NotMined })
    }

    async fn outcome(
        &self,
        receipt: &TransactionReceipt,
        key: &PrivateKeySigner,
        call: &Call,
    ) -> Result<Mined, SendOnceError> {
        let block_number = receipt.block_number.unwrap_or_default();
        if receipt.status() {
            let (tx_hash, logs) = (receipt.transaction_hash, receipt.logs().to_vec());
            return Ok(Mined { tx_hash, block_number, logs });
        }
        let reason = revert::replay(&self.provider, key.address(), call, block_number).await;
        Err(SendOnceError::Reverted { reason })
    }
}

fn refusal(error: RpcError<TransportErrorKind>) -> SendOnceError {
    match revert::reason(&error) {
        Some(reason) => SendOnceError::Reverted { reason },
        None => SendOnceError::Rpc(error),
    }
}
