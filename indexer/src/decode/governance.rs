//! The token, the governors and the roles.

use super::{DecodeError, time};
use crate::events::{CastVote, GovernorEvent, OptimisticEvent, RolesEvent, TokenEvent};
use alloy::primitives::{Address, U256};
use bindings::{
    AccessManager::AccessManagerEvents as AccessManager,
    GovernanceToken::GovernanceTokenEvents as GovernanceToken,
    OptimisticGovernor::OptimisticGovernorEvents as OptimisticGovernor,
    ProtocolGovernor::ProtocolGovernorEvents as ProtocolGovernor,
};
use protocol::{ProposalId, Support};
use storage::chain::proposals::NewProposal;

pub(super) fn token(event: GovernanceToken) -> Option<TokenEvent> {
    Some(match event {
        GovernanceToken::Transfer(e) => TokenEvent::Transfer { from: e.from, to: e.to, amount: e.value },
        GovernanceToken::Locked(e) => TokenEvent::Locked { account: e.account, amount: e.amount },
        GovernanceToken::Unlocked(e) => TokenEvent::Unlocked { account: e.account, amount: e.amount },
        // The Transfer that moves the seized tokens has its own log.
        GovernanceToken::Seized(e) => TokenEvent::Unlocked { account: e.account, amount: e.amount },
        GovernanceToken::DelegateChanged(e) => TokenEvent::DelegateChanged {
            account: e.delegator,
            delegate: (!e.toDelegate.is_zero()).then_some(e.toDelegate),
        },
        GovernanceToken::DelegateVotesChanged(e) => {
            TokenEvent::VotesChanged { delegate: e.delegate, votes: e.newVotes }
        }
        _ => return None,
    })
}

pub(super) fn governor(event: ProtocolGovernor) -> Result<Option<GovernorEvent>, DecodeError> {
    Ok(Some(match event {
        ProtocolGovernor::ProposalCreated(e) => GovernorEvent::Created(Box::new(NewProposal {
            proposal_id: ProposalId(e.proposalId),
            proposer: e.proposer,
            targets: e.targets,
            values: e.values,
            calldatas: e.calldatas,
            description: e.description,
            vote_start: time(e.voteStart)?,
            vote_end: time(e.voteEnd)?,
        })),
        ProtocolGovernor::ProposalExtended(e) => GovernorEvent::Extended {
            proposal_id: ProposalId(e.proposalId),
            vote_end: time(U256::from(e.extendedDeadline))?,
        },
        ProtocolGovernor::VoteCast(e) => {
            GovernorEvent::VoteCast(vote(e.proposalId, e.voter, e.support, e.weight, e.reason, &[])?)
        }
        ProtocolGovernor::VoteCastWithParams(e) => {
            GovernorEvent::VoteCast(vote(e.proposalId, e.voter, e.support, e.weight, e.reason, &e.params)?)
        }
        ProtocolGovernor::ProposalQueued(e) => {
            GovernorEvent::Queued { proposal_id: ProposalId(e.proposalId), eta: time(e.etaSeconds)? }
        }
        ProtocolGovernor::ProposalExecuted(e) => {
            GovernorEvent::Executed { proposal_id: ProposalId(e.proposalId) }
        }
        ProtocolGovernor::ProposalCanceled(e) => {
            GovernorEvent::Canceled { proposal_id: ProposalId(e.proposalId) }
        }
        ProtocolGovernor::QuorumNumeratorUpdated(e) => GovernorEvent::QuorumChanged {
            quorum_bps: e
                .newQuorumNumerator
                .try_into()
                .map_err(|_| DecodeError::Quorum(e.newQuorumNumerator))?,
        },
        _ => return Ok(None),
    }))
}

pub(super) fn optimistic(event: OptimisticGovernor) -> Result<Option<OptimisticEvent>, DecodeError> {
    Ok(Some(match event {
        OptimisticGovernor::AllowedSet(e) => OptimisticEvent::CallSet {
            target: e.target,
            selector: e.selector,
            words: e.words,
            allowed: e.allowed,
        },
        OptimisticGovernor::ProposerSet(e) => {
            OptimisticEvent::ProposerSet { account: e.account, allowed: e.allowed }
        }
        OptimisticGovernor::ProposalCreated(e) => OptimisticEvent::Created(Box::new(NewProposal {
            proposal_id: ProposalId(e.proposalId),
            proposer: e.proposer,
            targets: e.targets,
            values: e.values,
            calldatas: e.calldatas,
            description: e.description,
            vote_start: time(e.voteStart)?,
            vote_end: time(e.voteEnd)?,
        })),
        OptimisticGovernor::VoteCast(e) => {
            OptimisticEvent::VoteCast(vote(e.proposalId, e.voter, e.support, e.weight, e.reason, &[])?)
        }
        OptimisticGovernor::VoteCastWithParams(e) => {
            OptimisticEvent::VoteCast(vote(e.proposalId, e.voter, e.support, e.weight, e.reason, &e.params)?)
        }
        OptimisticGovernor::ProposalExecuted(e) => {
            OptimisticEvent::Executed { proposal_id: ProposalId(e.proposalId) }
        }
        OptimisticGovernor::ProposalCanceled(e) => {
            OptimisticEvent::Canceled { proposal_id: ProposalId(e.proposalId) }
        }
        _ => return Ok(None),
    }))
}

/// `GovernorCountingFractional`: a plain vote puts its whole weight into one pot; a fractional one carries three packed
/// 128-bit weights (against, for, abstain) in its parameters, whose sum is `weight`.
fn vote(
    proposal_id: U256,
    voter: Address,
    support: u8,
    weight: U256,
    reason: String,
    params: &[u8],
) -> Result<Box<CastVote>, DecodeError> {
    let support = Support::try_from(support)?;
    let none = U256::ZERO;
    let split = match support {
        Support::Against => [weight, none, none],
        Support::For => [none, weight, none],
        Support::Abstain => [none, none, weight],
        Support::Fractional if params.len() == 48 => {
            [0, 16, 32].map(|at| U256::from_be_slice(&params[at..at + 16]))
        }
        Support::Fractional => return Err(DecodeError::Fractions(params.len())),
    };
    let proposal_id = ProposalId(proposal_id);
    Ok(Box::new(CastVote { proposal_id, voter, support, weight, split, reason }))
}

pub(super) fn roles(event: AccessManager) -> Result<Option<RolesEvent>, DecodeError> {
    Ok(Some(match event {
        AccessManager::RoleGranted(e) => RolesEvent::Granted {
            role_id: e.roleId,
            account: e.account,
            since: time(U256::from(e.since))?,
            is_new: e.newMember,
        },
        AccessManager::RoleRevoked(e) => RolesEvent::Revoked { role_id: e.roleId, account: e.account },
        _ => return Ok(None),
    }))
}
