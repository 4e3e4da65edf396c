//! Log → [`ChainEvent`]. The names of `bindings` end here.

use crate::events::{
    CastVote, ChainEvent, DatasetsEvent, DistributorEvent, EpochsEvent, GovernorEvent, ModelsEvent,
    OptimisticEvent, RefereeEvent, RolesEvent, StakingEvent, TokenEvent,
};
use alloy::{
    primitives::{Address, B256, FixedBytes, U256, aliases::U48},
    sol_types::SolEventInterface,
};
use bindings::{
    AccessManager::AccessManagerEvents as AccessManager, Contracts,
    DatasetRegistry::DatasetRegistryEvents as DatasetRegistry,
    EpochReferee::EpochRefereeEvents as EpochReferee,
    GovernanceToken::GovernanceTokenEvents as GovernanceToken, ILabelEpochs,
    LabelEpochs::LabelEpochsEvents as LabelEpochs, ModelRegistry::ModelRegistryEvents as ModelRegistry,
    OptimisticGovernor::OptimisticGovernorEvents as OptimisticGovernor,
    ProtocolGovernor::ProtocolGovernorEvents as ProtocolGovernor,
    RewardDistributor::RewardDistributorEvents as RewardDistributor,
    StakingPool::StakingPoolEvents as StakingPool,
};
use chrono::{DateTime, Utc};
use protocol::{
    CampaignTerms, Epoch, EpochTerms, ProposalId, Support, ids::InvalidSupport, version::VersionDigest,
};
use storage::chain::{
    demands::NewDemand, epochs::Commitment, model_versions::NewVersion, pauses::Pause, proposals::NewProposal,
};

