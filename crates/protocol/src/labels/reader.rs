//! The bundle's file, read line by line: what is in memory at a time is one line, whatever the number of labels.

use super::{BundleError, BundlePreference, GoldSeat, MAX_BLOCKS, MAX_ROSTER, Seat, bundle::Header};
use crate::{
    Choice, Hasher,
    eip712::SignatureBytes,
    labels::Session,
    manifest::{CanonicalError, parse_canonical},
};
use alloy_primitives::{Address, B256};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::io::{BufRead, Read};

/// Most bytes of a line, its end included. A seat with 256 answers has less than 90,000.
pub const MAX_LINE_BYTES: usize = 1 << 18;

/// A seat as the file has it: its queue, and the answers to it.
///
/// Its fields and those of [`SignedAnswer`] stand in the order of the canonical form, so that serde writes it: nearly all of
/// a bundle is such lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AnsweredSeat {
    /// Ascending by slot.
    pub answers: Vec<SignedAnswer>,
    /// Block of the epoch.
    pub block: u32,
    /// Who sits there, and whose answers these are.
    pub labeler: Address,
    /// Number in the block.
    pub seat: u32,
    /// Task of each slot.
    pub task_ids: Vec<B256>,
}

/// An answer in an [`AnsweredSeat`], which says whose it is and to which task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignedAnswer {
    /// The answer.
    pub choice: Choice,
    /// Key that signed.
    pub session_key: Address,
    /// Of the key, over [`crate::eip712::Preference`].
    pub signature: SignatureBytes,
    /// Slot of the seat's queue.
    pub slot: u8,
}

impl AnsweredSeat {
    /// The seat and its answers on their own; `None` for an answer to a slot that the queue does not have.
    pub fn split(self) -> Option<(Seat, Vec<BundlePreference>)> {
        let Self { block, seat, labeler, task_ids, answers } = self;
        let whole = |answer: SignedAnswer| {
            let SignedAnswer { slot, choice, session_key, signature } = answer;
            let task_id = *task_ids.get(usize::from(slot))?;
            Some(BundlePreference { block, seat, slot, labeler, task_id, choice, session_key, signature })
        };
        let preferences = answers.into_iter().map(whole).collect::<Option<_>>()?;
        Some((Seat { block, seat, labeler, task_ids }, preferences))
    }
}

/// One line after the header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// An authorised key.
    Session(Session),
    /// Gold of a seat.
    Gold(GoldSeat),
    /// A seat with its answers.
    Seat(AnsweredSeat),
}

/// Reads a bundle record by record. Nothing of it is to be believed before [`BundleReader::read`] has returned `None`:
/// only then is the hash known to be the expected one.
pub struct BundleReader<R> {
    input: R,
    /// What the bytes must hash to; `None` when that is known already.
    expected: Option<B256>,
    hasher: Hasher,
    line: Vec<u8>,
    n_lines: u64,
    n_records: u64,
    header: Header,
}

impl<R: BufRead> BundleReader<R> {
    /// Read the header of the file that was committed as `expected`.
    ///
    /// # Errors
    /// See [`BundleError`].
    pub fn open(input: R, expected: B256) -> Result<Self, BundleError> {
        Self::start(input, Some(expected))
    }

    /// As [`Self::open`], of bytes that were hashed before.
    pub(super) fn open_known(input: R) -> Result<Self, BundleError> {
        Self::start(input, None)
    }

    fn start(input: R, expected: Option<B256>) -> Result<Self, BundleError> {
        let (hasher, line) = (Hasher::default(), Vec::new());
        let header = Header::default();
        let mut reader = Self { input, expected, hasher, line, n_lines: 0, n_records: 0, header };
        reader.header = reader.line()?;
        let seats = u64::from(MAX_BLOCKS) * MAX_ROSTER as u64;
        if reader.header.gold > seats || reader.header.seats > seats {
            return Err(BundleError::Header("more seats than an epoch can have"));
        }
        Ok(reader)
    }

