//! Tokens per second of generation and of the server, with a random Llama of 7 M parameters; writes
//! `bench/results/serve.json`. Ratios of runs side by side; absolute numbers depend on what else the machine does.

use std::{sync::Arc, time::Instant};

use alloy_primitives::B256;
use rand::SeedableRng;
use rlhf::{
    generate::{GenerateOptions, Sampler, generate},
    model::{Config, Llama, Params, Precision},
    serve::{Limits, Loaded, Service, router},
    tokenizer::Tokenizer,
};
use serde_json::{Map, Value, json};
use tch::Device;

const NEW_TOKENS: usize = 64;
const PROMPT: i64 = 64;
const REQUESTS: usize = 16;
const ROUNDS: usize = 3;

fn model(precision: Precision) -> anyhow::Result<Llama> {
    let config = Config::from_json(json!({
        "architectures": ["LlamaForCausalLM"], "vocab_size": 4096, "hidden_size": 256, "intermediate_size": 688,
        "num_hidden_layers": 6, "num_attention_heads": 4, "num_key_value_heads": 4,
        "max_position_embeddings": 512, "rms_norm_eps": 1e-5, "tie_word_embeddings": false,
    }))?;
    let params = Params::random(&config, 0.02, &mut rand_chacha::ChaCha8Rng::seed_from_u64(1));
    Ok(Llama::new(config, &params, precision, Device::Cpu)?)
}

fn tokenizer() -> anyhow::Result<Tokenizer> {
    let vocab: Map<_, _> = (0..4096).map(|id| (format!("w{id}"), json!(id))).collect();
    let tokenizer = json!({
        "version": "1.0", "truncation": null, "padding": null, "normalizer": null, "post_processor": null,
        "decoder": null, "pre_tokenizer": {"type": "WhitespaceSplit"}, "added_tokens": [],
        "model": {"type": "WordLevel", "vocab": vocab, "unk_token": "w1"},
    });
    let dir = tempfile::tempdir()?;
    std::fs::write(dir.path().join("tokenizer.json"), tokenizer.to_string())?;
    Ok(Tokenizer::load(dir.path())?)
}

/// Tokens per wall second of `rows` rows; the best of some rounds, because the machine has other work too.
fn generation(model: &Llama, rows: usize, workers: usize) -> anyhow::Result<f64> {
    let prompts: Vec<Vec<i64>> =
        (0..rows as i64).map(|row| (0..PROMPT).map(|i| (i * 31 + row) % 4096).collect()).collect();
    let options = GenerateOptions {
        sampler: Sampler { seed: 1, ..Sampler::default() },
        max_new_tokens: NEW_TOKENS,
        max_rows: rows.div_ceil(workers),
        workers,
        ..GenerateOptions::default()
    };
    let mut best = 0f64;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        generate(model, &prompts, &options)?;
        best = best.max((rows * NEW_TOKENS) as f64 / start.elapsed().as_secs_f64());
    }
    Ok(best)
}

/// Tokens per wall second of some requests, one after the other or all at once.
async fn server(precision: Precision, engines: usize, at_once: bool) -> anyhow::Result<f64> {
    let loaded = Loaded {
        model: model(precision)?,
        tokenizer: tokenizer()?,
        model_id: "bench".into(),
        manifest_hash: B256::ZERO,
    };
    let limits = Limits { engines, prefix_bytes: 0, ..Limits::default() };
    let service = Arc::new(Service::start(loaded, limits, None, 1)?);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/v1/completions", listener.local_addr()?);
    let server = tokio::spawn(async move { axum::serve(listener, router(service)).await });
    let client = reqwest::Client::new();
    let ask = async |i: usize| {
        let prompt: Vec<usize> = (0..PROMPT as usize).map(|k| (k * 31 + i) % 4096).collect();
        let body = json!({"prompt": prompt, "max_tokens": NEW_TOKENS, "seed": i});
        let answer: Value = client.post(&url).json(&body).send().await?.json().await?;
        answer["usage"]["completion_tokens"].as_f64().ok_or_else(|| anyhow::anyhow!("{answer}"))
    };
    let mut best = 0f64;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let mut tokens = 0.0;
        if at_once {
            for answer in futures::future::join_all((0..REQUESTS).map(&ask)).await {
                tokens += answer?;
            }
        } else {
            for i in 0..REQUESTS {
                tokens += ask(i).await?;
            }
        }
        best = best.max(tokens / start.elapsed().as_secs_f64());
    }
    server.abort();
    Ok(best)
}

fn main() -> anyhow::Result<()> {
    rlhf::memory::keep_freed();
    tch::set_num_threads(1);
    let runtime = tokio::runtime::Runtime::new()?;
    let mut results = Map::new();
    for precision in [Precision::F32, Precision::Bf16] {
        let model = model(precision)?;
        let mut note = |name: &str, tokens_per_second: f64| {
            println!("{}, {name}: {tokens_per_second:.0} tokens/s", precision.name());
            results.insert(format!("{}, {name}", precision.name()), json!(tokens_per_second.round()));
        };
        for rows in [1, 8, 32] {
            note(&format!("batch {rows}, one engine"), generation(&model, rows, 1)?);
        }
        note("batch 32, two engines", generation(&model, 32, 2)?);
        let server = |engines, at_once| runtime.block_on(server(precision, engines, at_once));
        note("server, 16 requests one after the other", server(1, false)?);
        note("server, 16 requests at once, one engine", server(1, true)?);
        note("server, 16 requests at once, two engines", server(2, true)?);
    }
    let report = json!({
        "what": "tokens per second of wall time, best of three; random Llama of 7 M parameters, prompts of 64, 64 new tokens",
        "results": results,
    });
    std::fs::write("bench/results/serve.json", format!("{report:#}\n"))?;
    Ok(())
}
