//! One transaction of whoever has a key, without a database: for commands that anybody runs.
//!
//! A command that is killed and started again asks the chain what is still to do. Its nonce is the account's next one and
//! never the pool's, so that a second start replaces what the first one sent instead of doing it twice.
use super::{
    Call, ChainHandle, Mined,
    fees::{self, Fees},
    receipt::{Fate, Watch},
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

const PATIENCE: Duration = Duration::from_secs(600);

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
        let mut fees = Fees::asked(&self.provider).await.map_err(SendOnceError::Rpc)?;
        let mut hashes: Vec<B256> = Vec::new();
        let mut watch = Watch::begin(&self.provider, key.address(), nonce, self.pace, PATIENCE);
        loop {
            let signed = fees::sign(key, self.chain_id, call, nonce, gas, fees).await;
            let (raw, hash) = signed.map_err(SendOnceError::Sign)?;
            fees::broadcast(&self.provider, &raw).await.map_err(SendOnceError::Rpc)?;
            hashes.push(hash);
            match watch.next(&hashes).await.map_err(SendOnceError::Rpc)? {
                Fate::Mined(receipt) => return self.outcome(&receipt, key, call).await,
                Fate::Stuck => fees = fees.raised(&self.provider).await.map_err(SendOnceError::Rpc)?,
                Fate::NonceTaken => return Err(SendOnceError::NonceTaken(key.address())),
                Fate::GivenUp => return Err(SendOnceError::NotMined),
            }
        }
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
