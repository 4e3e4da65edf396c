//! Log → [`ChainEvent`]. The names of `bindings` end here.

mod governance;
mod registries;
mod rewards;

pub use rewards::terms;

use crate::events::ChainEvent;
use alloy::{
    primitives::{Address, B256, FixedBytes, U256, aliases::U48},
    sol_types::SolEventInterface,
};
use bindings::{
    AccessManager::AccessManagerEvents as AccessManager, Contracts,
    DatasetRegistry::DatasetRegistryEvents as DatasetRegistry,
    EpochReferee::EpochRefereeEvents as EpochReferee,
    GovernanceToken::GovernanceTokenEvents as GovernanceToken, LabelEpochs::LabelEpochsEvents as LabelEpochs,
    ModelRegistry::ModelRegistryEvents as ModelRegistry,
    OptimisticGovernor::OptimisticGovernorEvents as OptimisticGovernor,
    ProtocolGovernor::ProtocolGovernorEvents as ProtocolGovernor,
    RewardDistributor::RewardDistributorEvents as RewardDistributor,
    StakingPool::StakingPoolEvents as StakingPool,
};
use chrono::{DateTime, Utc};
use governance::{governor, optimistic, roles, token};
use protocol::ids::InvalidSupport;
use registries::{datasets, models};
use rewards::{distributor, epochs, referee, staking};
use storage::chain::pauses::Pause;

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

/// What a log is called, for people: contract and event. `unknown` for one that no ABI of ours has.
pub(crate) fn name(c: &Contracts, address: Address, topics: &[B256]) -> (&'static str, &'static str) {
    type NameOf = fn([u8; 32]) -> Option<&'static str>;
    let known: [(Address, &str, NameOf); 10] = [
        (c.governance_token, "GovernanceToken", GovernanceToken::name_by_selector),
        (c.governor, "ProtocolGovernor", ProtocolGovernor::name_by_selector),
        (c.staking_pool, "StakingPool", StakingPool::name_by_selector),
        (c.label_epochs, "LabelEpochs", LabelEpochs::name_by_selector),
        (c.epoch_referee, "EpochReferee", EpochReferee::name_by_selector),
        (c.reward_distributor, "RewardDistributor", RewardDistributor::name_by_selector),
        (c.model_registry, "ModelRegistry", ModelRegistry::name_by_selector),
        (c.dataset_registry, "DatasetRegistry", DatasetRegistry::name_by_selector),
        (c.access_manager, "AccessManager", AccessManager::name_by_selector),
        (c.optimistic_governor, "OptimisticGovernor", OptimisticGovernor::name_by_selector),
    ];
    let contract = known.into_iter().find(|(of, ..)| *of == address);
    let (contract, name_of) = contract.map_or(("unknown", None), |(_, name, of)| (name, Some(of)));
    let event = topics.first().and_then(|topic| name_of?(topic.0));
    (contract, event.unwrap_or("unknown"))
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

/// Unix seconds of a contract as a time.
fn time(seconds: U256) -> Result<DateTime<Utc>, DecodeError> {
    let known = i64::try_from(seconds).ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    known.ok_or(DecodeError::Time(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::GovernorEvent;
    use alloy::{primitives::Bytes, sol_types::SolEvent};
    use protocol::Support;

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
