//! A number of the governor that no event carries, asked once and remembered.
use alloy::{
    primitives::Address,
    providers::{DynProvider, Provider},
    rpc::types::TransactionRequest,
    sol,
    sol_types::SolCall,
};
use std::sync::OnceLock;

sol! {
    function proposalExpiry() external view returns (uint48);
}

/// What this process has learnt about the governor.
#[derive(Debug, Default)]
pub struct Governor {
    expiry_s: OnceLock<u64>,
}

impl Governor {
    /// Seconds after which a proposal that nobody queues or executes expires; immutable. `None` when the chain does not
    /// answer.
    pub async fn expiry_s(&self, provider: &DynProvider, governor: Address) -> Option<u64> {
        if let Some(expiry_s) = self.expiry_s.get() {
            return Some(*expiry_s);
        }
        let request =
            TransactionRequest::default().to(governor).input(proposalExpiryCall {}.abi_encode().into());
        let answer = provider.call(request).await.ok()?;
        let expiry_s: u64 = proposalExpiryCall::abi_decode_returns(&answer).ok()?.to();
        Some(*self.expiry_s.get_or_init(|| expiry_s))
    }
}
