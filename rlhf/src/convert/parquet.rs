//! Chats as Parquet, for trainers that read nothing else.

use std::sync::Arc;

use parquet::{
    basic::Compression,
    data_type::{ByteArray, ByteArrayType},
    errors::ParquetError,
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::parser::parse_message_type,
};

/// A row is a list of messages, as `datasets` and pandas lay them out.
const SCHEMA: &str =
    "message schema { required group messages (LIST) { repeated group list { required group element {
    required binary role (STRING); required binary content (STRING); } } } }";

/// A file with a column `messages`; each chat is a list of `[role, content]`. The same chats give the same bytes.
///
/// # Errors
/// [`ParquetError`] when the library refuses, for example a text of more than 2 GiB.
pub fn chats(chats: &[Vec<[&str; 2]>]) -> Result<Vec<u8>, ParquetError> {
    let schema = Arc::new(parse_message_type(SCHEMA)?);
    let properties =
        WriterProperties::builder().set_compression(Compression::UNCOMPRESSED).set_dictionary_enabled(false);
    let mut bytes = Vec::new();
    let mut file = SerializedFileWriter::new(&mut bytes, schema, Arc::new(properties.build()))?;
    let mut rows = file.next_row_group()?;
    // Dremel levels: 0 begins a row, 1 goes on with its list; a chat without messages has a place, but nothing in it.
    let (mut definition, mut repetition) = (vec![], vec![]);
    for chat in chats {
        definition.extend((0..chat.len().max(1)).map(|_| i16::from(!chat.is_empty())));
        repetition.extend((0..chat.len().max(1)).map(|i| i16::from(i > 0)));
    }
    for part in 0..2 {
        let values: Vec<ByteArray> = chats.iter().flatten().map(|message| message[part].into()).collect();
        let mut column = rows.next_column()?.expect("the schema has two columns");
        column.typed::<ByteArrayType>().write_batch(&values, Some(&definition), Some(&repetition))?;
        column.close()?;
    }
    rows.close()?;
    file.close()?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::{ListAccessor, RowAccessor};

    use super::*;

    #[test]
    fn chats_are_read_as_they_were_written() {
        let long = "é\n\"".repeat(70_000);
        let written = [vec![["user", "hi"], ["assistant", &long]], vec![], vec![["user", ""]]];
        let bytes = chats(&written).unwrap();
        assert_eq!(bytes, chats(&written).unwrap());
        let file = SerializedFileReader::new(bytes::Bytes::from(bytes)).unwrap();
        let read: Vec<Vec<[String; 2]>> = file
            .get_row_iter(None)
            .unwrap()
            .map(|row| {
                let row = row.unwrap();
                let messages = row.get_list(0).unwrap();
                (0..messages.len())
                    .map(|i| {
                        let message = messages.get_group(i).unwrap();
                        [0, 1].map(|part| message.get_string(part).unwrap().clone())
                    })
                    .collect()
            })
            .collect();
        assert_eq!(read, written.map(|chat| chat.iter().map(|m| m.map(str::to_owned)).collect::<Vec<_>>()));
    }
}
