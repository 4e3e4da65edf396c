//! What a page can ask.

use alloy_primitives::{Address, B256, Bytes, U256};
use protocol::{
    Choice, EpochTerms, GoldWord, LabelWord,
    eip712::{Preference, SignatureBytes},
    rewards::{PayoutLeaf, openings::PayoutOpening},
};
use serde::{Deserialize, Serialize};

/// One request. JSON: an object with its name as `method`, and the fields beside it. "The bundle" is the one loaded last.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Request {
    /// Read and keep the bundle in the file's bytes. Answers [`Loaded`].
    Load {
        /// `bundleHash` on chain.
        hash: B256,
    },
    /// `Bundle::check_structure`. Answers null.
    CheckStructure {
        /// Of the epoch.
        terms: EpochTerms,
    },
    /// `Bundle::check_assignment`. Answers null.
    CheckAssignment {
        /// Of the epoch.
        terms: EpochTerms,
        /// As revealed.
        secret: B256,
    },
    /// `Bundle::check_sessions`. Answers the [`ContractSession`]s, which only a chain can confirm.
    CheckSessions,
    /// `Bundle::check_signatures` of answers number `from` to before `to`. Answers null.
    CheckSignatures {
        /// The first.
        from: usize,
        /// After the last.
        to: usize,
    },
    /// Where the answers of an account are among all. Answers [`Span`].
    AnswersOf {
        /// The labeler.
        account: Address,
    },
    /// The labels tree of the bundle. Answers [`LabelsTree`].
    Labels,
    /// What the secret should hash to. Answers [`Seed`].
    Seed {
        /// As revealed.
        secret: B256,
        /// Of the first block after the labels' commitment.
        block_hash: B256,
    },
    /// What the epoch pays. Answers [`Computed`].
    Payouts {
        /// Of the epoch.
        terms: EpochTerms,
        /// As revealed.
        secret: B256,
        /// Zero when the secret was never revealed.
        seed: B256,
        /// Who had earned before.
        previous: Vec<Earner>,
        /// Instead of the bundle's.
        labels: Option<Words>,
    },
    /// The tree over these leaves, in their order. Answers [`Tree`].
    PayoutsTree {
        /// As published.
        leaves: Vec<PayoutLeaf>,
    },
    /// Whether an opening leads to a payouts root. Answers true or false.
    VerifyPayout {
        /// The root.
        root: B256,
        /// Leaves below it.
        count: u32,
        /// What is shown.
        opening: PayoutOpening,
    },
    /// What the bundle says about an answer that the operator gave a receipt for. Answers [`Receipted`].
    Receipt {
        /// The answer.
        preference: Preference,
        /// Of the receipt, Unix seconds.
        received_at: u64,
        /// The operator's, over the receipt.
        signature: SignatureBytes,
    },
}

/// Labels and gold without their signatures.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Words {
    /// All leaves of the labels tree.
    pub words: Vec<LabelWord>,
    /// All leaves of the gold tree.
    pub gold: Vec<GoldWord>,
}

/// Somebody who earned in an earlier epoch.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Earner {
    /// Who.
    pub account: Address,
    /// All that it has earned, in wei.
    #[serde(with = "protocol::decimal")]
    pub cumulative: U256,
}

/// What a bundle says about itself.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Loaded {
    /// Chain of its signatures.
    pub chain_id: u64,
    /// Contract of its signatures.
    pub verifying_contract: Address,
    /// Payout period.
    pub epoch: u64,
    /// Number of signed answers.
    pub n_answers: usize,
    /// Number of authorised keys.
    pub n_sessions: usize,
}

/// A key that a contract wallet authorised (ERC-1271): `isValidSignature` of `labeler` must have said yes.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContractSession {
    /// The wallet.
    pub labeler: Address,
    /// Its key.
    pub session_key: Address,
    /// What was signed.
    pub digest: B256,
    /// Whatever the contract takes.
    pub signature: Bytes,
    /// At the end of this block.
    pub verified_block: Option<u64>,
}

/// A range of answers.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Span {
    /// The first.
    pub from: usize,
    /// After the last; `from` for none.
    pub to: usize,
}

/// The labels tree.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LabelsTree {
    /// Its root.
    pub root: B256,
    /// Blocks below it.
    pub block_count: u32,
    /// Seats with labels.
    pub n_labelers: usize,
}

/// What follows from a secret.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Seed {
    /// What the operator commits to when it opens an epoch.
    pub secret_hash: B256,
    /// Seed of the half-splits.
    pub seed: B256,
}

/// A payouts tree.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tree {
    /// Its root.
    pub root: B256,
    /// Sum of all cumulative amounts, in wei.
    #[serde(with = "protocol::decimal")]
    pub total_cumulative: U256,
    /// Sum of all raw pays, in wei.
    #[serde(with = "protocol::decimal")]
    pub total_raw: U256,
}

/// An epoch's result.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Computed {
    /// One for each labeler, ascending by (block, seat).
    pub statements: Vec<protocol::rewards::Statement>,
    /// Ascending by account.
    pub leaves: Vec<PayoutLeaf>,
    /// The tree over them.
    #[serde(flatten)]
    pub tree: Tree,
}

/// What became of a receipted answer.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Receipted {
    /// Who signed the receipt.
    pub signer: Address,
    /// What the bundle holds at that place; `None` for no answer.
    pub published: Option<Choice>,
    /// Whether the bundle holds this very answer.
    pub is_published: bool,
    /// Whether the labels say something else than the answer, as far as they can: a tie and a skip look alike.
    pub is_broken: bool,
    /// The place in the labels tree, as `EpochReferee.disproveReceipt` takes it.
    pub opening: Opening,
}

/// A place of the labels tree; the zero address sits in an empty seat, and outside the tree there is no proof.
#[derive(Clone, Debug, Serialize)]
pub struct Opening {
    /// Block · 32 + seat.
    pub position: u32,
    /// What stands there.
    pub word: SeatWord,
    /// Siblings, bottom up.
    pub proof: Vec<B256>,
}

/// `LabelWord` of the contracts, whose place follows from the position.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct SeatWord {
    /// Zero for an empty seat.
    pub labeler: Address,
    /// 1 where the answer was B.
    pub answers: U256,
    /// 1 where the answer was A or B.
    pub valid: U256,
}
