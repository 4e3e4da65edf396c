//! What the contracts said, in the words of the domain. Amounts in wei; times as block time.

use alloy::primitives::{Address, B256, FixedBytes, I256, U256};
use chrono::{DateTime, Utc};
use protocol::{Epoch, EpochTerms, ProposalId, Support};
use storage::chain::{
    demands::NewDemand, epochs::Commitment, model_versions::NewVersion, pauses::Pause, proposals::NewProposal,
};

/// One event of one of our contracts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChainEvent {
    /// Of the `GovernanceToken`.
    Token(TokenEvent),
    /// Of the `ProtocolGovernor`.
    Governor(GovernorEvent),
    /// Of the `OptimisticGovernor`.
    Optimistic(OptimisticEvent),
    /// Of the `StakingPool`.
    Staking(StakingEvent),
    /// Of `LabelEpochs`.
    Epochs(EpochsEvent),
    /// Of the `EpochReferee`.
    Referee(RefereeEvent),
    /// Of the `RewardDistributor`.
    Distributor(DistributorEvent),
    /// Of the `ModelRegistry`.
    Models(ModelsEvent),
    /// Of the `DatasetRegistry`.
    Datasets(DatasetsEvent),
    /// Of the `AccessManager`.
    Roles(RolesEvent),
    /// Of any contract with entries that a guardian may stop for a while.
    Paused(Pause),
}

/// Balances, locks, delegation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenEvent {
    /// Tokens moved; from zero: minted, to zero: burnt.
    Transfer { from: Address, to: Address, amount: U256 },
    /// Part of a balance was locked.
    Locked { account: Address, amount: U256 },
    /// Part of a balance was released, to its owner or to be seized.
    Unlocked { account: Address, amount: U256 },
    /// An account chose a delegate.
    DelegateChanged { account: Address, delegate: Option<Address> },
    /// A delegate has more or fewer votes.
    VotesChanged { delegate: Address, votes: U256 },
}

/// Proposals and votes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GovernorEvent {
    /// Somebody proposed.
    Created(Box<NewProposal>),
    /// A late quorum moved the end of the vote.
    Extended { proposal_id: ProposalId, vote_end: DateTime<Utc> },
    /// Somebody voted.
    VoteCast(Box<CastVote>),
    /// Put into the timelock.
    Queued { proposal_id: ProposalId, eta: DateTime<Utc> },
    /// Done.
    Executed { proposal_id: ProposalId },
    /// Withdrawn.
    Canceled { proposal_id: ProposalId },
    /// The share of the supply that For votes must reach.
    QuorumChanged { quorum_bps: u16 },
}

/// What passes unless it is vetoed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OptimisticEvent {
    /// A vote allowed a call with arguments of so many words, or no longer allows it.
    CallSet { target: Address, selector: FixedBytes<4>, words: u8, allowed: bool },
    /// A vote lets somebody propose, or no longer.
    ProposerSet { account: Address, allowed: bool },
    /// Somebody proposed.
    Created(Box<NewProposal>),
    /// Somebody voted; only what is against counts.
    VoteCast(Box<CastVote>),
    /// Done.
    Executed { proposal_id: ProposalId },
    /// Withdrawn.
    Canceled { proposal_id: ProposalId },
}

/// A vote and how its weight splits into against, for, abstain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CastVote {
    pub proposal_id: ProposalId,
    pub voter: Address,
    pub support: Support,
    pub weight: U256,
    pub split: [U256; 3],
    pub reason: String,
}

/// Stake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StakingEvent {
    /// Active stake after more was staked.
    Staked { account: Address, active: U256 },
    /// Stake after some of it began to thaw.
    UnstakeRequested { account: Address, active: U256, thawing: U256, available_at: DateTime<Utc> },
    /// All thawing stake was withdrawn.
    Withdrawn { account: Address, active: U256 },
    /// Stake was taken.
    Slashed {
        account: Address,
        amount: U256,
        challenger: Option<Address>,
        share: U256,
        case_id: B256,
        active: U256,
        thawing: U256,
    },
    /// Rewards began to flow.
    RewardNotified { amount: U256, ends_at: DateTime<Utc>, reserve: U256 },
    /// Tokens were put aside for a later stream.
    RewardReserved { reserve: U256 },
    /// Somebody took the rewards that had flowed to its stake.
    RewardPaid { account: Address, amount: U256 },
}

