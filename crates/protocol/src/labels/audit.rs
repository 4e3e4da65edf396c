//! Checks a bundle while it is read: whatever its size, what is in memory are a few of its lines, and of each seat the words
//! that the rule of pay needs.

use super::{
    AnsweredSeat, BundleError, BundlePreference, BundleReader, GoldSeat, GoldWord, InvalidBundle, LabelWord,
    Record, Session,
    checks::{self, wrong_answer, wrong_gold},
    position,
    reader::parse_seat,
};
use crate::{EpochTerms, eip712, rewards::masks::BlockSlots};
use alloy_primitives::{Address, B256, U256, keccak256};
use std::{
    collections::{HashMap, HashSet},
    io::BufRead,
};

/// Lines that a thread checks before the next ones are read: enough to make starting it cheap.
const LINES_PER_THREAD: usize = 16;

/// What to hold a bundle against.
#[derive(Clone, Copy, Debug)]
pub struct Audit<'a> {
    /// Of the epoch.
    pub terms: &'a EpochTerms,
    /// As revealed. Without it nobody can say whether the queues were assigned by the rule.
    pub secret: Option<B256>,
    /// How many threads check signatures; at most 1 starts none.
    pub threads: usize,
}

/// What is kept of a bundle that is in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audited {
    /// Signed answers.
    pub n_answers: u64,
    /// As [`super::Bundle::label_words`].
    pub words: Vec<LabelWord>,
    /// As [`super::Bundle::gold_words`].
    pub gold: Vec<GoldWord>,
    /// Key that expires first, and when (Unix seconds); `None` without keys.
    pub first_expiry: Option<(u64, Address)>,
    /// As [`super::Bundle::contract_sessions`]: a chain must be asked about them.
    pub contract_sessions: Vec<Session>,
}

/// Why a bundle cannot be believed.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// It cannot be read.
    #[error(transparent)]
    Unreadable(#[from] BundleError),
    /// It holds what must not be.
    #[error(transparent)]
    Invalid(#[from] InvalidBundle),
}

impl Audit<'_> {
    /// Check everything that [`super::Bundle::validate`] and, with the secret, [`super::Bundle::check_assignment`] check.
    /// `each` gets every record once it is checked, in the order of the file.
    ///
    /// # Errors
    /// The first thing in the file that is wrong. That it is another file than was committed is found at its end: hash it
    /// beforehand where that should be said first.
    pub fn read<R: BufRead>(
        &self,
        mut reader: BundleReader<R>,
        mut each: impl FnMut(Record),
    ) -> Result<Audited, AuditError> {
        let header = reader.header();
        let (epoch, sessions, gold) = (header.epoch, header.sessions, header.gold);
        let separator = eip712::domain(header.chain_id, header.verifying_contract).separator();
        let mut audited = Audited::default();
        let mut owners = Owners::default();
        let mut known = Known { audit: self, last: None, tasks: Vec::new() };
        for _ in 0..sessions.saturating_add(gold) {
            let Some(record) = reader.read()? else { break };
            match &record {
                Record::Session(session) => {
                    owners.add(session)?;
                    checks::session(separator, session)?;
                    let expiry = (session.expires_at, session.session_key);
                    audited.first_expiry =
                        audited.first_expiry.map(|first| first.min(expiry)).or(Some(expiry));
                    audited.contract_sessions.extend(session.verified_block.map(|_| session.clone()));
                }
                Record::Gold(seat) => {
                    known.add(seat, audited.gold.len())?;
                    audited.gold.push(seat.word());
                }
                Record::Seat(_) => unreachable!("the header puts sessions and gold first"),
            }
            each(record);
        }
        known.finish()?;
        checks::gold_root(self.terms, &audited.gold)?;

        let desk = Desk { audit: self, separator, epoch, owners: &owners.labelers, gold: &audited.gold };
        let mut seats = Seats::default();
        let mut lines = Vec::new();
        loop {
            lines.clear();
            while lines.len() < self.threads.max(1) * LINES_PER_THREAD
                && let Some(line) = reader.seat_line()?
            {
                lines.push(line);
            }
            if lines.is_empty() {
                break;
            }
            for checked in map(self.threads, &lines, |(line, text)| desk.check(*line, text)) {
                let (seat, overlap) = checked?;
                seats.add(&seat, overlap)?;
                audited.n_answers += seat.answers.len() as u64;
                audited.words.extend(word(&seat));
                each(Record::Seat(seat));
            }
        }
        Ok(audited)
    }
}

