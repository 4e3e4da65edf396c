//! The server with a small random model, over real connections.

use std::{net::SocketAddr, time::Duration};

use serde_json::{Value, json};

use super::*;
use crate::model::test_model;

mod limits;

/// A word-level tokenizer for the 48 ids of the test model; `w0` ends a completion.
fn tokenizer() -> Tokenizer {
    let dir = tempfile::tempdir().unwrap();
    let vocab: serde_json::Map<_, _> = (0..48).map(|id| (format!("w{id}"), json!(id))).collect();
    let tokenizer = json!({
        "version": "1.0", "truncation": null, "padding": null, "normalizer": null, "post_processor": null,
        "decoder": null, "pre_tokenizer": {"type": "WhitespaceSplit"},
        "added_tokens": [{"id": 0, "content": "w0", "single_word": false, "lstrip": false, "rstrip": false,
                          "normalized": false, "special": true}],
        "model": {"type": "WordLevel", "vocab": vocab, "unk_token": "w1"},
    });
    std::fs::write(dir.path().join("tokenizer.json"), tokenizer.to_string()).unwrap();
    let template = "{% for m in messages %}{{ m['content'] }} w2 {% endfor %}";
    let config = json!({"eos_token": "w0", "chat_template": template});
    std::fs::write(dir.path().join("tokenizer_config.json"), config.to_string()).unwrap();
    Tokenizer::load(dir.path()).unwrap()
}

fn loaded(model: u64, model_id: &str) -> Loaded {
    let manifest_hash = B256::with_last_byte(model as u8);
    Loaded { model: test_model(model), tokenizer: tokenizer(), model_id: model_id.into(), manifest_hash }
}

fn service(limits: Limits) -> Arc<Service> {
    Arc::new(Service::start(loaded(1, "m1"), limits, None, 5).unwrap())
}

/// Serves in the background of the test's runtime.
async fn start() -> String {
    listen(service(Limits { engines: 2, ..Limits::default() })).await
}

async fn listen(service: Arc<Service>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address: SocketAddr = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router(service)).await });
    format!("http://{address}")
}

