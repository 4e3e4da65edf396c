//! Files from strangers, changed at random from valid ones: every reader answers with a value or an error, and takes no
//! memory that the file does not justify.

#![expect(unsafe_code, reason = "a counting allocator cannot be written without")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use alloy_primitives::B256;
use protocol::manifest::{DatasetKind, DatasetManifest, FileEntry, canonical_json, sample_root};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rlhf::convert::{self, gguf};
use rlhf::data::dataset::read_prompts;
use rlhf::model::{Config, Lora, LoraConfig, Module, Params, Precision};
use rlhf::run::Checkpoint;
use rlhf::tokenizer::Tokenizer;
use serde_json::json;
use tch::Device;

/// Remembers the most bytes that were in use at once.
struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        PEAK.fetch_max(IN_USE.fetch_add(layout.size(), Relaxed) + layout.size(), Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Of all tests of this file together; the files have a few kilobytes.
const MOST_BYTES: usize = 64 << 20;

/// Numbers at which sizes overflow, turn negative or become absurd.
const NUMBERS: [u64; 9] =
    [0, 1, 1 << 20, 1 << 31, u32::MAX as u64, 1 << 40, 1 << 62, i64::MAX as u64, u64::MAX];

fn mutate(bytes: &[u8], rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for _ in 0..rng.random_range(1..4) {
        if out.is_empty() {
            break;
        }
        let at = rng.random_range(0..out.len());
        let end = (at + rng.random_range(1..40)).min(out.len());
        let number = NUMBERS[rng.random_range(0..NUMBERS.len())];
        match rng.random_range(0..7) {
            0 => out[at] ^= 1 << rng.random_range(0..8),
            1 => out.truncate(at),
            2 => out.iter_mut().skip(at).zip(number.to_le_bytes()).for_each(|(byte, new)| *byte = new),
            3 => {
                let piece = out[at..end].to_vec();
                let to = rng.random_range(0..out.len());
                out.splice(to..to, piece);
            }
            4 => drop(out.drain(at..end)),
            5 => drop(out.splice(at..at, b"[".repeat(2000))),
            _ => {
                let start = (at..out.len()).find(|&i| out[i].is_ascii_digit()).unwrap_or(at);
                let stop = (start..out.len()).find(|&i| !out[i].is_ascii_digit()).unwrap_or(out.len());
                let text = if rng.random() { number.to_string() } else { format!("-{number}e308") };
                out.splice(start..stop, text.into_bytes());
            }
        }
    }
    out
}

/// Changes `name` in `dir` `n` times; `read` must return each time, whatever it says, and must accept the valid file.
fn fuzz<E: std::error::Error>(dir: &Path, name: &str, n: u64, read: impl Fn() -> Result<(), E>) {
    // A contained panic says what it is in a line; a backtrace would count as memory of the reader.
    std::panic::set_hook(Box::new(|panic| eprintln!("{panic}")));
    let path = dir.join(name);
    let valid = std::fs::read(&path).unwrap();
    read().unwrap_or_else(|error| panic!("the valid {name}: {error}"));
    let mut refused = 0;
    for seed in 0..n {
        std::fs::write(&path, mutate(&valid, &mut ChaCha8Rng::seed_from_u64(seed))).unwrap();
        if let Err(error) = read() {
            refused += 1;
            assert!(!error.to_string().is_empty(), "case {seed} of {name}");
        }
        assert!(PEAK.load(Relaxed) < MOST_BYTES, "case {seed} of {name} takes {} bytes", PEAK.load(Relaxed));
    }
    assert!(refused > n / 4, "only {refused} of {n} changes of {name} were noticed");
    std::fs::write(&path, valid).unwrap();
}

fn config() -> Config {
    Config::from_json(json!({
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 6, "hidden_size": 8,
        "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 1,
        "max_position_embeddings": 32, "rms_norm_eps": 1e-5, "tie_word_embeddings": true,
    }))
    .unwrap()
}

fn model_folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let config = config();
    config.save(dir.path()).unwrap();
    let params = Params::random(&config, 0.1, &mut ChaCha8Rng::seed_from_u64(1));
    params.save(dir.path(), Precision::F32).unwrap();
    let tokenizer = json!({
        "version": "1.0", "truncation": null, "padding": null, "normalizer": null,
        "added_tokens": [{"id": 0, "content": "<end>", "single_word": false, "lstrip": false, "rstrip": false,
                          "normalized": false, "special": true}],
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
        "post_processor": null, "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true,
        "use_regex": true},
        "model": {"type": "BPE", "vocab": {"<end>": 0, "h": 1, "i": 2, "1": 3, "2": 4, "hi": 5}, "merges": ["h i"]},
    });
    std::fs::write(dir.path().join("tokenizer.json"), tokenizer.to_string()).unwrap();
    dir
}

#[test]
fn configurations_weights_and_manifests_of_models() {
    let dir = model_folder();
    let load = || Params::load_model(dir.path(), &Config::load(dir.path())?)?.check(&config().tensors());
    fuzz(dir.path(), "config.json", 2000, || Config::load(dir.path()).map(|config| drop(config.tensors())));
    fuzz(dir.path(), "model.safetensors", 3000, load);
    let index: serde_json::Map<_, _> =
        config().tensors().into_iter().map(|(name, _)| (name, json!("shard-1.safetensors"))).collect();
    convert::import(dir.path()).unwrap();
    fuzz(dir.path(), "manifest.json", 1000, || Checkpoint::open(dir.path()).map(drop));
    std::fs::rename(dir.path().join("model.safetensors"), dir.path().join("shard-1.safetensors")).unwrap();
    let path = dir.path().join("model.safetensors.index.json");
    std::fs::write(path, json!({"weight_map": index}).to_string()).unwrap();
    fuzz(dir.path(), "model.safetensors.index.json", 1000, load);
}

