//! Numbers of the governor that no event carries, asked once and remembered.
use alloy::{
    primitives::{Address, U256},
    providers::{DynProvider, Provider},
    rpc::types::TransactionRequest,
    sol,
    sol_types::SolCall,
};
use chrono::{DateTime, Utc};
use std::{
    collections::HashMap,
    sync::{Mutex, OnceLock},
};

sol! {
    function quorum(uint256 timepoint) external view returns (uint256);
    function proposalExpiry() external view returns (uint48);
}

/// What this process has learnt about the governor.
#[derive(Debug, Default)]
pub struct Governor {
    quorums: Mutex<HashMap<i64, U256>>,
    expiry_s: OnceLock<u64>,
}

impl Governor {
    /// For votes that a proposal with this snapshot needs, in wei. Before the snapshot: what it would need now. `None`
    /// when the chain does not answer.
    pub async fn quorum(
        &self,
        provider: &DynProvider,
        governor: Address,
        snapshot: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Option<U256> {
        let key = snapshot.timestamp();
        let known = self.quorums.lock().expect("no holder of this lock panics").get(&key).copied();
        if known.is_some() {
            return known;
        }
        // The supply of a moment is fixed once a block after it is mined.
        if snapshot < now
            && let Some(quorum) = ask_quorum(provider, governor, key).await
        {
            self.quorums.lock().expect("no holder of this lock panics").insert(key, quorum);
            return Some(quorum);
        }
        let mined_at = provider.get_block_by_number(Default::default()).await.ok()??.header.timestamp;
        ask_quorum(provider, governor, mined_at.saturating_sub(1).cast_signed()).await
    }

    /// Seconds after which a proposal that nobody queues or executes expires; `None` when the chain does not answer.
    pub async fn expiry(&self, provider: &DynProvider, governor: Address) -> Option<u64> {
        if let Some(expiry) = self.expiry_s.get() {
            return Some(*expiry);
        }
        let answer = call(provider, governor, proposalExpiryCall {}.abi_encode()).await?;
        let expiry: u64 = proposalExpiryCall::abi_decode_returns(&answer).ok()?.to();
        Some(*self.expiry_s.get_or_init(|| expiry))
    }
}

async fn ask_quorum(provider: &DynProvider, governor: Address, timepoint: i64) -> Option<U256> {
    let timepoint = U256::from(timepoint.cast_unsigned());
    let answer = call(provider, governor, quorumCall { timepoint }.abi_encode()).await?;
    quorumCall::abi_decode_returns(&answer).ok()
}

async fn call(provider: &DynProvider, to: Address, data: Vec<u8>) -> Option<alloy::primitives::Bytes> {
    provider.call(TransactionRequest::default().to(to).input(data.into())).await.ok()
}
