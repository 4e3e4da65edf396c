//! `EpochReferee`: demands to open a leaf, and their answers.
use super::{Call, ChainHandle, ReadError};
use alloy::{
    primitives::{Address, B256, U256},
    sol_types::SolCall,
};
use bindings::{
    EpochReferee::{self, LabelWord, RawPay},
    IEpochReferee,
};
use protocol::rewards::openings::{GoldOpening, LabelOpening, PayoutOpening};

/// Whose leaf is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DemandedTree {
    Labels,
    Payouts,
    Gold,
}

/// The demand that freezes an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demand {
    pub challenger: Address,
    pub tree: DemandedTree,
    pub index: u32,
    /// Unix seconds.
    pub answer_by: u64,
}

impl ChainHandle {
    /// The last demand of an epoch; it counts only while the epoch is frozen.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn demand(&self, epoch: u64) -> Result<Demand, ReadError> {
        let call = EpochReferee::demandOfCall { epoch };
        let raw = self.view(self.deployment.contracts.epoch_referee, &call).await?;
        Ok(Demand {
            challenger: raw.challenger,
            tree: match raw.tree {
                0 => DemandedTree::Labels,
                1 => DemandedTree::Payouts,
                _ => DemandedTree::Gold,
            },
            index: raw.index,
            answer_by: raw.answerBy.to(),
        })
    }

    /// Show a leaf of the proposed payouts.
    pub fn answer_payout(&self, epoch: u64, opening: PayoutOpening) -> Call {
        let pay = RawPay {
            position: opening.leaf.raw_pay.position,
            raw: opening.leaf.raw_pay.raw,
            runningRaw: opening.leaf.raw_pay.running_raw,
        };
        let leaf = IEpochReferee::PayoutOpening {
            index: opening.index,
            account: opening.leaf.account,
            cumulative: opening.leaf.cumulative,
            runningTotal: opening.leaf.running_total,
            rawPayHash: opening.leaf.raw_pay.hash(),
            proof: opening.proof,
        };
        self.referee(&EpochReferee::answerPayoutCall { epoch, leaf, pay })
    }

    /// Show a seat of the committed labels.
    pub fn answer_label(&self, epoch: u64, opening: LabelOpening) -> Call {
        let empty = LabelWord { labeler: Address::ZERO, answers: U256::ZERO, valid: U256::ZERO };
        let word = opening.word.map_or(empty, |word| LabelWord {
            labeler: word.labeler,
            answers: word.answers,
            valid: word.valid,
        });
        let label = IEpochReferee::LabelOpening { position: opening.position, word, proof: opening.proof };
        self.referee(&EpochReferee::answerLabelCall { epoch, label })
    }

    /// Show a seat of the committed gold.
    pub fn answer_gold(&self, epoch: u64, opening: GoldOpening) -> Call {
        let gold = IEpochReferee::GoldOpening {
            answers: opening.word.map_or(U256::ZERO, |word| word.answers),
            tasksHash: opening.word.map_or(B256::ZERO, |word| word.tasks_hash),
            proof: opening.proof,
        };
        self.referee(&EpochReferee::answerGoldCall { epoch, gold })
    }

    fn referee(&self, call: &impl SolCall) -> Call {
        Call::new(self.deployment.contracts.epoch_referee, call)
    }
}
