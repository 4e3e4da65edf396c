//! The tokenizer inside a GGUF file as `tokenizer.json` and `tokenizer_config.json`.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::super::{ConvertError, write_json};
use super::reader::Gguf;

/// ggml's marks of tokens that are never made by merging text.
const CONTROL: i64 = 3;
const USER_DEFINED: i64 = 4;

/// Writes both tokenizer files to `out`.
///
/// # Errors
/// [`ConvertError::Unsupported`] for tokenizers other than byte-level BPE with a known pre-tokenizer.
pub fn write(gguf: &Gguf, out: &Path) -> Result<(), ConvertError> {
    let model = gguf.text("tokenizer.ggml.model")?;
    if model != "gpt2" {
        return Err(ConvertError::Unsupported(format!("tokenizer model {model:?}")));
    }
    write_json(&out.join("tokenizer.json"), &tokenizer_json(gguf)?)?;
    write_json(&out.join("tokenizer_config.json"), &tokenizer_config(gguf)?)
}

fn tokenizer_json(gguf: &Gguf) -> Result<Value, ConvertError> {
    let tokens = gguf.texts("tokenizer.ggml.tokens")?;
    let kinds = gguf.ints("tokenizer.ggml.token_type")?;
    let vocab: Map<String, Value> =
        tokens.iter().zip(0..).map(|(token, id)| ((*token).to_owned(), json!(id))).collect();
    let added: Vec<Value> = tokens
        .iter()
        .zip(&kinds)
        .zip(0..)
        .filter(|((_, kind), _)| [CONTROL, USER_DEFINED].contains(kind))
        .map(|((token, kind), id)| {
            json!({"id": id, "content": token, "single_word": false, "lstrip": false, "rstrip": false,
                   "normalized": false, "special": *kind == CONTROL})
        })
        .collect();
    Ok(json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": added,
        "normalizer": null,
        "pre_tokenizer": pre_tokenizer(gguf.text("tokenizer.ggml.pre")?)?,
        "post_processor": null,
        "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
        "model": {
            "type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
            "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
            "vocab": vocab, "merges": gguf.texts("tokenizer.ggml.merges")?,
        },
    }))
}

/// How text is split before merging, by llama.cpp's name of the scheme.
fn pre_tokenizer(name: &str) -> Result<Value, ConvertError> {
    let byte_level =
        json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true});
    match name {
        "gpt-2" => Ok(byte_level),
        "smollm" | "starcoder" | "refact" | "command-r" => Ok(
            json!({"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": true}, byte_level]}),
        ),
        other => Err(ConvertError::Unsupported(format!("pre-tokenizer {other:?}"))),
    }
}

fn tokenizer_config(gguf: &Gguf) -> Result<Value, ConvertError> {
    let tokens = gguf.texts("tokenizer.ggml.tokens")?;
    let special = |key: &str| {
        let id = gguf.int(&format!("tokenizer.ggml.{key}_token_id")).ok()?;
        tokens.get(usize::try_from(id).ok()?).copied()
    };
    Ok(json!({
        "tokenizer_class": "PreTrainedTokenizerFast",
        "add_prefix_space": gguf.flag("tokenizer.ggml.add_space_prefix"),
        "clean_up_tokenization_spaces": false,
        "bos_token": special("bos"),
        "eos_token": special("eos"),
        "unk_token": special("unknown"),
        "pad_token": special("padding"),
        "model_max_length": gguf.int("llama.context_length")?,
        "chat_template": gguf.text("tokenizer.chat_template").ok(),
    }))
}
