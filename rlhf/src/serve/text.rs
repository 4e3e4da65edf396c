//! Token ids to text as they arrive: whole characters only, ending before a stop string.

use crate::tokenizer::{Tokenizer, TokenizerError};

/// The text of one completion so far.
#[derive(Debug)]
pub struct TextStream<'a> {
    tokenizer: &'a Tokenizer,
    stop: &'a [String],
    token_ids: Vec<i64>,
    /// Bytes already handed out.
    sent: usize,
    stopped: bool,
}

impl<'a> TextStream<'a> {
    pub fn new(tokenizer: &'a Tokenizer, stop: &'a [String]) -> Self {
        Self { tokenizer, stop, token_ids: Vec::new(), sent: 0, stopped: false }
    }

    /// Adds a token and returns the text that is now certain.
    ///
    /// # Errors
    /// [`TokenizerError::Decode`], here and in [`TextStream::finish`].
    pub fn push(&mut self, token_id: i64) -> Result<String, TokenizerError> {
        self.token_ids.push(token_id);
        let text = self.tokenizer.decode(&self.token_ids)?;
        if let Some(end) = self.stop.iter().filter_map(|stop| text.find(stop.as_str())).min() {
            self.stopped = true;
            return Ok(self.take(&text[..end]));
        }
        // A character may span tokens, and so may a stop string: hold back what could still become one.
        let whole = text.trim_end_matches('\u{fffd}');
        let certain = whole.len() - self.stop.iter().map(|stop| overlap(whole, stop)).max().unwrap_or(0);
        Ok(self.take(&whole[..certain]))
    }

    /// The text held back, when no token follows.
    ///
    /// # Errors
    /// As [`TextStream::push`].
    pub fn finish(&mut self) -> Result<String, TokenizerError> {
        if self.stopped {
            return Ok(String::new());
        }
        let text = self.tokenizer.decode(&self.token_ids)?;
        Ok(self.take(&text))
    }

    /// Whether a stop string was met.
    pub fn stopped(&self) -> bool {
        self.stopped
    }

    pub fn n_tokens(&self) -> usize {
        self.token_ids.len()
    }

    fn take(&mut self, text: &str) -> String {
        let new = text.get(self.sent..).unwrap_or_default().to_owned();
        self.sent = self.sent.max(text.len());
        new
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
        let mut stream = TextStream::new(&tokenizer, stop);
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
}
