//! Checks of a whole bundle that need nothing but the bundle, the terms and (for the assignment) the revealed secret.

use super::{
    Bundle, BundlePreference, InvalidBundle, Seat,
    checks::{self, wrong_answer, wrong_gold},
};
use crate::{EpochTerms, rewards::masks::BlockSlots};
use alloy_primitives::{B256, U256};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

impl Bundle {
    /// Check order, gold root, seats and every signature: [`Self::check_structure`], [`Self::check_sessions`] and
    /// [`Self::check_signatures`] of all answers.
    ///
    /// A key's expiry is not checked: nothing in the bundle says when an answer was given; the server refuses late ones.
    /// What contract wallets authorised is not checked either: a chain must be asked, see [`Bundle::contract_sessions`].
    ///
    /// # Errors
    /// The first thing found, see [`InvalidBundle`].
    pub fn validate(&self, terms: &EpochTerms) -> Result<(), InvalidBundle> {
        self.check_structure(terms)?;
        self.check_sessions()?;
        self.check_signatures(0..self.preferences.len())
    }

    /// Everything but the signatures: order, gold root, and that every answer has its seat, its task and a session.
    ///
    /// # Errors
    /// The first thing found, see [`InvalidBundle`].
    pub fn check_structure(&self, terms: &EpochTerms) -> Result<(), InvalidBundle> {
        self.check_order()?;
        self.check_gold(terms)?;
        self.check_seats(terms)?;
        self.check_places()
    }

    /// Check, with the revealed secret, that the queues were assigned by the rule: all seats of a block share the tasks
    /// of the overlap, and each seat has its committed gold in its gold slots.
    ///
    /// # Errors
    /// [`InvalidBundle::Seat`] or [`InvalidBundle::GoldSeat`].
    pub fn check_assignment(&self, terms: &EpochTerms, secret: B256) -> Result<(), InvalidBundle> {
        let mut blocks = Blocks { terms, secret, slots: BTreeMap::new() };
        for gold in &self.gold {
            let slots = gold.answers.iter().fold(U256::ZERO, |mask, gold| mask | U256::from(1) << gold.slot);
            if slots != blocks.slots(gold.block).gold(gold.seat) {
                return Err(wrong_gold(gold, "the slots are not those of the secret"));
            }
        }
        let gold: BTreeMap<_, _> = self.gold.iter().map(|gold| ((gold.block, gold.seat), gold)).collect();
        let mut shared: BTreeMap<u32, &Seat> = BTreeMap::new();
        for seat in &self.seats {
            let overlap = blocks.slots(seat.block).overlap();
            let first = *shared.entry(seat.block).or_insert(seat);
            let differs = |slot: usize| first.task_ids.get(slot) != seat.task_ids.get(slot);
            if (0..256).any(|slot| overlap.bit(slot) && differs(slot)) {
                return Err(wrong_seat(seat, "the overlap differs from the block's first seat"));
            }
            let answers = match gold.get(&(seat.block, seat.seat)) {
                Some(gold) => gold.answers.as_slice(),
                None if terms.campaign.gold_slots == 0 => &[],
                None => return Err(wrong_seat(seat, "no gold was committed for it")),
            };
            if answers.iter().any(|gold| seat.task_ids.get(usize::from(gold.slot)) != Some(&gold.task_id)) {
                return Err(wrong_seat(seat, "a gold slot holds another task than was committed"));
            }
        }
        Ok(())
    }

    fn check_order(&self) -> Result<(), InvalidBundle> {
        ascending("gold", &self.gold, |gold| (gold.block, gold.seat))?;
        self.gold.iter().try_for_each(|seat| ascending("gold.answers", &seat.answers, |gold| gold.slot))?;
        ascending("sessions", &self.sessions, |session| session.session_key)?;
        ascending("seats", &self.seats, |seat| (seat.block, seat.seat))?;
        ascending("preferences", &self.preferences, |p| (p.block, p.seat, p.slot))
    }