    /// The first line.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The next record; `None` at the end of a file that has the expected hash.
    ///
    /// # Errors
    /// See [`BundleError`].
    pub fn read(&mut self) -> Result<Option<Record>, BundleError> {
        let (sessions, gold) = (self.header.sessions, self.header.gold);
        let n = self.n_records;
        let record = if n < sessions {
            Record::Session(self.line()?)
        } else if n - sessions < gold {
            Record::Gold(self.line()?)
        } else if n - sessions - gold < self.header.seats {
            self.text()?;
            Record::Seat(parse_seat(self.n_lines, &self.line)?)
        } else {
            return self.end().map(|()| None);
        };
        self.n_records += 1;
        Ok(Some(record))
    }

    /// The next seat's line and its number, for somebody else to [`parse_seat`]; all other records must have been read.
    /// `None` at the end, as [`Self::read`].
    pub(super) fn seat_line(&mut self) -> Result<Option<(u64, Vec<u8>)>, BundleError> {
        if self.n_records - self.header.sessions - self.header.gold == self.header.seats {
            return self.end().map(|()| None);
        }
        self.text()?;
        self.n_records += 1;
        Ok(Some((self.n_lines, std::mem::take(&mut self.line))))
    }

    fn line<T: DeserializeOwned + Serialize>(&mut self) -> Result<T, BundleError> {
        self.text()?;
        let line = self.n_lines;
        parse_canonical(&self.line).map_err(|source| BundleError::Line { line, source })
    }

    /// Read a line without its end.
    fn text(&mut self) -> Result<(), BundleError> {
        self.line.clear();
        let line = self.n_lines + 1;
        let mut limited = (&mut self.input).take(MAX_LINE_BYTES as u64);
        limited.read_until(b'\n', &mut self.line).map_err(BundleError::Io)?;
        match self.line.last() {
            Some(b'\n') => {
                if self.expected.is_some() {
                    self.hasher.update(&self.line);
                }
                self.line.pop();
                self.n_lines = line;
                Ok(())
            }
            _ if self.line.len() == MAX_LINE_BYTES => Err(BundleError::LongLine { line }),
            _ => Err(BundleError::Truncated { line }),
        }
    }

    fn end(&mut self) -> Result<(), BundleError> {
        if !self.input.fill_buf().map_err(BundleError::Io)?.is_empty() {
            return Err(BundleError::Trailing { line: self.n_lines + 1 });
        }
        let actual = self.hasher.clone().finalize();
        if let Some(expected) = self.expected.filter(|&expected| expected != actual) {
            return Err(BundleError::WrongHash { expected, actual });
        }
        Ok(())
    }
}

/// A seat's line, without its end.
pub(super) fn parse_seat(line: u64, text: &[u8]) -> Result<AnsweredSeat, BundleError> {
    let wrong = |source| BundleError::Line { line, source };
    let seat = serde_json::from_slice(text).map_err(|error| wrong(CanonicalError::Read(error)))?;
    let canonical = serde_json::to_vec(&seat).map_err(|error| wrong(CanonicalError::Write(error)))?;
    if canonical == text { Ok(seat) } else { Err(wrong(CanonicalError::NotCanonical)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::canonical_json;

    #[test]
    fn serde_writes_a_seat_in_canonical_form() {
        let answer = SignedAnswer {
            choice: Choice::Tie,
            session_key: Address::repeat_byte(1),
            signature: SignatureBytes::repeat_byte(2),
            slot: 255,
        };
        let seat = AnsweredSeat {
            answers: vec![answer.clone(), answer],
            block: 3,
            labeler: Address::repeat_byte(0xaa),
            seat: 4,
            task_ids: vec![B256::repeat_byte(5), B256::ZERO],
        };
        let text = canonical_json(&seat).unwrap();
        assert_eq!(serde_json::to_vec(&seat).unwrap(), text);
        assert_eq!(parse_seat(1, &text).unwrap(), seat);
    }
}