/// Whose each session key is.
#[derive(Default)]
struct Owners {
    last: Option<Address>,
    labelers: HashMap<Address, Address>,
}

impl Owners {
    fn add(&mut self, session: &Session) -> Result<(), InvalidBundle> {
        ascends("sessions", &mut self.last, session.session_key, self.labelers.len())?;
        self.labelers.insert(session.session_key, session.labeler);
        Ok(())
    }
}

/// What is known about the gold of all seats so far.
struct Known<'a> {
    audit: &'a Audit<'a>,
    last: Option<(u32, u32)>,
    /// Each task with its seat.
    tasks: Vec<(B256, u32, u32)>,
}

impl Known<'_> {
    fn add(&mut self, seat: &GoldSeat, n: usize) -> Result<(), InvalidBundle> {
        ascends("gold", &mut self.last, (seat.block, seat.seat), n)?;
        let (mut last, mut slots) = (None, U256::ZERO);
        for (i, gold) in seat.answers.iter().enumerate() {
            ascends("gold.answers", &mut last, gold.slot, i)?;
            slots.set_bit(gold.slot.into(), true);
            self.tasks.push((gold.task_id, seat.block, seat.seat));
        }
        checks::gold_seat(self.audit.terms, seat)?;
        let drawn = |secret| BlockSlots::new(&self.audit.terms.campaign, secret, seat.block).gold(seat.seat);
        if self.audit.secret.is_some_and(|secret| slots != drawn(secret)) {
            return Err(wrong_gold(seat, "the slots are not those of the secret"));
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(), InvalidBundle> {
        self.tasks.sort_unstable();
        match self.tasks.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            Some(&[_, (_, block, seat)]) => Err(InvalidBundle::GoldSeat {
                block,
                seat,
                problem: "a task is the gold of another slot already",
            }),
            _ => Ok(()),
        }
    }
}

/// Looks at a seat on its own; the same for all threads.
struct Desk<'a> {
    audit: &'a Audit<'a>,
    separator: B256,
    epoch: u64,
    owners: &'a HashMap<Address, Address>,
    gold: &'a [GoldWord],
}

impl Desk<'_> {
    /// The seat, and the hash of the tasks of its overlap (zero without the secret).
    fn check(&self, line: u64, text: &[u8]) -> Result<(AnsweredSeat, B256), AuditError> {
        let seat = parse_seat(line, text)?;
        let (block, number) = (seat.block, seat.seat);
        checks::seat(self.audit.terms, block, number, seat.task_ids.len())?;
        let mut last = None;
        for answer in &seat.answers {
            if last.replace(answer.slot).is_some_and(|last| last >= answer.slot) {
                return Err(wrong_seat(&seat, "its answers do not ascend by slot").into());
            }
            let at = usize::from(answer.slot);
            let &task_id = seat.task_ids.get(at).ok_or(BundleError::Slot { block, seat: number })?;
            if self.owners.get(&answer.session_key) != Some(&seat.labeler) {
                let problem = "the session key is not the labeler's";
                return Err(wrong_answer(seat.labeler, block, answer.slot, problem).into());
            }
            let preference = BundlePreference {
                block,
                seat: number,
                slot: answer.slot,
                labeler: seat.labeler,
                task_id,
                choice: answer.choice,
                session_key: answer.session_key,
                signature: answer.signature,
            };
            let message = preference.message(self.epoch);
            checks::signature(self.separator, &message, answer.session_key, &answer.signature)?;
        }
        let overlap = self.audit.secret.map(|secret| self.assignment(secret, &seat)).transpose()?;
        Ok((seat, overlap.unwrap_or_default()))
    }

    fn assignment(&self, secret: B256, seat: &AnsweredSeat) -> Result<B256, InvalidBundle> {
        let campaign = &self.audit.terms.campaign;
        let slots = BlockSlots::new(campaign, secret, seat.block);
        if campaign.gold_slots > 0 {
            let at = self.gold.binary_search_by_key(&position(seat.block, seat.seat), GoldWord::position);
            let at = at.map_err(|_| wrong_seat(seat, "no gold was committed for it"))?;
            if self.gold[at].tasks_hash != tasks_hash(seat, slots.gold(seat.seat)) {
                return Err(wrong_seat(seat, "a gold slot holds another task than was committed"));
            }
        }
        Ok(tasks_hash(seat, slots.overlap()))
    }
}