#[test]
fn tokenizers() {
    let dir = model_folder();
    fuzz(dir.path(), "tokenizer.json", 2000, || {
        let tokenizer = Tokenizer::load(dir.path())?;
        tokenizer.encode("hi 12").map(drop)
    });
}

#[test]
fn adapters() {
    let dir = tempfile::tempdir().unwrap();
    let lora = LoraConfig { rank: 2, alpha: 4.0, layers: 1, modules: vec![Module::Q, Module::V] };
    Lora::new(&config(), lora, 1, Device::Cpu).save(&config(), dir.path()).unwrap();
    for name in ["adapter_config.json", "adapter_model.safetensors"] {
        fuzz(dir.path(), name, 1500, || Lora::load(&config(), dir.path(), Device::Cpu).map(drop));
    }
}

#[test]
fn datasets_whose_hashes_fit_their_lines() {
    let dir = tempfile::tempdir().unwrap();
    let seal = |data: &[u8]| {
        let lines: Vec<&[u8]> = data.split_inclusive(|&b| b == b'\n').collect();
        let trimmed = lines.iter().map(|line| line.strip_suffix(b"\n").unwrap_or(line));
        let manifest = DatasetManifest {
            format: Default::default(),
            kind: DatasetKind::Prompts,
            files: vec![FileEntry::of("data.jsonl", data)],
            sample_count: lines.len() as u64,
            sample_root: sample_root(trimmed),
            licence: "CC0-1.0".into(),
            family_id: B256::ZERO,
            epochs: vec![],
            version_ids: vec![],
            aggregation: None,
        };
        std::fs::write(dir.path().join("manifest.json"), canonical_json(&manifest).unwrap()).unwrap();
    };
    let data = b"{\"prompt\":\"a good day\"}\n{\"prompt\":\"b 12 \\u00e9\"}\n";
    std::fs::write(dir.path().join("data.jsonl"), data).unwrap();
    seal(data);
    fuzz(dir.path(), "manifest.json", 1000, || read_prompts(dir.path()).map(drop));
    fuzz(dir.path(), "data.jsonl", 1000, || {
        seal(&std::fs::read(dir.path().join("data.jsonl")).unwrap());
        read_prompts(dir.path()).map(drop)
    });
}

#[test]
fn gguf_files() {
    let (dir, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = dir.path().join("x.gguf");
    std::fs::write(&path, gguf_file()).unwrap();
    fuzz(dir.path(), "x.gguf", 3000, || gguf::convert(&path, out.path()));
}

/// A one-layer model of [`config`]'s shape.
fn gguf_file() -> Vec<u8> {
    let text = |text: &str| [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat();
    let key =
        |name: &str, kind: u32, value: Vec<u8>| [text(name), kind.to_le_bytes().to_vec(), value].concat();
    let number = |name: &str, n: u32| key(&format!("llama.{name}"), 4, n.to_le_bytes().to_vec());
    let list = |name: &str, kind: u32, n: u64, values: Vec<u8>| {
        let value = [&kind.to_le_bytes()[..], &n.to_le_bytes(), &values].concat();
        key(&format!("tokenizer.ggml.{name}"), 9, value)
    };
    let tokens = ["<end>", "h", "i", "1", "2", "hi"].map(text).concat();
    let keys = [
        key("general.architecture", 8, text("llama")),
        number("embedding_length", 8),
        number("block_count", 1),
        number("context_length", 32),
        number("feed_forward_length", 16),
        number("attention.head_count", 2),
        number("attention.head_count_kv", 1),
        key("llama.attention.layer_norm_rms_epsilon", 6, 1e-5f32.to_le_bytes().to_vec()),
        key("tokenizer.ggml.model", 8, text("gpt2")),
        key("tokenizer.ggml.pre", 8, text("smollm")),
        list("tokens", 8, 6, tokens),
        list("token_type", 5, 6, [3i32, 1, 1, 1, 1, 1].map(i32::to_le_bytes).concat()),
        list("merges", 8, 1, text("h i")),
    ];
    let tensors: [(&str, &[u64]); 11] = [
        ("token_embd", &[8, 6]),
        ("output_norm", &[8]),
        ("blk.0.attn_norm", &[8]),
        ("blk.0.attn_q", &[8, 8]),
        ("blk.0.attn_k", &[8, 4]),
        ("blk.0.attn_v", &[8, 4]),
        ("blk.0.attn_output", &[8, 8]),
        ("blk.0.ffn_norm", &[8]),
        ("blk.0.ffn_gate", &[8, 16]),
        ("blk.0.ffn_up", &[8, 16]),
        ("blk.0.ffn_down", &[16, 8]),
    ];
    let mut out = [&b"GGUF"[..], &3u32.to_le_bytes(), &11u64.to_le_bytes(), &13u64.to_le_bytes()].concat();
    out.extend(keys.concat());
    let mut offset = 0u64;
    for (name, dimensions) in tensors {
        out.extend(text(&format!("{name}.weight")));
        out.extend((dimensions.len() as u32).to_le_bytes());
        dimensions.iter().for_each(|n| out.extend(n.to_le_bytes()));
        out.extend(0u32.to_le_bytes());
        out.extend(offset.to_le_bytes());
        offset += dimensions.iter().product::<u64>() * 4;
    }
    out.resize(out.len().next_multiple_of(32) + offset as usize, 0);
    out
}
