//! What a bundle may hold, record by record.

use super::{GoldSeat, GoldWord, MAX_BLOCKS, MAX_ROSTER, Session, gold_blocks, gold_tree};
use crate::{
    EpochTerms,
    eip712::{LABEL_SCOPE, Preference, SignatureBytes, SignatureError, digest, recover},
};
use alloy_primitives::{Address, B256};

/// The first thing that is wrong with a bundle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBundle {
    /// A list is out of order or names something twice.
    #[error("`{list}` is not strictly ascending at position {position}")]
    Order {
        /// Field of the bundle.
        list: &'static str,
        /// Index of the entry that is not above the one before it.
        position: usize,
    },
    /// The gold is not what was committed when the epoch was opened.
    #[error(
        "the gold has root {actual} and {actual_blocks} blocks, the terms commit to {expected} and {expected_blocks}"
    )]
    GoldRoot {
        /// `terms.goldRoot`.
        expected: B256,
        /// `terms.goldBlocks`.
        expected_blocks: u32,
        /// Of the bundle.
        actual: B256,
        /// Of the bundle.
        actual_blocks: u32,
    },
    /// Gold that no seat can have.
    #[error("gold of seat {seat} of block {block}: {problem}")]
    GoldSeat {
        /// Its block.
        block: u32,
        /// Its number.
        seat: u32,
        /// What is wrong.
        problem: &'static str,
    },
    /// A session key may do something else than label.
    #[error("the session key {0} is not authorised for labeling")]
    Scope(Address),
    /// A wallet did not sign the authorisation.
    #[error("the wallet {labeler} did not authorise the session key {session_key}")]
    Authorization {
        /// Named wallet.
        labeler: Address,
        /// Named key.
        session_key: Address,
    },
    /// A block or seat number too high, a queue of the wrong length, or one labeler twice.
    #[error("seat {seat} of block {block}: {problem}")]
    Seat {
        /// Its block.
        block: u32,
        /// Its number.
        seat: u32,
        /// What is wrong.
        problem: &'static str,
    },
    /// A preference that fits no seat, task or session.
    #[error("preference of {labeler} in block {block}, slot {slot}: {problem}")]
    Preference {
        /// Who answered.
        labeler: Address,
        /// In which block.
        block: u32,
        /// In which slot.
        slot: u8,
        /// What is wrong.
        problem: &'static str,
    },
    /// A signature that cannot be read.
    #[error("a signature of {signer} cannot be read")]
    Signature {
        /// Who should have signed.
        signer: Address,
        /// Why not.
        #[source]
        source: SignatureError,
    },
}

/// Gold that a seat can have. Says nothing about the other seats'.
pub(super) fn gold_seat(terms: &EpochTerms, gold: &GoldSeat) -> Result<(), InvalidBundle> {
    let wrong = |problem| Err(wrong_gold(gold, problem));
    if gold.block >= MAX_BLOCKS || gold.seat as usize >= MAX_ROSTER {
        return wrong("its number is too high");
    }
    if gold.answers.is_empty() || gold.answers.len() != usize::from(terms.campaign.gold_slots) {
        return wrong("it has another number of answers than the terms say");
    }
    if gold.answers.iter().any(|gold| !gold.choice.is_valid_for_pay()) {
        return wrong("an answer is neither A nor B");
    }
    Ok(())
}

/// The gold is what was committed.
pub(super) fn gold_root(terms: &EpochTerms, words: &[GoldWord]) -> Result<(), InvalidBundle> {
    let (actual, actual_blocks) = (gold_tree(words).root(), gold_blocks(words));
    let (expected, expected_blocks) = (terms.gold_root, terms.gold_blocks);
    if (actual, actual_blocks) != (expected, expected_blocks) {
        return Err(InvalidBundle::GoldRoot { expected, expected_blocks, actual, actual_blocks });
    }
    Ok(())
}

/// The wallet signed the authorisation, and for labeling. What a contract wallet said only a chain knows.
pub(super) fn session(separator: B256, session: &Session) -> Result<(), InvalidBundle> {
    let (labeler, session_key) = (session.labeler, session.session_key);
    if session.scope != LABEL_SCOPE {
        return Err(InvalidBundle::Scope(session_key));
    }
    if session.verified_block.is_some() {
        return Ok(());
    }
    let unauthorised = InvalidBundle::Authorization { labeler, session_key };
    let Ok(signature) = SignatureBytes::try_from(session.signature.as_ref()) else {
        return Err(unauthorised);
    };
    let signer = recover(&digest(separator, session.authorization().hash_struct()), &signature)
        .map_err(|source| InvalidBundle::Signature { signer: labeler, source })?;
    if signer == labeler { Ok(()) } else { Err(unauthorised) }
}

/// A seat that there can be, with a queue of the right length.
pub(super) fn seat(terms: &EpochTerms, block: u32, seat: u32, n_tasks: usize) -> Result<(), InvalidBundle> {
    let wrong = |problem| Err(InvalidBundle::Seat { block, seat, problem });
    if block >= MAX_BLOCKS || seat as usize >= MAX_ROSTER {
        return wrong("its number is too high");
    }
    if n_tasks != usize::from(terms.campaign.block_slots) {
        return wrong("the queue has another length than the terms say");
    }
    Ok(())
}

/// The session key signed the answer.
pub(super) fn signature(
    separator: B256,
    message: &Preference,
    session_key: Address,
    signature: &SignatureBytes,
) -> Result<(), InvalidBundle> {
    let signer = recover(&digest(separator, message.hash_struct()), signature)
        .map_err(|source| InvalidBundle::Signature { signer: session_key, source })?;
    if signer == session_key {
        return Ok(());
    }
    Err(wrong_answer(message.labeler, message.block, message.slot as u8, "the session key did not sign it"))
}

pub(super) fn wrong_gold(seat: &GoldSeat, problem: &'static str) -> InvalidBundle {
    InvalidBundle::GoldSeat { block: seat.block, seat: seat.seat, problem }
}

pub(super) fn wrong_answer(labeler: Address, block: u32, slot: u8, problem: &'static str) -> InvalidBundle {
    InvalidBundle::Preference { labeler, block, slot, problem }
}