/// What no seat can say about itself.
#[derive(Default)]
struct Seats {
    last: Option<(u32, u32)>,
    labelers: HashSet<Address>,
    /// Block of the last seat, and what its first seat has in the overlap.
    block: Option<(u32, B256)>,
}

impl Seats {
    fn add(&mut self, seat: &AnsweredSeat, overlap: B256) -> Result<(), InvalidBundle> {
        ascends("seats", &mut self.last, (seat.block, seat.seat), self.labelers.len())?;
        if !self.labelers.insert(seat.labeler) {
            return Err(wrong_seat(seat, "the labeler has another seat already"));
        }
        match self.block {
            Some((block, first)) if block == seat.block && first != overlap => {
                Err(wrong_seat(seat, "the overlap differs from the block's first seat"))
            }
            Some((block, _)) if block == seat.block => Ok(()),
            _ => {
                self.block = Some((seat.block, overlap));
                Ok(())
            }
        }
    }
}

fn wrong_seat(seat: &AnsweredSeat, problem: &'static str) -> InvalidBundle {
    InvalidBundle::Seat { block: seat.block, seat: seat.seat, problem }
}

fn ascends<K: Ord + Copy>(
    list: &'static str,
    last: &mut Option<K>,
    key: K,
    position: usize,
) -> Result<(), InvalidBundle> {
    match last.replace(key) {
        Some(last) if last >= key => Err(InvalidBundle::Order { list, position }),
        _ => Ok(()),
    }
}

/// keccak256 of the task ids in these slots, as [`GoldWord::tasks_hash`].
fn tasks_hash(seat: &AnsweredSeat, slots: U256) -> B256 {
    let task_ids = seat.task_ids.iter().enumerate().filter(|(slot, _)| slots.bit(*slot));
    keccak256(task_ids.map(|(_, task_id)| *task_id).collect::<Vec<_>>().concat())
}

/// `None` for a seat without answers.
fn word(seat: &AnsweredSeat) -> Option<LabelWord> {
    let mut word = LabelWord::new(seat.block, seat.seat, seat.labeler);
    seat.answers.iter().for_each(|answer| word.set(answer.slot, answer.choice));
    (!seat.answers.is_empty()).then_some(word)
}

/// In the order of the items, on several threads.
fn map<T: Sync, U: Send>(threads: usize, items: &[T], check: impl Fn(&T) -> U + Sync) -> Vec<U> {
    if threads < 2 {
        return items.iter().map(check).collect();
    }
    let check = &check;
    std::thread::scope(|scope| {
        let work = |part| scope.spawn(move || items_of(part, check));
        let parts: Vec<_> = items.chunks(items.len().div_ceil(threads)).map(work).collect();
        parts.into_iter().flat_map(|part| part.join().expect("a check does not panic")).collect()
    })
}

fn items_of<T, U>(part: &[T], check: impl Fn(&T) -> U) -> Vec<U> {
    part.iter().map(check).collect()
}