async fn post(base: &str, path: &str, body: Value) -> (u16, Value) {
    let response = reqwest::Client::new().post(format!("{base}{path}")).json(&body).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

fn chat(extra: Value) -> Value {
    let mut body = json!({"model": "m1", "messages": [{"role": "user", "content": "w5 w6"}], "max_tokens": 8, "seed": 3});
    body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    body
}

#[tokio::test]
async fn a_chat_gets_its_choices_and_their_cost() {
    let base = start().await;
    let (status, answer) = post(&base, "/v1/chat/completions", chat(json!({"n": 3}))).await;
    assert_eq!((status, &answer["object"], &answer["model"]), (200, &json!("chat.completion"), &json!("m1")));
    let choices = answer["choices"].as_array().unwrap();
    assert_eq!(choices.iter().map(|choice| choice["index"].as_u64().unwrap()).collect::<Vec<_>>(), [0, 1, 2]);
    assert!(choices.iter().all(|choice| choice["message"]["role"] == "assistant"));
    let usage = &answer["usage"];
    assert_eq!(usage["prompt_tokens"], 3);
    assert_eq!(usage["total_tokens"], 3 + usage["completion_tokens"].as_u64().unwrap());
    let (_, again) = post(&base, "/v1/chat/completions", chat(json!({"n": 3}))).await;
    assert_eq!(again["choices"], answer["choices"], "the seed decides");
    let (_, one) = post(&base, "/v1/chat/completions", chat(json!({"n": 1}))).await;
    assert_eq!(one["choices"][0], answer["choices"][0], "a choice does not depend on the others");
}

#[tokio::test]
async fn requests_without_a_seed_draw_afresh() {
    let base = start().await;
    let body = json!({"prompt": "w5 w6 w7", "max_tokens": 12});
    let (_, first) = post(&base, "/v1/completions", body.clone()).await;
    let (_, second) = post(&base, "/v1/completions", body).await;
    assert_ne!(first["choices"][0]["text"], second["choices"][0]["text"]);
}

#[tokio::test]
async fn a_stream_spells_out_the_same_answer() {
    let base = start().await;
    let (_, whole) = post(&base, "/v1/chat/completions", chat(json!({"n": 2}))).await;
    let body = chat(json!({"n": 2, "stream": true, "stream_options": {"include_usage": true}}));
    let response =
        reqwest::Client::new().post(format!("{base}/v1/chat/completions")).json(&body).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let text = response.text().await.unwrap();
    let mut lines: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
    assert_eq!(lines.pop(), Some("[DONE]"));
    let mut spelled = [String::new(), String::new()];
    let mut usage = Value::Null;
    for line in lines {
        let chunk: Value = serde_json::from_str(line).unwrap();
        usage = chunk["usage"].clone();
        if let Some(choice) = chunk["choices"].get(0) {
            let index = choice["index"].as_u64().unwrap() as usize;
            spelled[index].push_str(choice["delta"]["content"].as_str().unwrap_or_default());
        }
    }
    for (index, text) in spelled.iter().enumerate() {
        assert_eq!(whole["choices"][index]["message"]["content"], json!(text));
    }
    assert_eq!(usage, whole["usage"]);
}

#[tokio::test]
async fn a_stop_string_ends_the_text_before_it() {
    let base = start().await;
    let body = |stop: Value| json!({"prompt": [5, 6], "max_tokens": 8, "seed": 3, "stop": stop});
    let (_, free) = post(&base, "/v1/completions", body(Value::Null)).await;
    let text = free["choices"][0]["text"].as_str().unwrap().to_owned();
    let word = text.split(' ').nth(2).expect("three words before the end").to_owned();
    let (_, stopped) = post(&base, "/v1/completions", body(json!([word]))).await;
    let choice = &stopped["choices"][0];
    assert_eq!(choice["text"].as_str().unwrap(), &text[..text.find(&word).unwrap()]);
    assert_eq!(choice["finish_reason"], "stop");
}

#[tokio::test]
async fn bad_requests_are_explained() {
    let base = start().await;
    let cases = [
        (chat(json!({"model": "other"})), 404, "model_not_found"),
        (chat(json!({"temperature": -1})), 400, "temperature"),
        (chat(json!({"n": 1000})), 400, "n"),
        (chat(json!({"max_tokens": 0})), 400, "max_tokens"),
        (chat(json!({"tools": [{"type": "function"}]})), 400, "tools"),
        (chat(json!({"messages": []})), 400, "messages"),
        (json!({"messages": 5}), 400, "messages"),
    ];
    for (body, status, what) in cases {
        let (actual, answer) = post(&base, "/v1/chat/completions", body).await;
        assert_eq!(actual, status, "{answer}");
        let error = &answer["error"];
        let named =
            [&error["param"], &error["code"]].iter().any(|value| value.as_str().unwrap_or("null") == what);
        assert!(named && !error["message"].as_str().unwrap().is_empty(), "{answer}");
    }
    let long: Vec<i64> = vec![5; 64];
    let (status, answer) = post(&base, "/v1/completions", json!({"prompt": long, "stream": true})).await;
    assert_eq!((status, &answer["error"]["code"]), (400, &json!("context_length_exceeded")));
}

#[tokio::test]
async fn health_and_models_name_the_served_version() {
    let base = start().await;
    let get = async |path: &str| {
        reqwest::get(format!("{base}{path}")).await.unwrap().json::<Value>().await.unwrap()
    };
    assert_eq!(get("/health").await, json!({"status": "ok", "model": "m1"}));
    assert_eq!(get("/v1/models").await["data"][0]["id"], "m1");
    assert_eq!(get("/v1/models/m1").await["id"], "m1");
    assert_eq!(get("/v1/models/m2").await["error"]["code"], "model_not_found");
}

/// Asks for 40 tokens of each of many choices, as a stream that is not read yet.
async fn begin(base: &str) -> reqwest::Response {
    let body = chat(json!({"n": 32, "max_tokens": 60, "stream": true}));
    reqwest::Client::new().post(format!("{base}/v1/chat/completions")).json(&body).send().await.unwrap()
}

#[tokio::test]
async fn requests_are_decoded_together_and_answered_as_if_alone() {
    let base = listen(service(Limits { engines: 1, ..Limits::default() })).await;
    let body = |seed: u64| chat(json!({"max_tokens": 40, "seed": seed}));
    let mut alone = Vec::new();
    for seed in 0..8 {
        alone.push(post(&base, "/v1/chat/completions", body(seed)).await.1["choices"].clone());
    }
    let together =
        futures::future::join_all((0..8).map(|seed| post(&base, "/v1/chat/completions", body(seed)))).await;
    let together: Vec<Value> = together.into_iter().map(|(_, answer)| answer["choices"].clone()).collect();
    assert_eq!(together, alone);
}

#[tokio::test]
async fn another_model_takes_over_and_the_requests_before_are_answered_by_the_old_one() {
    let service = service(Limits { engines: 1, ..Limits::default() });
    let base = listen(Arc::clone(&service)).await;
    let before = begin(&base).await;
    let room = Arc::clone(&service.rooms).acquire_owned().await.unwrap();
    service.replace(loaded(2, "m2"), room).unwrap();
    let (status, answer) = post(&base, "/v1/chat/completions", chat(json!({"model": "m2"}))).await;
    assert_eq!((status, &answer["model"]), (200, &json!("m2")));
    assert_eq!(
        post(&base, "/v1/chat/completions", chat(json!({}))).await.0,
        404,
        "the old one is not asked any more"
    );
    let text = before.text().await.unwrap();
    assert!(text.contains(r#""model":"m1""#) && text.trim_end().ends_with("data: [DONE]"), "{text}");
    assert_eq!(
        text.matches(r#""finish_reason":"#).count() - text.matches(r#""finish_reason":null"#).count(),
        32
    );
    // Its weights are freed: there is room for a third model.
    let room = tokio::time::timeout(Duration::from_secs(60), Arc::clone(&service.rooms).acquire_owned());
    drop(room.await.expect("the old model is freed").unwrap());
}

#[tokio::test]
async fn logprobs_come_in_the_forms_of_both_routes() {
    let base = start().await;
    let (_, answer) =
        post(&base, "/v1/chat/completions", chat(json!({"logprobs": true, "top_logprobs": 3}))).await;
    let choice = &answer["choices"][0];
    let tokens = choice["logprobs"]["content"].as_array().unwrap();
    assert_eq!(tokens.len(), choice["message"]["content"].as_str().unwrap().split(' ').count());
    for token in tokens {
        let top: Vec<f64> = token["top_logprobs"]
            .as_array()
            .unwrap()
            .iter()
            .map(|t| t["logprob"].as_f64().unwrap())
            .collect();
        assert!(
            top.len() == 3 && top.is_sorted_by(|a, b| a >= b) && token["logprob"].as_f64().unwrap() <= top[0]
        );
        let text = token["token"].as_str().unwrap();
        assert_eq!(token["bytes"], json!(text.as_bytes()));
    }
    let body = json!({"prompt": [5, 6], "max_tokens": 4, "seed": 3, "logprobs": 2});
    let (_, answer) = post(&base, "/v1/completions", body).await;
    let logprobs = &answer["choices"][0]["logprobs"];
    assert_eq!(
        logprobs["tokens"].as_array().unwrap().len(),
        logprobs["token_logprobs"].as_array().unwrap().len()
    );
    assert_eq!(logprobs["top_logprobs"][0].as_object().unwrap().len(), 2);
}

#[tokio::test]
async fn metrics_count_what_happened() {
    let base = start().await;
    post(&base, "/v1/chat/completions", chat(json!({}))).await;
    post(&base, "/v1/chat/completions", chat(json!({"n": 0}))).await;
    let text = reqwest::get(format!("{base}/metrics")).await.unwrap().text().await.unwrap();
    for line in [
        r#"rlhf_requests_total{route="/v1/chat/completions",status="200"} 1"#,
        r#"rlhf_requests_total{route="/v1/chat/completions",status="400"} 1"#,
        "rlhf_prompt_tokens_total 3",
        "rlhf_first_token_seconds_count 1",
        r#"rlhf_request_seconds_count{route="/v1/chat/completions"} 1"#,
        r#"rlhf_model_info{model="m1""#,
    ] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
}

#[tokio::test]
async fn another_checkpoint_than_the_expected_one_is_not_served() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("model");
    let model = test_model(1);
    let hash = crate::convert::create(&out, |out| {
        model.config.save(out)?;
        std::fs::write(out.join("tokenizer.json"), r#"{"version":"1.0","added_tokens":[],"model":{"type":"WordLevel","vocab":{"a":0},"unk_token":"a"}}"#).unwrap();
        Ok(model.params.save(out, Precision::F32)?)
    })
    .unwrap();
    let options = |expect| ServeOptions {
        folder: ModelFolder { model: out.clone(), expect, model_id: "m1".into() },
        listen: "127.0.0.1:0".parse().unwrap(),
        precision: None,
        seed: 0,
        limits: Limits::default(),
        obey_stdin: false,
        exit_with_parent: false,
    };
    let refused = serve(options(B256::ZERO), async {}).await.unwrap_err();
    assert!(matches!(refused, ServeError::Checkpoint(CheckpointError::Hash { .. })));
    serve(options(hash), async {}).await.unwrap();
}