/// Why a log is put into quarantine.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The log is no event of the contract's ABI.
    #[error("no event of the published ABI")]
    Abi(#[from] alloy::sol_types::Error),
    /// A number of seconds that no calendar holds.
    #[error("{0} is no time")]
    Time(U256),
    /// A vote of no known kind.
    #[error(transparent)]
    Support(#[from] InvalidSupport),
    /// Parameters of a fractional vote that are not three 128-bit weights.
    #[error("a fractional vote with {0} bytes of parameters")]
    Fractions(usize),
    /// A quorum above everything.
    #[error("a quorum of {0} basis points")]
    Quorum(U256),
    /// A member of an enum that this build does not know.
    #[error("{0} is no known {1}")]
    Enum(u8, &'static str),
    /// The log is of a contract that was not asked for.
    #[error("{0} is none of our contracts")]
    Address(Address),
}

/// The addresses whose logs are followed.
pub fn addresses(contracts: &Contracts) -> Vec<Address> {
    vec![
        contracts.governance_token,
        contracts.governor,
        contracts.staking_pool,
        contracts.label_epochs,
        contracts.epoch_referee,
        contracts.reward_distributor,
        contracts.model_registry,
        contracts.dataset_registry,
        contracts.access_manager,
        contracts.optimistic_governor,
    ]
}

/// What a log says; `None` when no table depends on it.
///
/// # Errors
/// See [`DecodeError`].
pub fn decode(
    contracts: &Contracts,
    address: Address,
    topics: &[B256],
    data: &[u8],
) -> Result<Option<ChainEvent>, DecodeError> {
    let c = contracts;
    Ok(if address == c.governance_token {
        token(GovernanceToken::decode_raw_log(topics, data)?).map(ChainEvent::Token)
    } else if address == c.governor {
        governor(ProtocolGovernor::decode_raw_log(topics, data)?)?.map(ChainEvent::Governor)
    } else if address == c.staking_pool {
        staking(c, StakingPool::decode_raw_log(topics, data)?)?
    } else if address == c.label_epochs {
        epochs(c, LabelEpochs::decode_raw_log(topics, data)?)?
    } else if address == c.epoch_referee {
        referee(EpochReferee::decode_raw_log(topics, data)?)?.map(ChainEvent::Referee)
    } else if address == c.reward_distributor {
        distributor(RewardDistributor::decode_raw_log(topics, data)?).map(ChainEvent::Distributor)
    } else if address == c.model_registry {
        models(c, ModelRegistry::decode_raw_log(topics, data)?)?
    } else if address == c.dataset_registry {
        datasets(c, DatasetRegistry::decode_raw_log(topics, data)?)?
    } else if address == c.access_manager {
        roles(AccessManager::decode_raw_log(topics, data)?)?.map(ChainEvent::Roles)
    } else if address == c.optimistic_governor {
        optimistic(OptimisticGovernor::decode_raw_log(topics, data)?)?.map(ChainEvent::Optimistic)
    } else {
        return Err(DecodeError::Address(address));
    })
}

fn token(event: GovernanceToken) -> Option<TokenEvent> {
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

fn governor(event: ProtocolGovernor) -> Result<Option<GovernorEvent>, DecodeError> {
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

fn optimistic(event: OptimisticGovernor) -> Result<Option<OptimisticEvent>, DecodeError> {
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

fn staking(contracts: &Contracts, event: StakingPool) -> Result<Option<ChainEvent>, DecodeError> {
    Ok(Some(ChainEvent::Staking(match event {
        StakingPool::Staked(e) => StakingEvent::Staked { account: e.account, active: e.active },
        StakingPool::UnstakeRequested(e) => StakingEvent::UnstakeRequested {
            account: e.account,
            active: e.active,
            thawing: e.thawing,
            available_at: time(U256::from(e.availableAt))?,
        },
        StakingPool::Withdrawn(e) => StakingEvent::Withdrawn { account: e.account, active: e.active },
        StakingPool::Slashed(e) => StakingEvent::Slashed {
            account: e.account,
            amount: e.amount,
            challenger: (!e.challenger.is_zero()).then_some(e.challenger),
            share: e.share,
            case_id: e.caseId,
            active: e.active,
            thawing: e.thawing,
        },
        StakingPool::RewardNotified(e) => StakingEvent::RewardNotified {
            amount: e.amount,
            ends_at: time(U256::from(e.endsAt))?,
            reserve: e.reserve,
        },
        StakingPool::RewardReserved(e) => StakingEvent::RewardReserved { reserve: e.reserve },
        StakingPool::RewardPaid(e) => StakingEvent::RewardPaid { account: e.account, amount: e.amount },
        StakingPool::EntryPaused(e) => {
            return paused(contracts.staking_pool, e.selector, e.until, e.rearmAt).map(Some);
        }
        _ => return Ok(None),
    })))
}

/// Whichever contract said so.
fn paused(
    contract: Address,
    selector: FixedBytes<4>,
    until: U48,
    rearm_at: U48,
) -> Result<ChainEvent, DecodeError> {
    let (until, rearm_at) = (time(U256::from(until))?, time(U256::from(rearm_at))?);
    Ok(ChainEvent::Paused(Pause { contract, selector, until, rearm_at }))
}

fn epochs(contracts: &Contracts, event: LabelEpochs) -> Result<Option<ChainEvent>, DecodeError> {
    Ok(Some(ChainEvent::Epochs(match event {
        LabelEpochs::EpochOpened(e) => EpochsEvent::Opened {
            epoch: Epoch(e.epoch),
            operator: e.operator,
            terms: Box::new(terms(&e.terms)),
        },
        LabelEpochs::LabelsCommitted(e) => EpochsEvent::LabelsCommitted {
            epoch: Epoch(e.epoch),
            commitment: Commitment {
                labels_root: e.labelsRoot,
                block_count: e.blockCount,
                bundle_hash: e.bundleHash,
            },
        },
        LabelEpochs::BlockHashRecorded(e) => {
            EpochsEvent::BlockHashRecorded { epoch: Epoch(e.epoch), block_hash: e.blockHash }
        }
        LabelEpochs::SeedRevealed(e) => {
            EpochsEvent::Revealed { epoch: Epoch(e.epoch), secret: Some(e.secret), seed: e.seed }
        }
        LabelEpochs::RevealMissed(e) => {
            EpochsEvent::Revealed { epoch: Epoch(e.epoch), secret: None, seed: B256::ZERO }
        }
        LabelEpochs::PayoutsProposed(e) => EpochsEvent::PayoutsProposed {
            epoch: Epoch(e.epoch),
            proposer: e.proposer,
            payouts_root: e.payoutsRoot,
            account_count: e.accountCount,
            total_cumulative: U256::from(e.totalCumulative),
            total_raw: U256::from(e.totalRaw),
            bond: U256::from(e.bond),
            challenge_ends_at: time(U256::from(e.challengeEndsAt))?,
        },
        LabelEpochs::PayoutsFrozen(e) => {
            EpochsEvent::Frozen { epoch: Epoch(e.epoch), challenger: e.challenger }
        }
        LabelEpochs::PayoutsUnfrozen(e) => EpochsEvent::Unfrozen {
            epoch: Epoch(e.epoch),
            responder: e.responder,
            challenge_ends_at: time(U256::from(e.challengeEndsAt))?,
        },
        LabelEpochs::PayoutsDisproved(e) => EpochsEvent::PayoutsDisproved {
            epoch: Epoch(e.epoch),
            challenger: e.challenger,
            fraud: fraud(e.fraud)?,
            payouts_root: e.payoutsRoot,
        },
        LabelEpochs::LabelsDisproved(e) => EpochsEvent::LabelsDisproved {
            epoch: Epoch(e.epoch),
            challenger: e.challenger,
            fraud: fraud(e.fraud)?,
        },
        LabelEpochs::PayoutsRejected(e) => {
            EpochsEvent::PayoutsRejected { epoch: Epoch(e.epoch), payouts_root: e.payoutsRoot }
        }
        LabelEpochs::PayoutsApproved(e) => {
            EpochsEvent::PayoutsApproved { epoch: Epoch(e.epoch), payouts_root: e.payoutsRoot }
        }
        LabelEpochs::EpochVoided(e) => EpochsEvent::Voided { epoch: Epoch(e.epoch) },
        LabelEpochs::BondChanged(e) => {
            EpochsEvent::BondChanged { account: e.account, free: e.free, reserved: e.reserved }
        }
        LabelEpochs::BondSlashed(e) => EpochsEvent::BondSlashed { account: e.account, amount: e.amount },
        LabelEpochs::EntryPaused(e) => {
            return paused(contracts.label_epochs, e.selector, e.until, e.rearmAt).map(Some);
        }
        _ => return Ok(None),
    })))
}

fn referee(event: EpochReferee) -> Result<Option<RefereeEvent>, DecodeError> {
    Ok(Some(match event {
        EpochReferee::OpeningDemanded(e) => RefereeEvent::Demanded {
            epoch: Epoch(e.epoch),
            demand: NewDemand {
                challenger: e.challenger,
                tree: TREES.get(usize::from(e.tree)).ok_or(DecodeError::Enum(e.tree, "tree"))?,
                index: e.index,
                answer_by: time(U256::from(e.answerBy))?,
            },
        },
        EpochReferee::LabelerSlashed(e) => {
            RefereeEvent::LabelerSlashed { epoch: Epoch(e.epoch), labeler: e.labeler, case_id: e.caseId }
        }
        // That a demand was answered, `LabelEpochs` says too: with the new end of the challenge window.
        _ => return Ok(None),
    }))
}

/// `IEpochReferee.Tree`.
const TREES: [&str; 3] = ["labels", "payouts", "gold"];

/// `Fraud`.
const FRAUDS: [&str; 14] = [
    "none",
    "order",
    "runningTotal",
    "total",
    "carryOver",
    "missingAccount",
    "labelPosition",
    "score",
    "payoutsUnopened",
    "duplicateLabeler",
    "strayBits",
    "receipt",
    "labelsUnopened",
    "goldUnopened",
];

fn fraud(number: u8) -> Result<&'static str, DecodeError> {
    FRAUDS.get(usize::from(number)).copied().ok_or(DecodeError::Enum(number, "fraud"))
}

/// The terms of an epoch as the contract has them.
pub fn terms(terms: &ILabelEpochs::Terms) -> EpochTerms {
    EpochTerms {
        campaign: CampaignTerms {
            budget: terms.budget,
            base_pay: terms.basePay,
            alpha_pay: terms.alphaPay,
            block_slots: terms.blockSlots,
            overlap_slots: terms.overlapSlots,
            gold_slots: terms.goldSlots,
            min_overlap: terms.minOverlap,
            min_roster: terms.minRoster,
        },
        gold_blocks: terms.goldBlocks,
        gold_root: terms.goldRoot,
        secret_hash: terms.secretHash,
        campaign_hash: terms.campaignHash,
    }
}

fn distributor(event: RewardDistributor) -> Option<DistributorEvent> {
    Some(match event {
        RewardDistributor::Funded(e) => DistributorEvent::Funded { total_funded: e.totalFunded },
        RewardDistributor::EpochBudgetSet(e) => {
            DistributorEvent::EpochBudgetSet { epoch_budget: e.epochBudget }
        }
        RewardDistributor::PayoutsRootSet(e) => DistributorEvent::PayoutsRootSet {
            epoch: Epoch(e.epoch),
            payouts_root: e.payoutsRoot,
            total_approved: e.totalApproved,
        },
        RewardDistributor::Claimed(e) => DistributorEvent::Claimed {
            account: e.account,
            recipient: e.recipient,
            amount: e.amount,
            total_claimed: e.totalClaimed,
        },
        _ => return None,
    })
}

fn models(contracts: &Contracts, event: ModelRegistry) -> Result<Option<ChainEvent>, DecodeError> {
    Ok(Some(ChainEvent::Models(match event {
        ModelRegistry::FamilyCreated(e) => ModelsEvent::FamilyCreated { family_id: e.familyId, name: e.name },
        ModelRegistry::VersionRegistered(e) => ModelsEvent::VersionRegistered(Box::new(NewVersion {
            version_id: e.versionId,
            family_id: e.familyId,
            number: e.number,
            digest: VersionDigest {
                manifest_hash: e.digest.manifestHash,
                weights_hash: e.digest.weightsHash,
                run_spec_hash: e.digest.runSpecHash,
                dataset_root: e.digest.datasetRoot,
                evaluation_hash: e.digest.evaluationHash,
                parent: e.digest.parent,
            },
            uri: e.uri,
        })),
        ModelRegistry::VersionActivated(e) => ModelsEvent::VersionActivated {
            version_id: e.versionId,
            family_id: e.familyId,
            previous: (!e.previous.is_zero()).then_some(e.previous),
        },
        ModelRegistry::VersionRevoked(e) => {
            ModelsEvent::VersionRevoked { version_id: e.versionId, family_id: e.familyId, reason: e.reason }
        }
        ModelRegistry::VersionSuspended(e) => {
            ModelsEvent::VersionSuspended { version_id: e.versionId, family_id: e.familyId, reason: e.reason }
        }
        ModelRegistry::EntryPaused(e) => {
            return paused(contracts.model_registry, e.selector, e.until, e.rearmAt).map(Some);
        }
        _ => return Ok(None),
    })))
}

fn datasets(contracts: &Contracts, event: DatasetRegistry) -> Result<Option<ChainEvent>, DecodeError> {
    Ok(Some(ChainEvent::Datasets(match event {
        DatasetRegistry::DatasetRegistered(e) => DatasetsEvent::Registered {
            dataset_hash: e.datasetHash,
            contributor: e.contributor,
            sample_root: e.sampleRoot,
            sample_count: e.sampleCount,
            licence: e.licence,
            uri: e.uri,
        },
        DatasetRegistry::ConsentWithdrawn(e) => {
            DatasetsEvent::ConsentWithdrawn { dataset_hash: e.datasetHash }
        }
        DatasetRegistry::EntryPaused(e) => {
            return paused(contracts.dataset_registry, e.selector, e.until, e.rearmAt).map(Some);
        }
        _ => return Ok(None),
    })))
}

fn roles(event: AccessManager) -> Result<Option<RolesEvent>, DecodeError> {
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

/// Unix seconds of a contract as a time.
fn time(seconds: U256) -> Result<DateTime<Utc>, DecodeError> {
    let known = i64::try_from(seconds).ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    known.ok_or(DecodeError::Time(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::{primitives::Bytes, sol_types::SolEvent};

    fn contracts() -> Contracts {
        let address = Address::repeat_byte;
        Contracts {
            governance_token: address(1),
            timelock: address(2),
            access_manager: address(3),
            governor: address(4),
            staking_pool: address(5),
            label_epochs: address(6),
            reward_distributor: address(7),
            model_registry: address(8),
            dataset_registry: address(9),
            epoch_referee: address(10),
            optimistic_governor: address(11),
        }
    }

    fn decoded(address: Address, event: &impl SolEvent) -> Result<Option<ChainEvent>, DecodeError> {
        let log = event.encode_log_data();
        decode(&contracts(), address, log.topics(), &log.data)
    }

    fn fractional(params: Vec<u8>) -> bindings::ProtocolGovernor::VoteCastWithParams {
        bindings::ProtocolGovernor::VoteCastWithParams {
            voter: Address::repeat_byte(0xaa),
            proposalId: U256::from(7),
            support: 255,
            weight: U256::from(6),
            reason: "split".into(),
            params: Bytes::from(params),
        }
    }

    #[test]
    fn a_fractional_vote_is_split_by_its_parameters() {
        let params = [1u128, 2, 3].map(u128::to_be_bytes).concat();
        let event = decoded(contracts().governor, &fractional(params)).unwrap().unwrap();
        let ChainEvent::Governor(GovernorEvent::VoteCast(vote)) = event else { panic!("{event:?}") };
        assert_eq!(vote.split, [1, 2, 3].map(U256::from));
        assert_eq!(vote.support, Support::Fractional);
        let short = decoded(contracts().governor, &fractional(vec![0; 47]));
        assert!(matches!(short, Err(DecodeError::Fractions(47))));
    }

    #[test]
    fn what_no_table_needs_is_skipped_and_what_no_abi_knows_is_an_error() {
        let approval = bindings::GovernanceToken::Approval {
            owner: Address::ZERO,
            spender: Address::ZERO,
            value: U256::ZERO,
        };
        assert_eq!(decoded(contracts().governance_token, &approval).unwrap(), None);
        assert!(matches!(decoded(contracts().governor, &approval), Err(DecodeError::Abi(_))));
        assert!(matches!(decoded(Address::ZERO, &approval), Err(DecodeError::Address(_))));
    }

    #[test]
    fn a_time_beyond_every_calendar_is_an_error() {
        let queued =
            bindings::ProtocolGovernor::ProposalQueued { proposalId: U256::from(1), etaSeconds: U256::MAX };
        assert!(matches!(decoded(contracts().governor, &queued), Err(DecodeError::Time(_))));
    }
}
