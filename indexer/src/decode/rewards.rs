//! Stake, epochs, their judge and the reward pool.

use super::{DecodeError, paused, time};
use crate::events::{ChainEvent, DistributorEvent, EpochsEvent, RefereeEvent, StakingEvent};
use alloy::primitives::{B256, U256};
use bindings::{
    Contracts, EpochReferee::EpochRefereeEvents as EpochReferee, ILabelEpochs,
    LabelEpochs::LabelEpochsEvents as LabelEpochs,
    RewardDistributor::RewardDistributorEvents as RewardDistributor,
    StakingPool::StakingPoolEvents as StakingPool,
};
use protocol::{CampaignTerms, Epoch, EpochTerms};
use storage::chain::{demands::NewDemand, epochs::Commitment};

pub(super) fn staking(contracts: &Contracts, event: StakingPool) -> Result<Option<ChainEvent>, DecodeError> {
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

pub(super) fn epochs(contracts: &Contracts, event: LabelEpochs) -> Result<Option<ChainEvent>, DecodeError> {
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

pub(super) fn referee(event: EpochReferee) -> Result<Option<RefereeEvent>, DecodeError> {
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

pub(super) fn distributor(event: RewardDistributor) -> Option<DistributorEvent> {
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
