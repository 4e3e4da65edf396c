//! The published file of an epoch's signed labels: everything that a stranger needs to recompute the pay.

use super::{GoldSeat, GoldWord, LabelWord, Seat, label_words};
use crate::{
    Choice,
    eip712::{self, Preference, SessionKeyAuthorization, SignatureBytes},
    manifest::{CanonicalError, canonical_json, parse_canonical},
};
use alloy_primitives::{Address, B256, keccak256};
use alloy_sol_types::Eip712Domain;
use serde::{Deserialize, Serialize};

crate::manifest::format_tag!(BundleFormat, "polity.labels.v2");

/// `bundle.json`. `bundleHash` is keccak256 of its canonical JSON; addresses are lower-case hex there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Bundle {
    /// Always `polity.labels.v2`.
    pub format: BundleFormat,
    /// EIP-155 chain id of the EIP-712 domain.
    pub chain_id: u64,
    /// `LabelEpochs` contract of the EIP-712 domain.
    pub verifying_contract: Address,
    /// Payout period.
    pub epoch: u64,
    /// Gold of every seat that could be given out, ascending by (block, seat).
    pub gold: Vec<GoldSeat>,
    /// Authorised keys, ascending by key.
    pub sessions: Vec<Session>,
    /// Queues, ascending by (block, seat).
    pub seats: Vec<Seat>,
    /// Answers, ascending by (block, seat, slot).
    pub preferences: Vec<BundlePreference>,
}

/// A wallet's authorisation of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Session {
    /// The wallet.
    pub labeler: Address,
    /// The key.
    pub session_key: Address,
    /// What it may sign.
    pub scope: String,
    /// Unix seconds.
    pub expires_at: u64,
    /// Of the wallet, over [`SessionKeyAuthorization`].
    pub signature: SignatureBytes,
}

impl Session {
    /// The message that the wallet signed.
    pub fn authorization(&self) -> SessionKeyAuthorization {
        SessionKeyAuthorization {
            labeler: self.labeler,
            session_key: self.session_key,
            scope: self.scope.clone(),
            expires_at: self.expires_at,
        }
    }
}

/// A signed answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BundlePreference {
    /// Block of the epoch.
    pub block: u32,
    /// Seat in the block.
    pub seat: u32,
    /// Slot of the seat's queue.
    pub slot: u8,
    /// Who answered.
    pub labeler: Address,
    /// Task of the slot.
    pub task_id: B256,
    /// The answer.
    pub choice: Choice,
    /// Key that signed.
    pub session_key: Address,
    /// Of the key, over [`Preference`].
    pub signature: SignatureBytes,
}

impl BundlePreference {
    /// The message that the session key signed.
    pub fn message(&self, epoch: u64) -> Preference {
        Preference {
            epoch,
            block: self.block,
            seat: self.seat,
            slot: self.slot.into(),
            task_id: self.task_id,
            choice: self.choice,
            labeler: self.labeler,
        }
    }
}

/// Why bytes are no bundle with an expected hash.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The file is another one than was committed.
    #[error("the bundle hashes to {actual}, the chain says {expected}")]
    WrongHash {
        /// `bundleHash` on chain.
        expected: B256,
        /// Hash of the bytes.
        actual: B256,
    },
    /// Not a canonical bundle.
    #[error("the bundle cannot be read")]
    Read(#[source] CanonicalError),
}

impl Bundle {
    /// Sort every list into the order of the format.
    pub fn sort(&mut self) {
        self.gold.sort_by_key(|gold| (gold.block, gold.seat));
        self.gold.iter_mut().for_each(|seat| seat.answers.sort_by_key(|gold| gold.slot));
        self.sessions.sort_by_key(|session| session.session_key);
        self.seats.sort_by_key(|seat| (seat.block, seat.seat));
        self.preferences.sort_by_key(|p| (p.block, p.seat, p.slot));
    }

    /// The bytes of `bundle.json` and their hash. Sort first.
    pub fn to_bytes(&self) -> (Vec<u8>, B256) {
        let bytes = canonical_json(self).expect("a bundle holds text, whole numbers and hashes only");
        let hash = keccak256(&bytes);
        (bytes, hash)
    }

    /// Read the file that was committed as `expected`. Says nothing about its content: [`Bundle::validate`] it.
    ///
    /// # Errors
    /// See [`BundleError`].
    pub fn from_bytes(bytes: &[u8], expected: B256) -> Result<Self, BundleError> {
        let actual = keccak256(bytes);
        if actual != expected {
            return Err(BundleError::WrongHash { expected, actual });
        }
        parse_canonical(bytes).map_err(BundleError::Read)
    }

    /// EIP-712 domain of its signatures.
    pub fn domain(&self) -> Eip712Domain {
        eip712::domain(self.chain_id, self.verifying_contract)
    }

    /// Its answers as words, in the order of the labels tree.
    pub fn label_words(&self) -> Vec<LabelWord> {
        label_words(self.preferences.iter().map(|p| (p.block, p.seat, p.labeler, p.slot, p.choice)))
    }

    /// Its gold as words, in the order of the gold tree.
    pub fn gold_words(&self) -> Vec<GoldWord> {
        self.gold.iter().map(GoldSeat::word).collect()
    }
}
