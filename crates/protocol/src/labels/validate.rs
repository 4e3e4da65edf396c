//! Checks of a bundle that need nothing but the bundle, the terms and (for the assignment) the revealed secret.

use super::{Bundle, MAX_ROSTER, Seat, gold_tree};
use crate::{
    Epoch, EpochTerms,
    eip712::{LABEL_SCOPE, SignatureError, recover},
    rewards::masks,
};
use alloy_primitives::{Address, B256, U256};
use std::collections::{BTreeMap, BTreeSet};

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
    /// The gold answers are not those committed when the epoch was opened.
    #[error("the gold answers have root {actual}, the terms commit to {expected}")]
    GoldRoot {
        /// `terms.goldRoot`.
        expected: B256,
        /// Of the bundle.
        actual: B256,
    },
    /// A gold answer that is neither A nor B.
    #[error("the gold answer of task {0} is neither A nor B")]
    GoldChoice(B256),
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
    /// A seat number too high, a queue of the wrong length, or one labeler twice.
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

impl Bundle {
    /// Check order, gold root, seats and every signature.
    ///
    /// A key's expiry is not checked: nothing in the bundle says when an answer was given; the server refuses late ones.
    ///
    /// # Errors
    /// The first thing found, see [`InvalidBundle`].
    pub fn validate(&self, terms: &EpochTerms) -> Result<(), InvalidBundle> {
        self.check_order()?;
        self.check_gold(terms)?;
        self.check_sessions()?;
        self.check_seats(terms)?;
        self.check_preferences()
    }

    /// Check, with the revealed secret, that the queues were assigned by the rule: all seats of a block share the tasks
    /// of the overlap, and each gold slot holds a gold task that no other seat of the epoch has.
    ///
    /// # Errors
    /// [`InvalidBundle::Seat`].
    pub fn check_assignment(&self, terms: &EpochTerms, secret: B256) -> Result<(), InvalidBundle> {
        let gold = self.gold_map();
        let mut used = BTreeSet::new();
        let mut shared: BTreeMap<u32, &Seat> = BTreeMap::new();
        for seat in &self.seats {
            let wrong = |problem| InvalidBundle::Seat { block: seat.block, seat: seat.seat, problem };
            let slots = |mask: U256| (0..seat.task_ids.len()).filter(move |&slot| mask.bit(slot));
            let overlap = masks::overlap(&terms.campaign, secret, Epoch(self.epoch), seat.block);
            let first = *shared.entry(seat.block).or_insert(seat);
            if slots(overlap).any(|slot| first.task_ids.get(slot) != seat.task_ids.get(slot)) {
                return Err(wrong("the overlap differs from the block's first seat"));
            }
            let mask = masks::gold(&terms.campaign, secret, Epoch(self.epoch), seat.block, seat.seat);
            for slot in slots(mask) {
                let task_id = seat.task_ids[slot];
                if !gold.contains_key(&task_id) {
                    return Err(wrong("a gold slot holds a task without a committed answer"));
                }
                if !used.insert(task_id) {
                    return Err(wrong("a gold task was given out twice"));
                }
            }
        }
        Ok(())
    }

    fn check_order(&self) -> Result<(), InvalidBundle> {
        ascending("gold", &self.gold, |gold| gold.task_id)?;
        ascending("sessions", &self.sessions, |session| session.session_key)?;
        ascending("seats", &self.seats, |seat| (seat.block, seat.seat))?;
        ascending("preferences", &self.preferences, |p| (p.block, p.labeler, p.slot))
    }

    fn check_gold(&self, terms: &EpochTerms) -> Result<(), InvalidBundle> {
        if let Some(gold) = self.gold.iter().find(|gold| !gold.choice.is_valid_for_pay()) {
            return Err(InvalidBundle::GoldChoice(gold.task_id));
        }
        let actual = gold_tree(&self.gold_map()).root();
        if actual != terms.gold_root {
            return Err(InvalidBundle::GoldRoot { expected: terms.gold_root, actual });
        }
        Ok(())
    }

    fn check_sessions(&self) -> Result<(), InvalidBundle> {
        let domain = self.domain();
        for session in &self.sessions {
            if session.scope != LABEL_SCOPE {
                return Err(InvalidBundle::Scope(session.session_key));
            }
            let (labeler, session_key) = (session.labeler, session.session_key);
            let signer = recover(&session.authorization().signing_hash(&domain), &session.signature)
                .map_err(|source| InvalidBundle::Signature { signer: labeler, source })?;
            if signer != labeler {
                return Err(InvalidBundle::Authorization { labeler, session_key });
            }
        }
        Ok(())
    }

    fn check_seats(&self, terms: &EpochTerms) -> Result<(), InvalidBundle> {
        let mut labelers = BTreeSet::new();
        for seat in &self.seats {
            let wrong = |problem| InvalidBundle::Seat { block: seat.block, seat: seat.seat, problem };
            if seat.seat as usize >= MAX_ROSTER {
                return Err(wrong("the seat's number is too high"));
            }
            if seat.task_ids.len() != usize::from(terms.campaign.block_slots) {
                return Err(wrong("the queue has another length than the terms say"));
            }
            if !labelers.insert(seat.labeler) {
                return Err(wrong("the labeler has another seat already"));
            }
        }
        Ok(())
    }

    fn check_preferences(&self) -> Result<(), InvalidBundle> {
        let domain = self.domain();
        let seats: BTreeMap<_, _> = self.seats.iter().map(|s| ((s.block, s.labeler), s)).collect();
        let owners: BTreeMap<_, _> = self.sessions.iter().map(|s| (s.session_key, s.labeler)).collect();
        for p in &self.preferences {
            let wrong = |problem| InvalidBundle::Preference {
                labeler: p.labeler,
                block: p.block,
                slot: p.slot,
                problem,
            };
            let seat =
                seats.get(&(p.block, p.labeler)).ok_or(wrong("the labeler has no seat in the block"))?;
            if seat.task_ids.get(usize::from(p.slot)) != Some(&p.task_id) {
                return Err(wrong("the slot holds another task"));
            }
            if owners.get(&p.session_key) != Some(&p.labeler) {
                return Err(wrong("the session key is not the labeler's"));
            }
            let signer = recover(&p.message(self.epoch).signing_hash(&domain), &p.signature)
                .map_err(|source| InvalidBundle::Signature { signer: p.session_key, source })?;
            if signer != p.session_key {
                return Err(wrong("the session key did not sign it"));
            }
        }
        Ok(())
    }
}

fn ascending<T, K: Ord>(list: &'static str, items: &[T], key: impl Fn(&T) -> K) -> Result<(), InvalidBundle> {
    match items.windows(2).position(|pair| key(&pair[0]) >= key(&pair[1])) {
        Some(before) => Err(InvalidBundle::Order { list, position: before + 1 }),
        None => Ok(()),
    }
}
