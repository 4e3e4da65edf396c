//! The published file of an epoch's signed labels: everything that a stranger needs to recompute the pay.

use super::{
    GoldSeat, GoldWord, LabelWord, Seat, label_words,
    reader::{AnsweredSeat, BundleReader, Record, SignedAnswer},
};
use crate::{
    Choice,
    eip712::{self, Preference, SessionKeyAuthorization, SignatureBytes},
    manifest::{CanonicalError, canonical_json},
};
use alloy_primitives::{Address, B256, Bytes, keccak256};
use alloy_sol_types::Eip712Domain;
use serde::{Deserialize, Serialize};

crate::manifest::format_tag!(BundleFormat, "polity.labels.v3");

/// First line of the file: whose labels follow, and how many records of each kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Header {
    /// Always `polity.labels.v3`.
    pub format: BundleFormat,
    /// EIP-155 chain id of the EIP-712 domain.
    pub chain_id: u64,
    /// `LabelEpochs` contract of the EIP-712 domain.
    pub verifying_contract: Address,
    /// Payout period.
    pub epoch: u64,
    /// Lines of [`Session`].
    pub sessions: u64,
    /// Lines of [`GoldSeat`].
    pub gold: u64,
    /// Lines of [`AnsweredSeat`].
    pub seats: u64,
}

/// A whole bundle in memory. Its file is described in `docs/bundle.md`; [`BundleReader`] reads that without holding it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
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
    /// Of the wallet, over [`SessionKeyAuthorization`]: 65 bytes of its key, or whatever its contract takes (ERC-1271).
    pub signature: Bytes,
    /// For a contract: number of the block at whose end its `isValidSignature` said yes. Absent for a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_block: Option<u64>,
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
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// Why bytes are no bundle with an expected hash. Lines count from 1, the header.
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
    /// The source of the bytes failed.
    #[error("the bundle cannot be read")]
    Io(#[source] std::io::Error),
    /// Not the canonical JSON of what should be there.
    #[error("line {line} of the bundle cannot be read")]
    Line {
        /// Which.
        line: u64,
        /// Why not.
        #[source]
        source: CanonicalError,
    },
    /// Longer than any record can be.
    #[error("line {line} of the bundle is too long")]
    LongLine {
        /// Which.
        line: u64,
    },
    /// The file ends before all records that its header announces.
    #[error("the bundle ends before the end of line {line}")]
    Truncated {
        /// The one that is missing or not ended.
        line: u64,
    },
    /// There is more than the header announces.
    #[error("the bundle goes on at line {line}, after its last record")]
    Trailing {
        /// The first one too many.
        line: u64,
    },
    /// The first line announces what cannot be.
    #[error("the bundle's header announces {0}")]
    Header(&'static str),
    /// An answer to a slot that its seat's queue does not have.
    #[error("seat {seat} of block {block} has an answer to a slot that its queue does not have")]
    Slot {
        /// Its block.
        block: u32,
        /// Its number.
        seat: u32,
    },
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

    /// The file's bytes and their hash. Sort first.
    ///
    /// # Panics
    /// When an answer has no seat, or another labeler or task than its seat says: the file cannot say so.
    pub fn to_bytes(&self) -> (Vec<u8>, B256) {
        let header = Header {
            format: BundleFormat::default(),
            chain_id: self.chain_id,
            verifying_contract: self.verifying_contract,
            epoch: self.epoch,
            sessions: self.sessions.len() as u64,
            gold: self.gold.len() as u64,
            seats: self.seats.len() as u64,
        };
        let mut bytes = Vec::new();
        push_line(&mut bytes, &header);
        self.sessions.iter().for_each(|session| push_line(&mut bytes, session));
        self.gold.iter().for_each(|gold| push_line(&mut bytes, gold));
        let mut left = self.preferences.as_slice();
        for seat in &self.seats {
            let n = left.iter().take_while(|p| (p.block, p.seat) == (seat.block, seat.seat)).count();
            let (own, others) = left.split_at(n);
            push_line(&mut bytes, &answered(seat, own));
            left = others;
        }
        assert!(left.is_empty(), "an answer has no seat, or the lists are not sorted");
        let hash = keccak256(&bytes);
        (bytes, hash)
    }

    /// Read the file that was committed as `expected`. Says nothing about its content: [`Bundle::validate`] it.
    ///
    /// # Errors
    /// See [`BundleError`].
    pub fn from_bytes(bytes: &[u8], expected: B256) -> Result<Self, BundleError> {
        // First, because every other error means less when it is the wrong file.
        let actual = keccak256(bytes);
        if actual != expected {
            return Err(BundleError::WrongHash { expected, actual });
        }
        let mut reader = BundleReader::open_known(bytes)?;
        let header = reader.header();
        let mut bundle = Self {
            chain_id: header.chain_id,
            verifying_contract: header.verifying_contract,
            epoch: header.epoch,
            gold: vec![],
            sessions: vec![],
            seats: vec![],
            preferences: vec![],
        };
        while let Some(record) = reader.read()? {
            match record {
                Record::Session(session) => bundle.sessions.push(session),
                Record::Gold(gold) => bundle.gold.push(gold),
                Record::Seat(answered) => {
                    let (block, seat) = (answered.block, answered.seat);
                    let (seat, answers) = answered.split().ok_or(BundleError::Slot { block, seat })?;
                    bundle.seats.push(seat);
                    bundle.preferences.extend(answers);
                }
            }
        }
        Ok(bundle)
    }

    /// The authorisations that only a chain can confirm: those of contract wallets. For each, `isValidSignature` of
    /// `labeler` with the [`SessionKeyAuthorization::signing_hash`] and `signature` must be true at `verified_block`.
    pub fn contract_sessions(&self) -> impl Iterator<Item = &Session> {
        self.sessions.iter().filter(|session| session.verified_block.is_some())
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

fn push_line(bytes: &mut Vec<u8>, record: &impl Serialize) {
    bytes.extend(canonical_json(record).expect("a bundle holds text, whole numbers and hashes only"));
    bytes.push(b'\n');
}

fn answered(seat: &Seat, answers: &[BundlePreference]) -> AnsweredSeat {
    let answer = |p: &BundlePreference| {
        let task_id = seat.task_ids.get(usize::from(p.slot));
        assert!(p.labeler == seat.labeler && task_id == Some(&p.task_id), "an answer is not its seat's");
        SignedAnswer { slot: p.slot, choice: p.choice, session_key: p.session_key, signature: p.signature }
    };
    AnsweredSeat {
        block: seat.block,
        seat: seat.seat,
        labeler: seat.labeler,
        task_ids: seat.task_ids.clone(),
        answers: answers.iter().map(answer).collect(),
    }
}
