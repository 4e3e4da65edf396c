//! OpenAI's client library for JavaScript, as it comes from npm, against the server with a small random model.

use std::{
    io::{Read, Seek},
    path::Path,
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use alloy_primitives::B256;
use rand::SeedableRng;
use rlhf::{
    model::{Config, Llama, Params, Precision},
    serve::{Limits, Loaded, Service, router},
    tokenizer::Tokenizer,
};
use serde_json::json;
use tch::Device;

/// For all that the script asks; beyond it something hangs.
const LIMIT: Duration = Duration::from_secs(120);

/// Every byte is a token, so that most characters span several; token 256 ends an answer.
fn byte_tokenizer() -> Tokenizer {
    let visible = |byte: u32| matches!(byte, 0x21..=0x7e | 0xa1..=0xac | 0xae..=0xff);
    let bytes = (0..256)
        .filter(|byte| visible(*byte))
        .chain(0x100..0x100 + (0..256).filter(|b| !visible(*b)).count() as u32);
    let vocab: serde_json::Map<_, _> =
        bytes.zip(0..).map(|(c, id)| (char::from_u32(c).unwrap().to_string(), json!(id))).collect();
    let byte_level =
        json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true});
    let tokenizer = json!({
        "version": "1.0", "normalizer": null, "post_processor": null, "truncation": null, "padding": null,
        "pre_tokenizer": byte_level, "decoder": byte_level, "model": {"type": "BPE", "vocab": vocab, "merges": []},
        "added_tokens": [{"id": 256, "content": "<end>", "single_word": false, "lstrip": false, "rstrip": false,
                          "normalized": false, "special": true}],
    });
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, json: serde_json::Value| {
        std::fs::write(dir.path().join(name), json.to_string()).unwrap()
    };
    write("tokenizer.json", tokenizer);
    let template = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}assistant: ";
    write("tokenizer_config.json", json!({"eos_token": "<end>", "chat_template": template}));
    Tokenizer::load(dir.path()).unwrap()
}

fn model() -> Llama {
    let config = Config::from_json(json!({
        "architectures": ["LlamaForCausalLM"], "vocab_size": 257, "hidden_size": 32, "intermediate_size": 48,
        "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 512,
        "rms_norm_eps": 1e-5,
    }))
    .unwrap();
    let params = Params::random(&config, 0.3, &mut rand_chacha::ChaCha8Rng::seed_from_u64(1));
    Llama::new(config, &params, Precision::F32, Device::Cpu).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_openai_library_works_unchanged() {
    let loaded = Loaded {
        model: model(),
        tokenizer: byte_tokenizer(),
        model_id: "m1".into(),
        manifest_hash: B256::ZERO,
    };
    let limits = Limits { engines: 2, rows: 8, ..Limits::default() };
    let service = Arc::new(Service::start(loaded, limits, None, 1).unwrap());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router(service)).await });
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/openai_client.mjs");
    // A file rather than a pipe: what was said until then can be read also from one that hangs.
    let mut output = tempfile::tempfile().unwrap();
    let mut node = tokio::process::Command::new("node")
        .arg(script)
        .arg(format!("http://{address}"))
        .stdout(Stdio::from(output.try_clone().unwrap()))
        .stderr(Stdio::from(output.try_clone().unwrap()))
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let ended = tokio::time::timeout(LIMIT, node.wait()).await;
    if ended.is_err() {
        node.kill().await.unwrap();
    }
    let mut said = String::new();
    output.rewind().unwrap();
    output.read_to_string(&mut said).unwrap();
    assert!(matches!(&ended, Ok(Ok(status)) if status.success()), "{ended:?}: {said}");
}
