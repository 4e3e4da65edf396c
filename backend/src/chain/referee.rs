//! `EpochReferee`: proofs of wrong payouts, demands to open a leaf, and their answers.
use super::{Call, ChainHandle, ReadError};
use alloy::{
    primitives::{Address, B256, U256},
    sol_types::SolCall,
};
use bindings::{
    EpochReferee::{self, LabelWord, RawPay},
    IEpochReferee,
};
use protocol::{
    LabelWord as Word,
    rewards::{
        disproof::Disproof,
        openings::{BlockOpening, GoldOpening, LabelOpening, PayoutOpening},
    },
};

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

    /// Show what is wrong with the proposed payouts: reopens the proposal and pays half of its bond to the sender.
    pub fn disprove(&self, epoch: u64, disproof: &Disproof) -> Call {
        match disproof {
            Disproof::Order { a, b } => {
                self.referee(&EpochReferee::disproveOrderCall { epoch, a: payout(a), b: payout(b) })
            }
            Disproof::RunningTotal { a, b } => self.referee(&EpochReferee::disproveRunningTotalCall {
                epoch,
                a: payout(a),
                payA: pay(a),
                b: payout(b),
                payB: pay(b),
            }),
            Disproof::Total { leaf } => {
                self.referee(&EpochReferee::disproveTotalCall { epoch, leaf: payout(leaf), pay: pay(leaf) })
            }
            Disproof::LabelPosition { leaf, label } => {
                self.referee(&EpochReferee::disproveLabelPositionCall {
                    epoch,
                    leaf: payout(leaf),
                    pay: pay(leaf),
                    label: self::label(label),
                })
            }
            Disproof::CarryOver { leaf, previous } => self.referee(&EpochReferee::disproveCarryOverCall {
                epoch,
                leaf: payout(leaf),
                pay: pay(leaf),
                previous: previous.iter().map(payout).collect(),
            }),
            Disproof::Score { leaf, roster, gold } => self.referee(&EpochReferee::disproveScoreCall {
                epoch,
                leaf: payout(leaf),
                pay: pay(leaf),
                roster: block(roster),
                gold: self::gold(gold.as_ref()),
            }),
            Disproof::MissingEarner { previous, around } => {
                self.referee(&EpochReferee::disproveMissingEarnerCall {
                    epoch,
                    previous: payout(previous),
                    around: around.iter().map(payout).collect(),
                })
            }
            Disproof::MissingLabeler { label, around } => {
                self.referee(&EpochReferee::disproveMissingLabelerCall {
                    epoch,
                    label: self::label(label),
                    around: around.iter().map(payout).collect(),
                })
            }
        }
    }

    /// Show a leaf of the proposed payouts.
    pub fn answer_payout(&self, epoch: u64, opening: &PayoutOpening) -> Call {
        let (leaf, pay) = (payout(opening), pay(opening));
        self.referee(&EpochReferee::answerPayoutCall { epoch, leaf, pay })
    }

    /// Show a seat of the committed labels.
    pub fn answer_label(&self, epoch: u64, opening: &LabelOpening) -> Call {
        self.referee(&EpochReferee::answerLabelCall { epoch, label: label(opening) })
    }

    /// Show a seat of the committed gold.
    pub fn answer_gold(&self, epoch: u64, opening: &GoldOpening) -> Call {
        self.referee(&EpochReferee::answerGoldCall { epoch, gold: gold(Some(opening)) })
    }

    fn referee(&self, call: &impl SolCall) -> Call {
        Call::new(self.deployment.contracts.epoch_referee, call)
    }
}

fn payout(opening: &PayoutOpening) -> IEpochReferee::PayoutOpening {
    IEpochReferee::PayoutOpening {
        index: opening.index,
        account: opening.leaf.account,
        cumulative: opening.leaf.cumulative,
        runningTotal: opening.leaf.running_total,
        rawPayHash: opening.leaf.raw_pay.hash(),
        proof: opening.proof.clone(),
    }
}

fn pay(opening: &PayoutOpening) -> RawPay {
    let pay = opening.leaf.raw_pay;
    RawPay { position: pay.position, raw: pay.raw, runningRaw: pay.running_raw }
}

fn label(opening: &LabelOpening) -> IEpochReferee::LabelOpening {
    let empty = LabelWord { labeler: Address::ZERO, answers: U256::ZERO, valid: U256::ZERO };
    IEpochReferee::LabelOpening {
        position: opening.position,
        word: opening.word.as_ref().map_or(empty, word),
        proof: opening.proof.clone(),
    }
}

fn block(opening: &BlockOpening) -> IEpochReferee::BlockOpening {
    IEpochReferee::BlockOpening {
        blockIndex: opening.block,
        seats: opening.words.iter().map(|word| word.seat as u8).collect(),
        words: opening.words.iter().map(word).collect(),
        proof: opening.proof.clone(),
    }
}

fn word(word: &Word) -> LabelWord {
    LabelWord { labeler: word.labeler, answers: word.answers, valid: word.valid }
}

/// All zero where the contract does not look at gold.
fn gold(opening: Option<&GoldOpening>) -> IEpochReferee::GoldOpening {
    let word = opening.and_then(|opening| opening.word);
    IEpochReferee::GoldOpening {
        answers: word.map_or(U256::ZERO, |word| word.answers),
        tasksHash: word.map_or(B256::ZERO, |word| word.tasks_hash),
        proof: opening.map(|opening| opening.proof.clone()).unwrap_or_default(),
    }
}
