//! Numbers of the governors that no event carries, asked once and remembered.
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
    function vetoBps() external view returns (uint256);
}

/// What this process has learnt about the governors; immutable all of it.
#[derive(Debug, Default)]
pub struct Governor {
    expiry_s: OnceLock<u64>,
    veto_bps: OnceLock<u16>,
}

impl Governor {
    /// Seconds after which a proposal that nobody queues or executes expires; immutable. `None` when the chain does not
    /// answer.
    pub async fn expiry_s(&self, provider: &DynProvider, governor: Address) -> Option<u64> {
        if let Some(expiry_s) = self.expiry_s.get() {
            return Some(*expiry_s);
        }
        let expiry_s = ask(provider, governor, proposalExpiryCall {}).await?.to();
        Some(*self.expiry_s.get_or_init(|| expiry_s))
    }

    /// Votes against that veto a routine proposal, in basis points of the supply; `None` when the chain does not answer.
    pub async fn veto_bps(&self, provider: &DynProvider, optimistic_governor: Address) -> Option<u16> {
        if let Some(veto_bps) = self.veto_bps.get() {
            return Some(*veto_bps);
        }
        let veto_bps = ask(provider, optimistic_governor, vetoBpsCall {}).await?.try_into().ok()?;
        Some(*self.veto_bps.get_or_init(|| veto_bps))
    }
}

async fn ask<C: SolCall>(provider: &DynProvider, contract: Address, call: C) -> Option<C::Return> {
    let request = TransactionRequest::default().to(contract).input(call.abi_encode().into());
    let answer = provider.call(request).await.ok()?;
    C::abi_decode_returns(&answer).ok()
}
