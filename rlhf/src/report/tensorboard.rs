//! TensorBoard event files: records of TensorFlow's framing (`record_writer.h`) that hold `Event` messages (`event.proto`),
//! of which a scalar needs five fields.

use std::io::{self, Write};

use crc::{CRC_32_ISCSI, Crc};

/// CRC-32C.
const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISCSI);

/// Writes scalars to an event file.
#[derive(Debug)]
pub struct EventWriter<W>(W);

impl<W: Write> EventWriter<W> {
    /// Begins a file; `time` in seconds since 1970.
    ///
    /// # Errors
    /// Those of the writer, here and below.
    pub fn begin(writer: W, time: f64) -> io::Result<Self> {
        let mut events = Self(writer);
        let mut event = Vec::new();
        double(&mut event, 1, time);
        bytes(&mut event, 3, b"brain.Event:2");
        events.record(&event)?;
        Ok(events)
    }

    /// Adds the scalars of a step.
    pub fn scalars<'a>(
        &mut self,
        time: f64,
        step: u64,
        scalars: impl IntoIterator<Item = (&'a str, f64)>,
    ) -> io::Result<()> {
        let mut summary = Vec::new();
        for (tag, value) in scalars {
            let mut scalar = Vec::new();
            bytes(&mut scalar, 1, tag.as_bytes());
            key(&mut scalar, 2, 5);
            scalar.extend((value as f32).to_le_bytes());
            bytes(&mut summary, 1, &scalar);
        }
        let mut event = Vec::new();
        double(&mut event, 1, time);
        key(&mut event, 2, 0);
        varint(&mut event, step);
        bytes(&mut event, 5, &summary);
        self.record(&event)
    }

    fn record(&mut self, data: &[u8]) -> io::Result<()> {
        let length = (data.len() as u64).to_le_bytes();
        let mut record = Vec::with_capacity(data.len() + 16);
        record.extend(length);
        record.extend(masked_crc(&length).to_le_bytes());
        record.extend(data);
        record.extend(masked_crc(data).to_le_bytes());
        self.0.write_all(&record)?;
        self.0.flush()
    }
}

/// A checksum of data that may hold checksums itself.
fn masked_crc(data: &[u8]) -> u32 {
    CRC.checksum(data).rotate_right(15).wrapping_add(0xa282_ead8)
}

fn key(message: &mut Vec<u8>, field: u64, wire_type: u64) {
    varint(message, field << 3 | wire_type);
}

fn varint(message: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        message.push(value as u8 | 0x80);
        value >>= 7;
    }
    message.push(value as u8);
}

fn double(message: &mut Vec<u8>, field: u64, value: f64) {
    key(message, field, 1);
    message.extend(value.to_le_bytes());
}

fn bytes(message: &mut Vec<u8>, field: u64, value: &[u8]) {
    key(message, field, 2);
    varint(message, value.len() as u64);
    message.extend(value);
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A field of a message: its number, and its bytes or its number as bytes.
    fn fields(mut message: &[u8]) -> Vec<(u64, Vec<u8>)> {
        fn number(message: &mut &[u8]) -> u64 {
            let end = message.iter().position(|byte| byte & 0x80 == 0).unwrap();
            let (head, tail) = message.split_at(end + 1);
            *message = tail;
            head.iter().rev().fold(0, |value, byte| value << 7 | u64::from(byte & 0x7f))
        }
        let mut found = Vec::new();
        while !message.is_empty() {
            let key = number(&mut message);
            let length = match key & 7 {
                0 => {
                    found.push((key >> 3, number(&mut message).to_le_bytes().to_vec()));
                    continue;
                }
                1 => 8,
                2 => number(&mut message) as usize,
                5 => 4,
                other => panic!("wire type {other}"),
            };
            let (value, rest) = message.split_at(length);
            found.push((key >> 3, value.to_vec()));
            message = rest;
        }
        found
    }

    /// Step, tag and value of every scalar in a file, checksums checked.
    pub fn read(mut file: &[u8]) -> Vec<(u64, String, f32)> {
        let mut found = Vec::new();
        while !file.is_empty() {
            let length = u64::from_le_bytes(file[..8].try_into().unwrap()) as usize;
            assert_eq!(file[8..12], masked_crc(&file[..8]).to_le_bytes());
            let (data, rest) = file[12..].split_at(length);
            assert_eq!(rest[..4], masked_crc(data).to_le_bytes());
            file = &rest[4..];
            let event = fields(data);
            let of = |field| event.iter().filter(move |(number, _)| *number == field).map(|(_, value)| value);
            let step = of(2).next().map_or(0, |step| u64::from_le_bytes(step[..].try_into().unwrap()));
            for (_, value) in of(5).flat_map(|summary| fields(summary)) {
                let value = fields(&value);
                let tag = String::from_utf8(value[0].1.clone()).unwrap();
                found.push((step, tag, f32::from_le_bytes(value[1].1[..].try_into().unwrap())));
            }
        }
        found
    }

    #[test]
    fn a_file_holds_what_was_written_in_the_format_of_tensorflow() {
        // The check value of CRC-32C, and the first bytes of every file that TensorFlow writes: a record of 24 bytes.
        assert_eq!(CRC.checksum(b"123456789"), 0xe306_9283);
        let mut file = Vec::new();
        let mut events = EventWriter::begin(&mut file, 1.5).unwrap();
        events.scalars(2.5, 300, [("objective/kl", 0.25), ("loss", -3.0)]).unwrap();
        assert_eq!(file[..12], [24, 0, 0, 0, 0, 0, 0, 0, 0xa3, 0x7f, 0x4b, 0x22]);
        assert_eq!(read(&file), [(300, "objective/kl".to_owned(), 0.25), (300, "loss".to_owned(), -3.0)]);
    }
}
