//! `ProtocolGovernor`, and the operator's votes in `GovernanceToken`.
use super::{Call, ChainHandle, ReadError};
use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    sol_types::SolValue,
};
use bindings::{GovernanceToken, ProtocolGovernor};
use protocol::{ProposalId, ProposalState};

/// The calls that a proposal makes, and its text; together they are its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    pub targets: Vec<Address>,
    pub values: Vec<U256>,
    pub calldatas: Vec<Bytes>,
    pub description: String,
}

/// What the governor says about a proposal now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProposalOnChain {
    pub state: ProposalState,
    /// Unix seconds.
    pub vote_start: u64,
    /// Unix seconds; the vote is over after it.
    pub vote_end: u64,
    /// Unix seconds of the earliest execution; 0 until it is queued.
    pub eta: u64,
}

impl Action {
    /// A proposal that makes these calls without sending ether.
    pub fn new(calls: Vec<Call>, description: String) -> Self {
        let values = vec![U256::ZERO; calls.len()];
        let (targets, calldatas) = calls.into_iter().map(|call| (call.to, call.data)).unzip();
        Self { targets, values, calldatas, description }
    }

    /// keccak256(abi.encode(targets, values, calldatas, keccak256(description))), as OpenZeppelin's Governor.
    pub fn proposal_id(&self) -> ProposalId {
        let parts =
            (self.targets.clone(), self.values.clone(), self.calldatas.clone(), self.description_hash());
        ProposalId(U256::from_be_bytes(keccak256(parts.abi_encode_params()).0))
    }

    fn description_hash(&self) -> B256 {
        keccak256(&self.description)
    }
}

impl ChainHandle {
    /// Create the proposal.
    pub fn propose(&self, action: &Action) -> Call {
        self.governor(&ProtocolGovernor::proposeCall {
            targets: action.targets.clone(),
            values: action.values.clone(),
            calldatas: action.calldatas.clone(),
            description: action.description.clone(),
        })
    }

    /// Put a proposal that passed into the timelock.
    pub fn queue(&self, action: &Action) -> Call {
        self.governor(&ProtocolGovernor::queueCall {
            targets: action.targets.clone(),
            values: action.values.clone(),
            calldatas: action.calldatas.clone(),
            descriptionHash: action.description_hash(),
        })
    }

    /// Execute a proposal whose timelock is over.
    pub fn execute(&self, action: &Action) -> Call {
        self.governor(&ProtocolGovernor::executeCall {
            targets: action.targets.clone(),
            values: action.values.clone(),
            calldatas: action.calldatas.clone(),
            descriptionHash: action.description_hash(),
        })
    }

    /// What the governor says about a proposal now.
    ///
    /// # Errors
    /// [`ReadError`], also for a proposal that does not exist.
    pub async fn proposal(&self, id: ProposalId) -> Result<ProposalOnChain, ReadError> {
        let governor = self.deployment.contracts.governor;
        let state = self.view(governor, &ProtocolGovernor::stateCall { proposalId: id.0 }).await?;
        let start = self.view(governor, &ProtocolGovernor::proposalSnapshotCall { proposalId: id.0 }).await?;
        let end = self.view(governor, &ProtocolGovernor::proposalDeadlineCall { proposalId: id.0 }).await?;
        let eta = self.view(governor, &ProtocolGovernor::proposalEtaCall { proposalId: id.0 }).await?;
        Ok(ProposalOnChain {
            state: to_state(state),
            vote_start: start.saturating_to(),
            vote_end: end.saturating_to(),
            eta: eta.saturating_to(),
        })
    }

    /// The transaction that gives the operator's tokens their votes, unless they have a delegate or there are none.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn missing_delegation(&self) -> Result<Option<Call>, ReadError> {
        let token = self.deployment.contracts.governance_token;
        let account = self.operator.address();
        let balance = self.view(token, &GovernanceToken::balanceOfCall { account }).await?;
        let delegate = self.view(token, &GovernanceToken::delegatesCall { account }).await?;
        let call = GovernanceToken::delegateCall { delegatee: account };
        Ok((!balance.is_zero() && delegate.is_zero()).then(|| Call::new(token, &call)))
    }

    fn governor(&self, call: &impl alloy::sol_types::SolCall) -> Call {
        Call::new(self.deployment.contracts.governor, call)
    }
}

fn to_state(number: u8) -> ProposalState {
    match number {
        0 => ProposalState::Pending,
        1 => ProposalState::Active,
        2 => ProposalState::Canceled,
        3 => ProposalState::Defeated,
        4 => ProposalState::Succeeded,
        5 => ProposalState::Queued,
        6 => ProposalState::Expired,
        _ => ProposalState::Executed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::address;

    /// The id that OpenZeppelin computes is checked against the chain in the end-to-end tests; this pins the encoding.
    #[test]
    fn the_id_depends_on_every_part() {
        let call =
            Call { to: address!("0000000000000000000000000000000000000001"), data: Bytes::from_static(&[1]) };
        let id = Action::new(vec![call.clone()], "pay".into()).proposal_id();
        assert_eq!(id, Action::new(vec![call.clone()], "pay".into()).proposal_id());
        assert_ne!(id, Action::new(vec![call.clone()], "play".into()).proposal_id());
        assert_ne!(id, Action::new(vec![call.clone(), call], "pay".into()).proposal_id());
    }
}
