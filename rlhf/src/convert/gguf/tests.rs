//! A GGUF file of a one-layer model, written by hand, through the whole conversion.

use super::*;
use crate::{model::Llama, tokenizer::Tokenizer};

struct Writer(Vec<u8>);

impl Writer {
    fn text(&mut self, text: &str) {
        self.0.extend((text.len() as u64).to_le_bytes());
        self.0.extend(text.as_bytes());
    }

    fn key(&mut self, key: &str, kind: u32) {
        self.text(key);
        self.0.extend(kind.to_le_bytes());
    }

    fn u32(&mut self, key: &str, value: u32) {
        self.key(key, 4);
        self.0.extend(value.to_le_bytes());
    }

    fn string(&mut self, key: &str, value: &str) {
        self.key(key, 8);
        self.text(value);
    }

    fn list(&mut self, key: &str, kind: u32, length: usize) {
        self.key(key, 9);
        self.0.extend(kind.to_le_bytes());
        self.0.extend((length as u64).to_le_bytes());
    }
}

const TOKENS: [&str; 6] = ["<|end|>", "h", "i", "1", "2", "hi"];

fn shapes() -> Vec<(&'static str, Vec<u64>)> {
    vec![
        ("token_embd.weight", vec![8, 6]),
        ("output_norm.weight", vec![8]),
        ("blk.0.attn_norm.weight", vec![8]),
        ("blk.0.attn_q.weight", vec![8, 8]),
        ("blk.0.attn_k.weight", vec![8, 4]),
        ("blk.0.attn_v.weight", vec![8, 4]),
        ("blk.0.attn_output.weight", vec![8, 8]),
        ("blk.0.ffn_norm.weight", vec![8]),
        ("blk.0.ffn_gate.weight", vec![8, 16]),
        ("blk.0.ffn_up.weight", vec![8, 16]),
        ("blk.0.ffn_down.weight", vec![16, 8]),
    ]
}

fn file(architecture: &str) -> Vec<u8> {
    let mut w = Writer(b"GGUF".to_vec());
    w.0.extend(3u32.to_le_bytes());
    w.0.extend((shapes().len() as u64).to_le_bytes());
    w.0.extend(17u64.to_le_bytes());
    w.string("general.architecture", architecture);
    for (key, value) in [
        ("embedding_length", 8),
        ("block_count", 1),
        ("context_length", 32),
        ("feed_forward_length", 16),
        ("attention.head_count", 2),
        ("attention.head_count_kv", 1),
    ] {
        w.u32(&format!("llama.{key}"), value);
    }
    w.key("llama.attention.layer_norm_rms_epsilon", 6);
    w.0.extend(1e-5f32.to_le_bytes());
    w.string("tokenizer.ggml.model", "gpt2");
    w.string("tokenizer.ggml.pre", "smollm");
    w.list("tokenizer.ggml.tokens", 8, TOKENS.len());
    TOKENS.iter().for_each(|token| w.text(token));
    w.list("tokenizer.ggml.token_type", 5, TOKENS.len());
    [3i32, 1, 1, 1, 1, 1].iter().for_each(|kind| w.0.extend(kind.to_le_bytes()));
    w.list("tokenizer.ggml.merges", 8, 1);
    w.text("h i");
    w.u32("tokenizer.ggml.eos_token_id", 0);
    w.u32("tokenizer.ggml.bos_token_id", 0);
    w.string("tokenizer.chat_template", "{{ messages[0]['content'] }}<|end|>");
    w.string("general.name", "x");
    let mut offset = 0u64;
    for (name, dimensions) in shapes() {
        w.text(name);
        w.0.extend((dimensions.len() as u32).to_le_bytes());
        dimensions.iter().for_each(|n| w.0.extend(n.to_le_bytes()));
        w.0.extend(0u32.to_le_bytes());
        w.0.extend(offset.to_le_bytes());
        offset += dimensions.iter().product::<u64>() * 4;
    }
    w.0.resize(w.0.len().next_multiple_of(32), 0);
    (0..offset / 4).for_each(|i| w.0.extend((i as f32 / 64.0).to_le_bytes()));
    w.0
}

fn convert_bytes(bytes: &[u8]) -> Result<tempfile::TempDir, ConvertError> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.gguf");
    std::fs::write(&path, bytes).unwrap();
    convert(&path, dir.path())?;
    Ok(dir)
}

#[test]
fn a_converted_file_loads_as_model_and_tokenizer() {
    let dir = convert_bytes(&file("llama")).unwrap();
    let model = Llama::load(dir.path(), Precision::F32, tch::Device::Cpu).unwrap();
    assert_eq!((model.config.rms_norm_eps, model.config.tie_word_embeddings), (1e-5, true));
    assert_eq!(model.config.eos_token_ids(), [0]);
    let tokenizer = Tokenizer::load(dir.path()).unwrap();
    assert_eq!(tokenizer.encode("hi12").unwrap(), [5, 3, 4]);
    assert_eq!(tokenizer.encode_prompt("hi").unwrap(), [5, 0]);
    assert_eq!(tokenizer.decode(&[5, 3, 0]).unwrap(), "hi1");
}

#[test]
fn attention_rows_return_to_their_two_halves() {
    // One head of 4 rows: llama.cpp stores first-half and second-half rows alternately.
    let stored = Tensor::from_slice(&[0f32, 2.0, 1.0, 3.0]).view([4, 1]);
    assert_eq!(unpermute(&stored, 1).unwrap(), Tensor::from_slice(&[0f32, 1.0, 2.0, 3.0]).view([4, 1]));
    assert!(unpermute(&stored, 3).is_err());
}

#[test]
fn a_file_cut_anywhere_is_refused_without_a_panic() {
    let whole = file("llama");
    for length in (0..whole.len()).step_by(37) {
        assert!(convert_bytes(&whole[..length]).is_err(), "{length} bytes");
    }
}

#[test]
fn another_architecture_is_refused_by_name() {
    let error = convert_bytes(&file("gemma")).unwrap_err().to_string();
    assert_eq!(error, "architecture \"gemma\" is not supported");
}
