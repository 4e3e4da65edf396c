//! Text to token ids and back, and chats to prompts.

mod chat;

pub use chat::Message;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use serde_json::Value;

/// A tokenizer with the special ids and the chat template of its model folder.
#[derive(Debug)]
pub struct Tokenizer {
    inner: tokenizers::Tokenizer,
    template: Option<chat::Template>,
    eos_ids: Vec<i64>,
    /// Whether tokens are written in `bytes`.
    is_byte_level: bool,
    /// The byte of each character of the byte-level alphabet.
    bytes: HashMap<char, u8>,
}

#[derive(Debug, thiserror::Error)]
pub enum TokenizerError {
    #[error("read {path}")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("parse {path}")]
    Json { path: PathBuf, source: serde_json::Error },
    #[error("load {path}: {message}")]
    Load { path: PathBuf, message: String },
    #[error("encode text: {0}")]
    Encode(String),
    #[error("decode token ids: {0}")]
    Decode(String),
    #[error("the model has no chat template; send a plain prompt")]
    NoTemplate,
    #[error("apply the chat template")]
    Template(#[from] minijinja::Error),
}

impl Tokenizer {
    /// Reads `tokenizer.json`, and where present `tokenizer_config.json` and `generation_config.json`.
    ///
    /// # Errors
    /// [`TokenizerError`] when a file is missing or malformed.
    pub fn load(dir: &Path) -> Result<Self, TokenizerError> {
        let path = dir.join("tokenizer.json");
        // The library expects some parts of a file to fit each other and panics where they do not.
        let mut inner = std::panic::catch_unwind(|| tokenizers::Tokenizer::from_file(&path))
            .unwrap_or_else(|_| Err("its parts contradict each other".into()))
            .map_err(|error| TokenizerError::Load { path, message: error.to_string() })?;
        // Rows are padded where batches are made; a file could ask for any length.
        inner.with_padding(None);
        let config = read_json(&dir.join("tokenizer_config.json"))?;
        let generation = read_json(&dir.join("generation_config.json"))?;
        let template = chat::Template::from_config(&config)?;
        let eos_ids = eos_ids(&inner, &config, &generation);
        let json = read_json(&dir.join("tokenizer.json"))?;
        let is_byte_level = json["decoder"].to_string().contains(r#""ByteLevel""#);
        Ok(Self { inner, template, eos_ids, is_byte_level, bytes: byte_alphabet() })
    }

    /// Token ids of `text`, with the special tokens that the tokenizer adds by itself.
    ///
    /// # Errors
    /// [`TokenizerError::Encode`].
    pub fn encode(&self, text: &str) -> Result<Vec<i64>, TokenizerError> {
        self.encode_with(text, true)
    }

    /// The prompt of a chat as token ids, ending where the assistant's answer begins.
    ///
    /// # Errors
    /// [`TokenizerError::NoTemplate`], or [`TokenizerError::Template`] when the template refuses the messages.
    pub fn encode_chat(&self, messages: &[Message]) -> Result<Vec<i64>, TokenizerError> {
        // The template writes its special tokens itself.
        self.encode_with(&self.chat_prompt(messages)?, false)
    }

    /// The prompt of one user message as token ids: the form in which tasks and training see a prompt.
    ///
    /// # Errors
    /// As [`Tokenizer::encode_chat`].
    pub fn encode_prompt(&self, prompt: &str) -> Result<Vec<i64>, TokenizerError> {
        self.encode_chat(&[Message { role: "user".into(), content: prompt.into() }])
    }

    /// The text that the chat template makes of `messages`, ending where the assistant's answer begins.
    ///
    /// # Errors
    /// As [`Tokenizer::encode_chat`].
    pub fn chat_prompt(&self, messages: &[Message]) -> Result<String, TokenizerError> {
        let template = self.template.as_ref().ok_or(TokenizerError::NoTemplate)?;
        Ok(template.render(messages)?)
    }

    /// The text of `token_ids` without special tokens.
    ///
    /// # Errors
    /// [`TokenizerError::Decode`].
    pub fn decode(&self, token_ids: &[i64]) -> Result<String, TokenizerError> {
        let ids: Vec<u32> = token_ids.iter().map(|&id| id as u32).collect();
        self.inner.decode(&ids, true).map_err(|error| TokenizerError::Decode(error.to_string()))
    }

    /// The bytes that a token stands for; part of a character, perhaps.
    pub fn token_bytes(&self, id: i64) -> Vec<u8> {
        let token = u32::try_from(id).ok().and_then(|id| self.inner.id_to_token(id)).unwrap_or_default();
        let hex = token.strip_prefix("<0x").and_then(|rest| rest.strip_suffix('>'));
        if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            return vec![byte];
        }
        let bytes: Option<Vec<u8>> = token.chars().map(|c| self.bytes.get(&c).copied()).collect();
        // A word-level token, or a special one, is its own text.
        bytes.filter(|_| self.is_byte_level).unwrap_or_else(|| token.replace('\u{2581}', " ").into_bytes())
    }

    /// Ids that end a completion: those of `generation_config.json` and the tokenizer's end token.
    pub fn eos_ids(&self) -> &[i64] {
        &self.eos_ids
    }

    /// The id a trained answer ends with: the tokenizer's end token, else the first end id.
    pub fn eos_id(&self) -> Option<i64> {
        self.eos_ids.first().copied()
    }

    pub fn vocab_size(&self) -> usize {
        self.inner.get_vocab_size(true)
    }

    fn encode_with(&self, text: &str, add_special_tokens: bool) -> Result<Vec<i64>, TokenizerError> {
        let encoding = self
            .inner
            .encode(text, add_special_tokens)
            .map_err(|error| TokenizerError::Encode(error.to_string()))?;
        Ok(encoding.get_ids().iter().map(|&id| i64::from(id)).collect())
    }
}

/// Byte-level tokenizers write a byte as itself where it is a visible Latin-1 character, and the others as the characters
/// from U+0100 on, in order (Radford et al. 2019).
fn byte_alphabet() -> HashMap<char, u8> {
    let is_visible = |byte: u8| matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    let shifted = (0..=u8::MAX).filter(|byte| !is_visible(*byte)).zip('\u{100}'..);
    let visible = (0..=u8::MAX).filter(|byte| is_visible(*byte)).map(|byte| (char::from(byte), byte));
    visible.chain(shifted.map(|(byte, c)| (c, byte))).collect()
}

/// A JSON file, or null when it does not exist.
fn read_json(path: &Path) -> Result<Value, TokenizerError> {
    match std::fs::read(path) {
        Ok(text) => {
            serde_json::from_slice(&text).map_err(|source| TokenizerError::Json { path: path.into(), source })
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Value::Null),
        Err(source) => Err(TokenizerError::Read { path: path.into(), source }),
    }
}

fn eos_ids(inner: &tokenizers::Tokenizer, config: &Value, generation: &Value) -> Vec<i64> {
    let own = chat::token_text(&config["eos_token"]).and_then(|token| inner.token_to_id(&token));
    let listed = match &generation["eos_token_id"] {
        Value::Array(ids) => ids.iter().filter_map(Value::as_i64).collect(),
        id => id.as_i64().into_iter().collect::<Vec<_>>(),
    };
    let mut ids: Vec<i64> = own.map(i64::from).into_iter().collect();
    listed.into_iter().for_each(|id| {
        if !ids.contains(&id) {
            ids.push(id)
        }
    });
    ids
}

#[cfg(test)]
mod tests;
