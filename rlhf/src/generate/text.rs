//! Token ids to text as they arrive: whole characters only, ending before a stop string.

use std::sync::Arc;

use crate::tokenizer::{Tokenizer, TokenizerError};

/// A character has up to four bytes, and a token at least one: more tokens than this without a whole character are no text.
const MAX_HELD: usize = 8;

/// The text of one completion so far.
#[derive(Debug)]
pub struct TextStream<'a> {
    tokenizer: &'a Tokenizer,
    stop: Arc<[String]>,
    token_ids: Vec<i64>,
    /// Tokens whose text is in `pending` or handed out, and where the tokens before them begin that they are decoded with:
    /// some tokenizers decode a token differently at the beginning of a text.
    read: usize,
    context: usize,
    /// Text that is decoded and not handed out.
    pending: String,
    stopped: bool,
}

impl<'a> TextStream<'a> {
    pub fn new(tokenizer: &'a Tokenizer, stop: Arc<[String]>) -> Self {
        let (token_ids, pending) = (Vec::new(), String::new());
        Self { tokenizer, stop, token_ids, read: 0, context: 0, pending, stopped: false }
    }

    /// Adds a token and returns the text that is now certain.
    ///
    /// # Errors
    /// [`TokenizerError::Decode`], here and in [`TextStream::finish`].
    pub fn push(&mut self, token_id: i64) -> Result<String, TokenizerError> {
        self.token_ids.push(token_id);
        self.read(self.token_ids.len() - self.read > MAX_HELD)?;
        if self.cut() {
            return Ok(std::mem::take(&mut self.pending));
        }
        // A stop string may span tokens: hold back what could still become one.
        let held = self.stop.iter().map(|stop| overlap(&self.pending, stop)).max().unwrap_or(0);
        Ok(self.pending.drain(..self.pending.len() - held).collect())
    }

    /// The text held back, when no token follows.
    ///
    /// # Errors
    /// As [`TextStream::push`].
    pub fn finish(&mut self) -> Result<String, TokenizerError> {
        if !self.stopped {
            self.read(true)?;
            self.cut();
        }
        Ok(std::mem::take(&mut self.pending))
    }

    /// Whether a stop string was met.
    pub fn stopped(&self) -> bool {
        self.stopped
    }

    pub fn n_tokens(&self) -> usize {
        self.token_ids.len()
    }

    /// Decodes the new tokens, unless they end within a character; `all` of them also then.
    fn read(&mut self, all: bool) -> Result<(), TokenizerError> {
        let before = self.tokenizer.decode(&self.token_ids[self.context..self.read])?;
        let now = self.tokenizer.decode(&self.token_ids[self.context..])?;
        if all || !now.ends_with(char::REPLACEMENT_CHARACTER) {
            self.pending.push_str(now.get(before.len()..).unwrap_or_default());
            (self.context, self.read) = (self.read, self.token_ids.len());
        }
        Ok(())
    }

    /// Cuts the text at the first stop string.
    fn cut(&mut self) -> bool {
        let Some(end) = self.stop.iter().filter_map(|stop| self.pending.find(stop.as_str())).min() else {
            return false;
        };
        self.pending.truncate(end);
        self.stopped = true;
        true
    }
}

/// Length of the longest end of `text` that begins `stop`.
fn overlap(text: &str, stop: &str) -> usize {
    (1..=stop.len().min(text.len()))
        .rev()
        .find(|&n| stop.is_char_boundary(n) && text.ends_with(&stop[..n]))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Byte-level: every byte of a text is one token.
    fn tokenizer() -> (tempfile::TempDir, Tokenizer) {
        let dir = tempfile::tempdir().unwrap();
        let mut alphabet: Vec<char> =
            tokenizers::pre_tokenizers::byte_level::ByteLevel::alphabet().into_iter().collect();
        alphabet.sort_unstable();
        let vocab: serde_json::Map<_, _> =
            alphabet.iter().zip(0..).map(|(c, id)| (c.to_string(), serde_json::json!(id))).collect();
        let byte_level = serde_json::json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true});
        let json = serde_json::json!({
            "version": "1.0", "added_tokens": [], "normalizer": null, "post_processor": null, "truncation": null,
            "padding": null, "pre_tokenizer": byte_level, "decoder": byte_level,
            "model": {"type": "BPE", "vocab": vocab, "merges": []},
        });
        std::fs::write(dir.path().join("tokenizer.json"), json.to_string()).unwrap();
        let tokenizer = Tokenizer::load(dir.path()).unwrap();
        (dir, tokenizer)
    }

    fn pieces(text: &str, stop: &[String]) -> (Vec<String>, bool) {
        let (_dir, tokenizer) = tokenizer();
        let mut stream = TextStream::new(&tokenizer, stop.into());
        let mut pieces = Vec::new();
        for id in tokenizer.encode(text).unwrap() {
            pieces.push(stream.push(id).unwrap());
            if stream.stopped() {
                break;
            }
        }
        pieces.push(stream.finish().unwrap());
        (pieces, stream.stopped())
    }

    #[test]
    fn text_arrives_in_whole_characters() {
        let (pieces, stopped) = pieces("aé€b", &[]);
        assert_eq!(pieces, ["a", "", "é", "", "", "€", "b", ""]);
        assert!(!stopped);
    }

    #[test]
    fn a_stop_string_is_never_shown_even_in_part() {
        let stop = ["END".to_owned(), "\n".to_owned()];
        let (shown, stopped) = pieces("one EN two END three", &stop);
        assert_eq!((shown.concat().as_str(), stopped), ("one EN two ", true));
        let (shown, stopped) = pieces("first\nsecond", &stop);
        assert_eq!((shown.concat().as_str(), stopped), ("first", true));
    }

    #[test]
    fn what_was_held_back_is_given_at_the_end() {
        let (shown, stopped) = pieces("the EN", &["END".to_owned()]);
        assert_eq!((shown.concat().as_str(), stopped), ("the EN", false));
        assert_eq!(shown.last().unwrap(), "EN");
    }

    #[test]
    fn bytes_that_are_no_text_do_not_hold_back_the_rest_for_ever() {
        let (_dir, tokenizer) = tokenizer();
        let continuation = tokenizer.encode("é").unwrap()[1];
        let mut stream = TextStream::new(&tokenizer, [].into());
        let shown: String = (0..40).map(|_| stream.push(continuation).unwrap()).collect();
        assert!(shown.chars().count() >= 32 && shown.chars().all(|c| c == char::REPLACEMENT_CHARACTER));
    }
}
