//! Fees, and a call as signed bytes, for the queue and for single transactions alike.
use super::Call;
use alloy::{
    consensus::{Transaction as _, TxEnvelope},
    eips::{Decodable2718, Encodable2718},
    network::{EthereumWallet, NetworkTransactionBuilder, TransactionBuilder},
    primitives::B256,
    providers::{DynProvider, Provider},
    rpc::types::TransactionRequest,
    signers::local::PrivateKeySigner,
    transports::TransportError,
};

/// Gas is estimated one block before the transaction is mined; state may have grown by then.
const GAS_MARGIN_PERCENT: u64 = 130;
/// A node takes a replacement that pays at least a tenth more.
const RAISE_PERCENT: u128 = 125;

/// Wei per gas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fees {
    most: u128,
    tip: u128,
}

impl Fees {
    /// What the chain asks now, and a base fee that doubles a few times, which is borne without a replacement.
    pub(super) async fn asked(provider: &DynProvider) -> Result<Self, TransportError> {
        let now = provider.estimate_eip1559_fees().await?;
        Ok(Self { most: now.max_fee_per_gas.saturating_mul(4), tip: now.max_priority_fee_per_gas })
    }

    /// Enough to replace a transaction that pays this, and what the chain asks by now.
    pub(super) async fn raised(self, provider: &DynProvider) -> Result<Self, TransportError> {
        let now = provider.estimate_eip1559_fees().await?;
        let raised = |old: u128, now: u128| now.max(old.saturating_mul(RAISE_PERCENT).div_ceil(100));
        Ok(Self {
            most: raised(self.most, now.max_fee_per_gas),
            tip: raised(self.tip, now.max_priority_fee_per_gas),
        })
    }

    /// What signed bytes offer, and their gas limit.
    pub(super) fn of(raw: &[u8]) -> Option<(Self, u64)> {
        let signed = TxEnvelope::decode_2718(&mut &*raw).ok()?;
        let tip = signed.max_priority_fee_per_gas().unwrap_or_default();
        Some((Self { most: signed.max_fee_per_gas(), tip }, signed.gas_limit()))
    }
}

/// Simulate a call and give it some margin.
pub(super) async fn gas(
    provider: &DynProvider,
    key: &PrivateKeySigner,
    call: &Call,
) -> Result<u64, TransportError> {
    Ok(provider.estimate_gas(call.from(key.address())).await? * GAS_MARGIN_PERCENT / 100)
}

/// Give signed bytes to the node. That it knows them already is what we want.
pub(super) async fn broadcast(provider: &DynProvider, raw: &[u8]) -> Result<(), TransportError> {
    match provider.send_raw_transaction(raw).await {
        Err(error) if !is_held(&error) => Err(error),
        _ => Ok(()),
    }
}

/// A call as bytes to send, and their hash.
pub(super) async fn sign(
    key: &PrivateKeySigner,
    chain_id: u64,
    call: &Call,
    nonce: u64,
    gas: u64,
    fees: Fees,
) -> Result<(Vec<u8>, B256), Box<dyn std::error::Error + Send + Sync>> {
    let request = TransactionRequest::default()
        .with_chain_id(chain_id)
        .with_to(call.to)
        .with_input(call.data.clone())
        .with_nonce(nonce)
        .with_gas_limit(gas)
        .with_max_priority_fee_per_gas(fees.tip)
        .with_max_fee_per_gas(fees.most.max(fees.tip));
    let signed = request.build(&EthereumWallet::from(key.clone())).await?;
    Ok((signed.encoded_2718(), *signed.tx_hash()))
}

/// Whether the node has the transaction, or another of its sender and nonce, which a higher fee replaces in a while.
/// Nodes word it differently; there is no code for it.
fn is_held(error: &TransportError) -> bool {
    let Some(response) = error.as_error_resp() else { return false };
    let message = response.message.to_ascii_lowercase();
    [
        "already known",
        "already imported",
        "known transaction",
        "nonce too low",
        "replacement transaction underpriced",
    ]
    .iter()
    .any(|held| message.contains(held))
}
