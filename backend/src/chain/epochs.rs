//! `LabelEpochs`.
use super::{Call, ChainHandle, Mined, ReadError};
use alloy::{
    primitives::{Address, B256, U256},
    sol_types::SolEvent,
};
use bindings::{ILabelEpochs, LabelEpochs};
use protocol::{EpochTerms, rewards::EpochPayouts};

/// Where an epoch is in its life, in that order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
    pub opened_at: u64,
    pub committed_at: u64,
    pub commit_block: u64,
    /// Opened the epoch and signs its receipts.
    pub operator: Address,
    /// Blocks of the labels tree.
    pub block_count: u32,
    /// When the payouts were proposed that stand now.
    pub proposed_at: u64,
    /// The proposed payouts cannot be accepted before.
    pub challenge_ends_at: u64,
    pub account_count: u32,
    pub labels_root: B256,
    pub bundle_hash: B256,
    pub block_hash: B256,
    pub secret: B256,
    /// Zero when the secret was never revealed.
    pub seed: B256,
    pub payouts_root: B256,
    pub total_cumulative: U256,
    pub total_raw: U256,
    pub proposer: Address,
    /// Whose demand freezes the epoch.
    pub challenger: Option<Address>,
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
    pub fn commit_labels(&self, epoch: u64, labels_root: B256, block_count: u32, bundle_hash: B256) -> Call {
        self.label_epochs(&LabelEpochs::commitLabelsCall {
            epoch,
            labelsRoot: labels_root,
            blockCount: block_count,
            bundleHash: bundle_hash,
        })
    }

    /// End an epoch whose labels were not committed in time.
    pub fn miss_commit(&self, epoch: u64) -> Call {
        self.label_epochs(&LabelEpochs::missCommitCall { epoch })
    }

    /// Reveal the secret; records the block hash too.
    pub fn reveal(&self, epoch: u64, secret: B256) -> Call {
        self.label_epochs(&LabelEpochs::revealCall { epoch, secret })
    }

    /// Go on without a seed once the deadline of the reveal is over.
    pub fn miss_reveal(&self, epoch: u64) -> Call {
        self.label_epochs(&LabelEpochs::missRevealCall { epoch })
    }

    /// Propose the payouts of a revealed epoch. The rule keeps both sums below 2^112.
    pub fn propose_payouts(&self, epoch: u64, account_count: u32, payouts: &EpochPayouts) -> Call {
        self.label_epochs(&LabelEpochs::proposePayoutsCall {
            epoch,
            payoutsRoot: payouts.tree.root(),
            accountCount: account_count,
            totalCumulative: payouts.total_cumulative().saturating_to(),
            totalRaw: payouts.total_raw().saturating_to(),
        })
    }

    /// For a vote: accept the proposed payouts.
    pub fn accept_payouts(&self, epoch: u64, payouts_root: B256) -> Call {
        self.label_epochs(&LabelEpochs::acceptPayoutsCall { epoch, payoutsRoot: payouts_root })
    }

    /// For a vote: throw the proposed payouts away.
    pub fn reject_payouts(&self, epoch: u64) -> Call {
        self.label_epochs(&LabelEpochs::rejectPayoutsCall { epoch })
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
            opened_at: raw.openedAt.to(),
            committed_at: raw.committedAt.to(),
            commit_block: raw.commitBlock.to(),
            operator: raw.operator,
            block_count: raw.blockCount,
            proposed_at: raw.proposedAt.to(),
            challenge_ends_at: raw.challengeEndsAt.to(),
            account_count: raw.accountCount,
            labels_root: raw.labelsRoot,
            bundle_hash: raw.bundleHash,
            block_hash: raw.blockHash,
            secret: raw.secret,
            seed: raw.seed,
            payouts_root: raw.payoutsRoot,
            total_cumulative: U256::from(raw.totalCumulative),
            total_raw: U256::from(raw.totalRaw),
            proposer: raw.proposer,
            challenger: (!raw.challenger.is_zero()).then_some(raw.challenger),
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

    /// Seconds after the opening in which the labels must be committed, unless a pause gives more.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn commit_window(&self) -> Result<u64, ReadError> {
        Ok(self.read_epochs(&LabelEpochs::commitWindowCall {}).await?.to())
    }

    /// From then on (unix seconds) anybody may end the epoch if it is still open.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn commit_deadline(&self, epoch: u64) -> Result<u64, ReadError> {
        Ok(self.read_epochs(&LabelEpochs::commitDeadlineOfCall { epoch }).await?.to())
    }

    /// Seconds after the commitment in which the secret must be revealed.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn reveal_window(&self) -> Result<u64, ReadError> {
        Ok(self.read_epochs(&LabelEpochs::revealWindowCall {}).await?.to())
    }

    /// Seconds in which proposed payouts can be challenged.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn challenge_window(&self) -> Result<u64, ReadError> {
        Ok(self.read_epochs(&LabelEpochs::challengeWindowCall {}).await?.to())
    }

    /// The last epoch that was opened; 0 before the first.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn last_epoch(&self) -> Result<u64, ReadError> {
        self.read_epochs(&LabelEpochs::lastEpochCall {}).await
    }

    /// Seconds in which a demand must be answered.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn response_window(&self) -> Result<u64, ReadError> {
        Ok(self.read_epochs(&LabelEpochs::responseWindowCall {}).await?.to())
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
        goldBlocks: terms.gold_blocks,
        goldRoot: terms.gold_root,
        secretHash: terms.secret_hash,
        campaignHash: terms.campaign_hash,
    }
}
