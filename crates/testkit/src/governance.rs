//! Governance by the dev accounts, with the waiting done by moving the chain's clock.

use alloy::primitives::{Address, Bytes, U256, keccak256};
use alloy::sol_types::{SolCall, SolEvent};
use bindings::{GovernanceToken, ProtocolGovernor as Governor};

use crate::{Account, TestChain, account};

/// One call that the timelock makes when a proposal is executed.
#[derive(Debug, Clone)]
pub struct Action {
    /// The contract.
    pub target: Address,
    /// Function and arguments.
    pub calldata: Bytes,
}

impl Action {
    /// A call of `target`.
    pub fn new(target: Address, call: &impl SolCall) -> Action {
        Action { target, calldata: call.abi_encode().into() }
    }
}

impl TestChain {
    /// Proposes, votes For with all three voters, queues and executes. Returns the proposal's id.
    pub async fn pass(&self, proposer: Account, actions: Vec<Action>, description: &str) -> U256 {
        let id = self.propose(proposer, &actions, description).await;
        self.vote_for(id).await;
        self.queue(&actions, description).await;
        self.execute(id, &actions, description).await;
        id
    }

    /// Creates a proposal; the proposer delegates to itself first when it has no votes.
    pub async fn propose(&self, proposer: Account, actions: &[Action], description: &str) -> U256 {
        self.ensure_votes(proposer).await;
        let (targets, values, calldatas) = split(actions);
        let call = Governor::proposeCall { targets, values, calldatas, description: description.into() };
        let receipt = self.send(proposer, self.deployment().contracts.governor, &call).await;
        let created =
            receipt.logs().iter().find_map(|log| Governor::ProposalCreated::decode_log(&log.inner).ok());
        created.expect("propose emits ProposalCreated").proposalId
    }

    /// Waits until the vote is open, has all three voters vote For and waits until it is over.
    pub async fn vote_for(&self, proposal_id: U256) {
        let governor = self.deployment().contracts.governor;
        let start = self.call(governor, &Governor::proposalSnapshotCall { proposalId: proposal_id }).await;
        self.warp_past(start).await;
        for voter in account::VOTERS {
            self.send(voter, governor, &Governor::castVoteCall { proposalId: proposal_id, support: 1 }).await;
        }
        let end = self.call(governor, &Governor::proposalDeadlineCall { proposalId: proposal_id }).await;
        self.warp_past(end).await;
    }

    /// Puts a succeeded proposal into the timelock.
    pub async fn queue(&self, actions: &[Action], description: &str) {
        let (targets, values, calldatas) = split(actions);
        let call =
            Governor::queueCall { targets, values, calldatas, descriptionHash: keccak256(description) };
        self.send(account::DEPLOYER, self.deployment().contracts.governor, &call).await;
    }

    /// Waits for the timelock and executes.
    pub async fn execute(&self, proposal_id: U256, actions: &[Action], description: &str) {
        let governor = self.deployment().contracts.governor;
        let eta = self.call(governor, &Governor::proposalEtaCall { proposalId: proposal_id }).await;
        self.warp_past(eta).await;
        let (targets, values, calldatas) = split(actions);
        let call =
            Governor::executeCall { targets, values, calldatas, descriptionHash: keccak256(description) };
        self.send(account::DEPLOYER, governor, &call).await;
    }

    /// OpenZeppelin's number of the proposal's state.
    pub async fn proposal_state(&self, proposal_id: U256) -> u8 {
        self.call(self.deployment().contracts.governor, &Governor::stateCall { proposalId: proposal_id })
            .await
    }

    /// Moves the chain's clock to the first second after `time` (seconds since 1970), if it is not there yet.
    pub async fn warp_past(&self, time: U256) {
        let time = u64::try_from(time).expect("a time fits 64 bits");
        let now = self.now().await;
        if now <= time {
            self.warp(time + 1 - now).await;
        }
    }

    /// Votes count from the moment of delegation: voters must have done it before a proposal's vote starts.
    async fn ensure_votes(&self, proposer: Account) {
        let token = self.deployment().contracts.governance_token;
        for holder in account::VOTERS.into_iter().chain([proposer]) {
            let holder_address = holder.address();
            let votes = self.call(token, &GovernanceToken::getVotesCall { account: holder_address }).await;
            if votes == U256::ZERO {
                self.send(holder, token, &GovernanceToken::delegateCall { delegatee: holder_address }).await;
            }
        }
        // The proposer's threshold is looked up one second back.
        self.warp(2).await;
    }
}

fn split(actions: &[Action]) -> (Vec<Address>, Vec<U256>, Vec<Bytes>) {
    (
        actions.iter().map(|action| action.target).collect(),
        vec![U256::ZERO; actions.len()],
        actions.iter().map(|action| action.calldata.clone()).collect(),
    )
}
