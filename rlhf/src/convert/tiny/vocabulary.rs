//! A byte-level BPE tokenizer learnt from the built-in text: its words are one token each, any other text still has tokens.

use std::path::Path;

use serde_json::json;
use tokenizers::{
    AddedToken, DecoderWrapper, ModelWrapper, NormalizerWrapper, PostProcessorWrapper, PreTokenizerWrapper,
    TokenizerImpl,
    models::{TrainerWrapper, bpe::BPE, bpe::BpeTrainer},
    pre_tokenizers::byte_level::ByteLevel,
};

use super::super::{ConvertError, write_json};

const VOCAB_SIZE: usize = 1024;
const END: &str = "<|end|>";
const SPECIAL: [&str; 4] = [END, "<|system|>", "<|user|>", "<|assistant|>"];
const TEMPLATE: &str = "{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] }}\
    {% if message['role'] == 'assistant' %}{{ eos_token }}{% endif %}{% endfor %}\
    {% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}";

type Trainable =
    TokenizerImpl<ModelWrapper, NormalizerWrapper, PreTokenizerWrapper, PostProcessorWrapper, DecoderWrapper>;

/// Learns the vocabulary and writes `tokenizer.json` and `tokenizer_config.json` to `out`.
///
/// # Errors
/// [`ConvertError::Train`] or [`ConvertError::Write`].
pub fn write(texts: &[String], out: &Path) -> Result<(), ConvertError> {
    let failed = |error: tokenizers::Error| ConvertError::Train(error.to_string());
    let byte_level = ByteLevel::new(false, true, true);
    let mut tokenizer = Trainable::new(ModelWrapper::BPE(BPE::default()));
    tokenizer.with_pre_tokenizer(Some(PreTokenizerWrapper::ByteLevel(byte_level)));
    tokenizer.with_decoder(Some(DecoderWrapper::ByteLevel(byte_level)));
    let trainer = BpeTrainer::builder()
        .vocab_size(VOCAB_SIZE)
        .show_progress(false)
        .special_tokens(SPECIAL.iter().map(|token| AddedToken::from(*token, true)).collect())
        .initial_alphabet(ByteLevel::alphabet().into_iter().collect())
        .build();
    tokenizer
        .train(&mut TrainerWrapper::BpeTrainer(trainer), texts.iter().map(String::as_str))
        .map_err(failed)?;
    let json = tokenizer.to_string(false).map_err(failed)?;
    let value: serde_json::Value =
        serde_json::from_str(&json).map_err(|error| ConvertError::Train(error.to_string()))?;
    write_json(&out.join("tokenizer.json"), &value)?;
    let config = json!({
        "tokenizer_class": "PreTrainedTokenizerFast",
        "clean_up_tokenization_spaces": false,
        "eos_token": END,
        "pad_token": END,
        "chat_template": TEMPLATE,
    });
    write_json(&out.join("tokenizer_config.json"), &config)
}
