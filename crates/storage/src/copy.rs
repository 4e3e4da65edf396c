//! `COPY … FROM STDIN (FORMAT binary)`: the fastest way into a table, without a statement per row.
//!
//! Format: a signature, per row the number of columns and each value as length and bytes (big-endian), and a -1.
use alloy_primitives::B256;
use sqlx::{Error, PgConnection};

const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
const END: [u8; 2] = (-1_i16).to_be_bytes();
/// Rows are sent in pieces of about this size, in bytes.
const PIECE: usize = 256 * 1024;
/// Object id of the type `bytea`.
const BYTEA: u32 = 17;

/// Rows of one table in the binary format of `COPY`.
pub struct Rows {
    bytes: Vec<u8>,
}

impl Rows {
    fn new() -> Self {
        Self { bytes: HEADER.to_vec() }
    }

    /// Begin a row.
    pub fn row(&mut self, columns: u16) {
        self.bytes.extend(columns.to_be_bytes());
    }

    pub fn bytes(&mut self, value: &[u8]) {
        self.value(value);
    }

    pub fn bigint(&mut self, value: u64) {
        self.value(&value.to_be_bytes());
    }

    pub fn integer(&mut self, value: u32) {
        self.value(&value.to_be_bytes());
    }

    /// A `bytea[]`.
    pub fn words(&mut self, words: &[B256]) {
        if words.is_empty() {
            return self.value([0, 0, BYTEA].map(u32::to_be_bytes).as_flattened());
        }
        let size = 20 + words.len() * 36;
        self.length(size);
        let n = u32::try_from(words.len()).expect("a log has at most four topics");
        self.bytes.extend([1, 0, BYTEA, n, 1].map(u32::to_be_bytes).as_flattened());
        for word in words {
            self.value(word.as_slice());
        }
    }

    fn value(&mut self, value: &[u8]) {
        self.length(value.len());
        self.bytes.extend_from_slice(value);
    }

    fn length(&mut self, length: usize) {
        let length = i32::try_from(length).expect("a value is smaller than 2 GiB");
        self.bytes.extend(length.to_be_bytes());
    }
}

/// What `COPY … TO STDOUT (FORMAT binary)` would say of rows like these.
pub fn encode<'a, T: 'a>(items: impl Iterator<Item = &'a T>, write: impl Fn(&mut Rows, &T)) -> Vec<u8> {
    let mut rows = Rows::new();
    for item in items {
        write(&mut rows, item);
    }
    rows.bytes.extend(END);
    rows.bytes
}

/// Write `items` into a table; `write` adds the row of one. `statement` is the `COPY`.
pub async fn copy<T>(
    conn: &mut PgConnection,
    statement: &str,
    items: &[T],
    write: impl Fn(&mut Rows, &T),
) -> Result<(), Error> {
    if items.is_empty() {
        return Ok(());
    }
    let mut sink = conn.copy_in_raw(statement).await?;
    let mut rows = Rows::new();
    for item in items {
        write(&mut rows, item);
        if rows.bytes.len() >= PIECE {
            sink.send(rows.bytes.as_slice()).await?;
            rows.bytes.clear();
        }
    }
    rows.bytes.extend(END);
    sink.send(rows.bytes.as_slice()).await?;
    sink.finish().await?;
    Ok(())
}