    fn check_gold(&self, terms: &EpochTerms) -> Result<(), InvalidBundle> {
        let mut task_ids = BTreeSet::new();
        for seat in &self.gold {
            checks::gold_seat(terms, seat)?;
            if !seat.answers.iter().all(|gold| task_ids.insert(gold.task_id)) {
                return Err(wrong_gold(seat, "a task is the gold of another slot already"));
            }
        }
        checks::gold_root(terms, &self.gold_words())
    }

    /// Check that each wallet signed the authorisation of its session keys, and for labeling.
    ///
    /// # Errors
    /// The first session that is not, see [`InvalidBundle`].
    pub fn check_sessions(&self) -> Result<(), InvalidBundle> {
        let separator = self.domain().separator();
        self.sessions.iter().try_for_each(|session| checks::session(separator, session))
    }

    fn check_seats(&self, terms: &EpochTerms) -> Result<(), InvalidBundle> {
        let mut labelers = BTreeSet::new();
        for seat in &self.seats {
            checks::seat(terms, seat.block, seat.seat, seat.task_ids.len())?;
            if !labelers.insert(seat.labeler) {
                return Err(wrong_seat(seat, "the labeler has another seat already"));
            }
        }
        Ok(())
    }

    /// Every answer against the seats and sessions.
    fn check_places(&self) -> Result<(), InvalidBundle> {
        let seats: BTreeMap<_, _> = self.seats.iter().map(|s| ((s.block, s.seat), s)).collect();
        let owners: BTreeMap<_, _> = self.sessions.iter().map(|s| (s.session_key, s.labeler)).collect();
        for p in &self.preferences {
            let seat = seats
                .get(&(p.block, p.seat))
                .filter(|seat| seat.labeler == p.labeler)
                .ok_or_else(|| wrong_preference(p, "the seat is not the labeler's"))?;
            if seat.task_ids.get(usize::from(p.slot)) != Some(&p.task_id) {
                return Err(wrong_preference(p, "the slot holds another task"));
            }
            if owners.get(&p.session_key) != Some(&p.labeler) {
                return Err(wrong_preference(p, "the session key is not the labeler's"));
            }
        }
        Ok(())
    }

    /// Check that the session keys signed these answers: `range` counts `preferences`, and what is past their end is
    /// ignored. In parts, because a million signatures take minutes.
    ///
    /// # Errors
    /// The first answer that its session key did not sign.
    pub fn check_signatures(&self, range: Range<usize>) -> Result<(), InvalidBundle> {
        let separator = self.domain().separator();
        for p in self.preferences.iter().take(range.end).skip(range.start) {
            checks::signature(separator, &p.message(self.epoch), p.session_key, &p.signature)?;
        }
        Ok(())
    }
}

/// Slots of each block, drawn once.
struct Blocks<'a> {
    terms: &'a EpochTerms,
    secret: B256,
    slots: BTreeMap<u32, BlockSlots>,
}

impl Blocks<'_> {
    fn slots(&mut self, block: u32) -> &BlockSlots {
        let draw = || BlockSlots::new(&self.terms.campaign, self.secret, block);
        self.slots.entry(block).or_insert_with(draw)
    }
}

fn wrong_seat(seat: &Seat, problem: &'static str) -> InvalidBundle {
    InvalidBundle::Seat { block: seat.block, seat: seat.seat, problem }
}

fn wrong_preference(p: &BundlePreference, problem: &'static str) -> InvalidBundle {
    wrong_answer(p.labeler, p.block, p.slot, problem)
}

fn ascending<T, K: Ord>(list: &'static str, items: &[T], key: impl Fn(&T) -> K) -> Result<(), InvalidBundle> {
    match items.windows(2).position(|pair| key(&pair[0]) >= key(&pair[1])) {
        Some(before) => Err(InvalidBundle::Order { list, position: before + 1 }),
        None => Ok(()),
    }
}
