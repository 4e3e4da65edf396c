//! `EpochReferee`: proofs of frauds, demands to open a leaf and their answers, slashes of labelers.
use super::{Call, ChainHandle, ReadError, answers};
use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::SolCall,
};
use bindings::{
    EpochReferee::{self, LabelWord, RawPay},
    IEpochReferee, RewardDistributor,
};
use protocol::{
    LabelWord as Word,
    eip712::{Preference, SessionKeyAuthorization},
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

/// A wallet's permission for a session key, as `IEpochReferee.Session`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionProof {
    pub authorization: SessionKeyAuthorization,
    /// Of the wallet.
    pub signature: Bytes,
}

/// An answer with its session key's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedPreference {
    pub preference: Preference,
    pub signature: Bytes,
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
            tree: answers::tree(raw.tree),
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

    /// Show that one labeler has two seats: voids the epoch and slashes its operator, as the two calls below.
    pub fn disprove_duplicate_labeler(&self, epoch: u64, a: &LabelOpening, b: &LabelOpening) -> Call {
        self.referee(&EpochReferee::disproveDuplicateLabelerCall { epoch, a: label(a), b: label(b) })
    }

    /// Show answers where none can be.
    pub fn disprove_stray_bits(&self, epoch: u64, opening: &LabelOpening) -> Call {
        self.referee(&EpochReferee::disproveStrayBitsCall { epoch, label: label(opening) })
    }

    /// Show that the labels say something else than the operator signed a receipt for. `seat`: the labels tree there;
    /// `None` where it has no such seat.
    pub fn disprove_receipt(
        &self,
        answer: &Preference,
        received_at: u64,
        signature: &Bytes,
        seat: Option<&LabelOpening>,
    ) -> Call {
        let empty = LabelOpening { position: 0, word: None, proof: Vec::new() };
        self.referee(&EpochReferee::disproveReceiptCall {
            preference: preference(answer),
            receivedAt: received_at,
            receiptSignature: signature.clone(),
            label: label(seat.unwrap_or(&empty)),
        })
    }

    /// Freeze the epoch until somebody opens a position; reserves the sender's bond.
    pub fn demand_opening(&self, epoch: u64, tree: DemandedTree, index: u32) -> Call {
        let tree = tree as u8;
        self.referee(&EpochReferee::demandOpeningCall { epoch, tree, index })
    }

    /// Nobody answered in time: whoever is responsible for the tree loses its bond, half of it to who demanded.
    pub fn disprove_unopened(&self, epoch: u64) -> Call {
        self.referee(&EpochReferee::disproveUnopenedCall { epoch })
    }

    /// Slash a labeler for two different answers to one slot, signed by one key.
    pub fn slash_equivocation(&self, a: &SignedPreference, b: &SignedPreference, by: &SessionProof) -> Call {
        self.referee(&EpochReferee::slashEquivocationCall {
            a: preference(&a.preference),
            signatureA: a.signature.clone(),
            b: preference(&b.preference),
            signatureB: b.signature.clone(),
            session: session(by),
        })
    }

    /// Slash a labeler for wrong gold. `task_ids` of all its gold slots and `signatures` of the wrong answers, ascending by
    /// slot.
    pub fn slash_gold(
        &self,
        epoch: u64,
        seat: &LabelOpening,
        known: &GoldOpening,
        task_ids: Vec<B256>,
        signatures: Vec<Bytes>,
        by: &SessionProof,
    ) -> Call {
        self.referee(&EpochReferee::slashGoldCall {
            epoch,
            label: label(seat),
            gold: gold(Some(known)),
            taskIds: task_ids,
            signatures,
            session: session(by),
        })
    }

    /// Root of the payouts tree that is claimed from now; zero before the first.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn approved_root(&self) -> Result<B256, ReadError> {
        self.view(self.deployment.contracts.reward_distributor, &RewardDistributor::payoutsRootCall {}).await
    }

    /// Whether a labeler was slashed in an epoch; nobody is twice.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn is_slashed(&self, epoch: u64, labeler: Address) -> Result<bool, ReadError> {
        let call = EpochReferee::isSlashedCall { epoch, labeler };
        self.view(self.deployment.contracts.epoch_referee, &call).await
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

fn preference(answer: &Preference) -> IEpochReferee::Preference {
    IEpochReferee::Preference {
        epoch: answer.epoch,
        blockIndex: answer.block,
        seat: answer.seat,
        slot: answer.slot,
        taskId: answer.task_id,
        choice: answer.choice.into(),
        labeler: answer.labeler,
    }
}

fn session(proof: &SessionProof) -> IEpochReferee::Session {
    IEpochReferee::Session {
        sessionKey: proof.authorization.session_key,
        scope: proof.authorization.scope.clone(),
        expiresAt: proof.authorization.expires_at,
        signature: proof.signature.clone(),
    }
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
