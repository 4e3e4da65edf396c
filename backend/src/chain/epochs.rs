//! `LabelEpochs`.
use super::{Call, ChainHandle, Mined, ReadError};
use alloy::{
    primitives::{B256, U256},
    sol_types::SolEvent,
};
use bindings::{ILabelEpochs, LabelEpochs};
use protocol::EpochTerms;

/// Where an epoch is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EpochStatus {
    None,
    Open,
    Committed,
    Revealed,
    Proposed,
    Accepted,
    Voided,
}

/// What the contract holds about an epoch. Times in unix seconds, 0 for "not yet".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EpochOnChain {
    pub status: EpochStatus,
    pub committed_at: u64,
    pub proposed_at: u64,
    pub commit_block: u64,
    pub leaf_count: u32,
    pub account_count: u32,
    pub labels_root: B256,
    pub bundle_hash: B256,
    pub block_hash: B256,
    pub secret: B256,
    /// Zero when the secret was never revealed.
    pub seed: B256,
    pub payouts_root: B256,
    pub total_cumulative: U256,
}

impl ChainHandle {
    /// Open an epoch with these terms.
    pub fn open_epoch(&self, terms: &EpochTerms) -> Call {
        self.label_epochs(&LabelEpochs::openCall { terms: to_abi(terms) })
    }

    /// The number of the epoch that a mined [`ChainHandle::open_epoch`] opened, and its terms.
    pub fn opened_epoch(&self, mined: &Mined) -> Option<(u64, EpochTerms)> {
        let ours = mined.logs.iter().filter(|log| log.address() == self.deployment.contracts.label_epochs);
        let mut events = ours.filter_map(|log| LabelEpochs::EpochOpened::decode_log(&log.inner).ok());
        events.next().map(|event| (event.epoch, indexer::decode::terms(&event.terms)))
    }

    /// Close an epoch with the root of its labels.
    pub fn commit_labels(&self, epoch: u64, labels_root: B256, leaf_count: u32, bundle_hash: B256) -> Call {
        self.label_epochs(&LabelEpochs::commitLabelsCall {
            epoch,
            labelsRoot: labels_root,
            leafCount: leaf_count,
            bundleHash: bundle_hash,
        })
    }

    /// Reveal the secret; records the block hash too.
    pub fn reveal(&self, epoch: u64, secret: B256) -> Call {
        self.label_epochs(&LabelEpochs::revealCall { epoch, secret })
    }

    /// Go on without a seed once the deadline of the reveal is over.
    pub fn miss_reveal(&self, epoch: u64) -> Call {
        self.label_epochs(&LabelEpochs::missRevealCall { epoch })
    }

    /// Propose the payouts of a revealed epoch.
    pub fn propose_payouts(
        &self,
        epoch: u64,
        payouts_root: B256,
        account_count: u32,
        total_cumulative: U256,
    ) -> Call {
        self.label_epochs(&LabelEpochs::proposePayoutsCall {
            epoch,
            payoutsRoot: payouts_root,
            accountCount: account_count,
            totalCumulative: total_cumulative,
        })
    }

    /// For a vote: accept the proposed payouts.
    pub fn accept_payouts(&self, epoch: u64, payouts_root: B256) -> Call {
        self.label_epochs(&LabelEpochs::acceptPayoutsCall { epoch, payoutsRoot: payouts_root })
    }

    /// What the contract holds about an epoch.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn epoch(&self, epoch: u64) -> Result<EpochOnChain, ReadError> {
        let raw = self.read_epochs(&LabelEpochs::epochOfCall { epoch }).await?;
        Ok(EpochOnChain {
            status: match raw.status {
                1 => EpochStatus::Open,
                2 => EpochStatus::Committed,
                3 => EpochStatus::Revealed,
                4 => EpochStatus::Proposed,
                5 => EpochStatus::Accepted,
                6 => EpochStatus::Voided,
                _ => EpochStatus::None,
            },
            committed_at: raw.committedAt.to(),
            proposed_at: raw.proposedAt.to(),
            commit_block: raw.commitBlock,
            leaf_count: raw.leafCount,
            account_count: raw.accountCount,
            labels_root: raw.labelsRoot,
            bundle_hash: raw.bundleHash,
            block_hash: raw.blockHash,
            secret: raw.secret,
            seed: raw.seed,
            payouts_root: raw.payoutsRoot,
            total_cumulative: raw.totalCumulative,
        })
    }

    /// The terms that an epoch was opened with.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn epoch_terms(&self, epoch: u64) -> Result<EpochTerms, ReadError> {
        Ok(indexer::decode::terms(&self.read_epochs(&LabelEpochs::termsOfCall { epoch }).await?))
    }

    /// The last epoch whose payouts were accepted or that was voided; the next one is settled next.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn last_settled_epoch(&self) -> Result<u64, ReadError> {
        self.read_epochs(&LabelEpochs::lastSettledEpochCall {}).await
    }

    /// Seconds in which a proposed payouts root can be challenged.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn challenge_window(&self) -> Result<u64, ReadError> {
        Ok(self.read_epochs(&LabelEpochs::challengeWindowCall {}).await?.to())
    }

    /// Seconds after the commitment in which the secret must be revealed.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn reveal_window(&self) -> Result<u64, ReadError> {
        Ok(self.read_epochs(&LabelEpochs::revealWindowCall {}).await?.to())
    }

    fn label_epochs(&self, call: &impl alloy::sol_types::SolCall) -> Call {
        Call::new(self.deployment.contracts.label_epochs, call)
    }

    async fn read_epochs<C: alloy::sol_types::SolCall>(&self, call: &C) -> Result<C::Return, ReadError> {
        self.view(self.deployment.contracts.label_epochs, call).await
    }
}

fn to_abi(terms: &EpochTerms) -> ILabelEpochs::Terms {
    ILabelEpochs::Terms {
        budget: terms.campaign.budget,
        basePay: terms.campaign.base_pay,
        alphaPay: terms.campaign.alpha_pay,
        blockSlots: terms.campaign.block_slots,
        overlapSlots: terms.campaign.overlap_slots,
        goldSlots: terms.campaign.gold_slots,
        minOverlap: terms.campaign.min_overlap,
        minRoster: terms.campaign.min_roster,
        goldPassBps: terms.campaign.gold_pass_bps,
        goldRoot: terms.gold_root,
        secretHash: terms.secret_hash,
        campaignHash: terms.campaign_hash,
    }
}
