//! What anybody may call when those who should are silent, and views about any account.
use super::{Action, Call, ChainHandle, ProposalOnChain, ReadError, revert};
use alloy::{
    primitives::{Address, U256},
    providers::Provider,
    rpc::types::Filter,
    sol_types::{SolCall, SolEvent},
};
use bindings::{GovernanceToken, IRewardDistributor, LabelEpochs, ProtocolGovernor, RewardDistributor};
use protocol::{ProposalId, rewards::openings::PayoutOpening};

/// Blocks of one look at the logs: public nodes refuse long ranges.
const LOG_RANGE: u64 = 9_000;

impl ChainHandle {
    /// Keep the hash of the block after the labels' commitment while the chain still serves it.
    pub fn record_block_hash(&self, epoch: u64) -> Call {
        Call::new(self.deployment.contracts.label_epochs, &LabelEpochs::recordBlockHashCall { epoch })
    }

    /// For a vote: end an epoch without any pay.
    pub fn void_epoch(&self, epoch: u64) -> Call {
        Call::new(self.deployment.contracts.label_epochs, &LabelEpochs::voidEpochCall { epoch })
    }

    /// Have an account, or its recipient, paid what it is owed.
    pub fn claim(&self, opening: &PayoutOpening) -> Call {
        let data = IRewardDistributor::ClaimData {
            account: opening.leaf.account,
            index: opening.index,
            cumulative: opening.leaf.cumulative,
            runningTotal: opening.leaf.running_total,
            rawPayHash: opening.leaf.raw_pay.hash(),
            proof: opening.proof.clone(),
        };
        Call::new(self.deployment.contracts.reward_distributor, &RewardDistributor::claimCall { data })
    }

    /// What an account was paid so far, over all epochs.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn claimed(&self, account: Address) -> Result<U256, ReadError> {
        let call = RewardDistributor::claimedCall { account };
        self.view(self.deployment.contracts.reward_distributor, &call).await
    }

    /// What an account has locked as bonds: what can be reserved or withdrawn, and what is at stake.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn bond_of(&self, account: Address) -> Result<(U256, U256), ReadError> {
        let call = LabelEpochs::bondOfCall { account };
        let bond = self.view(self.deployment.contracts.label_epochs, &call).await?;
        Ok((bond.free, bond.reserved))
    }

    /// What an account could lock or transfer.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn unlocked_balance_of(&self, account: Address) -> Result<U256, ReadError> {
        let call = GovernanceToken::unlockedBalanceOfCall { account };
        self.view(self.deployment.contracts.governance_token, &call).await
    }

    /// Votes that an account needs to make a proposal, and those that it has.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn proposal_threshold(&self, account: Address) -> Result<(U256, U256), ReadError> {
        let contracts = &self.deployment.contracts;
        let needed = self.view(contracts.governor, &ProtocolGovernor::proposalThresholdCall {}).await?;
        let has = self.view(contracts.governance_token, &GovernanceToken::getVotesCall { account }).await?;
        Ok((needed, has))
    }

    /// As [`ChainHandle::proposal`]; `None` when nobody made it.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn find_proposal(&self, id: ProposalId) -> Result<Option<ProposalOnChain>, ReadError> {
        match self.proposal(id).await {
            Ok(proposal) => Ok(Some(proposal)),
            Err(ReadError::Rpc { source, .. }) if revert::reason(&source).is_some() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Votes for and against a proposal.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn proposal_votes(&self, id: ProposalId) -> Result<(U256, U256), ReadError> {
        let call = ProtocolGovernor::proposalVotesCall { proposalId: id.0 };
        let votes = self.view(self.deployment.contracts.governor, &call).await?;
        Ok((votes.forVotes, votes.againstVotes))
    }

    /// The calls and the text of a proposal, from the event of its creation, the latest blocks first.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn find_action(&self, id: ProposalId) -> Result<Option<Action>, ReadError> {
        let what = "the creation of the proposal";
        let mut to = self.head().await?.number;
        loop {
            let from = to.saturating_sub(LOG_RANGE - 1);
            let filter = Filter::new()
                .address(self.deployment.contracts.governor)
                .event_signature(ProtocolGovernor::ProposalCreated::SIGNATURE_HASH)
                .from_block(from)
                .to_block(to);
            let logs = self.provider.get_logs(&filter).await;
            for log in logs.map_err(|source| ReadError::Rpc { what, source })? {
                match ProtocolGovernor::ProposalCreated::decode_log(&log.inner) {
                    Ok(event) if event.proposalId == id.0 => {
                        return Ok(Some(Action {
                            targets: event.targets.clone(),
                            values: event.values.clone(),
                            calldatas: event.calldatas.clone(),
                            description: event.description.clone(),
                        }));
                    }
                    _ => {}
                }
            }
            if from == 0 {
                return Ok(None);
            }
            to = from - 1;
        }
    }
}

impl Action {
    /// The proposal that a call of the governor's `propose` makes.
    pub fn from_propose(data: &[u8]) -> Option<Self> {
        let call = ProtocolGovernor::proposeCall::abi_decode(data).ok()?;
        Some(Self {
            targets: call.targets,
            values: call.values,
            calldatas: call.calldatas,
            description: call.description,
        })
    }
}