/// Payout periods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EpochsEvent {
    /// Labeling began.
    Opened { epoch: Epoch, operator: Address, terms: Box<EpochTerms> },
    /// Labeling ended.
    LabelsCommitted { epoch: Epoch, commitment: Commitment },
    /// Half of the seed is fixed.
    BlockHashRecorded { epoch: Epoch, block_hash: B256 },
    /// The seed is known; without a secret it is zero.
    Revealed { epoch: Epoch, secret: Option<B256>, seed: B256 },
    /// A payouts root is open to challenge.
    PayoutsProposed {
        epoch: Epoch,
        proposer: Address,
        payouts_root: B256,
        account_count: u32,
        total_cumulative: U256,
        total_raw: U256,
        bond: U256,
        challenge_ends_at: DateTime<Utc>,
    },
    /// A demand to open a leaf keeps the epoch from being settled.
    Frozen { epoch: Epoch, challenger: Address },
    /// The demand was answered.
    Unfrozen { epoch: Epoch, responder: Address, challenge_ends_at: DateTime<Utc> },
    /// The proposed root was proved wrong.
    PayoutsDisproved { epoch: Epoch, challenger: Address, fraud: &'static str, payouts_root: B256 },
    /// The labels were proved wrong; the epoch is voided by an event of its own.
    LabelsDisproved { epoch: Epoch, challenger: Address, fraud: &'static str },
    /// The proposed root was thrown away.
    PayoutsRejected { epoch: Epoch, payouts_root: B256 },
    /// The proposed root was accepted.
    PayoutsApproved { epoch: Epoch, payouts_root: B256 },
    /// Ended without pay.
    Voided { epoch: Epoch },
    /// An account's bonds after a change.
    BondChanged { account: Address, free: U256, reserved: U256 },
    /// A bond was taken.
    BondSlashed { account: Address, amount: U256 },
}

/// What the judge of epochs said beyond what `LabelEpochs` says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefereeEvent {
    /// Somebody wants to see a leaf.
    Demanded { epoch: Epoch, demand: NewDemand },
    /// A labeler lost stake for what it signed in an epoch.
    LabelerSlashed { epoch: Epoch, labeler: Address, case_id: B256 },
}

/// The reward pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DistributorEvent {
    /// Total after a deposit.
    Funded { total_funded: U256 },
    /// The most that one epoch may be opened with.
    EpochBudgetSet { epoch_budget: U256 },
    /// Claims are checked against a new root.
    PayoutsRootSet { epoch: Epoch, payouts_root: B256, total_approved: U256 },
    /// Somebody was paid.
    Claimed { account: Address, recipient: Address, amount: U256, total_claimed: U256 },
}

/// Model families and versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelsEvent {
    /// A new family.
    FamilyCreated { family_id: B256, name: String },
    /// A new version.
    VersionRegistered(Box<NewVersion>),
    /// A version is served from now on.
    VersionActivated { version_id: B256, family_id: B256, previous: Option<B256> },
    /// A version can never be served again.
    VersionRevoked { version_id: B256, family_id: B256, reason: String },
    /// A version is not served until a vote brings it back.
    VersionSuspended { version_id: B256, family_id: B256, reason: String },
}

/// Registered data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatasetsEvent {
    /// New data.
    Registered {
        dataset_hash: B256,
        contributor: Address,
        sample_root: B256,
        sample_count: u64,
        licence: String,
        uri: String,
    },
    /// The contributor does not want new versions to use it.
    ConsentWithdrawn { dataset_hash: B256 },
}

/// Roles of the `AccessManager`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RolesEvent {
    /// An account holds a role from a time on. `is_new` is false when only its delay changed.
    Granted { role_id: u64, account: Address, since: DateTime<Utc>, is_new: bool },
    /// An account no longer holds a role.
    Revoked { role_id: u64, account: Address },
}

impl TokenEvent {
    /// By how much the event changes the supply.
    pub fn supply_change(&self) -> Option<I256> {
        match *self {
            Self::Transfer { from, to, .. } if from.is_zero() == to.is_zero() => None,
            Self::Transfer { from, amount, .. } => {
                let amount = I256::try_from(amount).ok()?;
                Some(if from.is_zero() { amount } else { -amount })
            }
            _ => None,
        }
    }
}
