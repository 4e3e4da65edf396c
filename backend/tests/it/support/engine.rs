//! A model server that speaks just enough of the OpenAI protocol.
use axum::{Json, Router, routing::post};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// Answers every prompt with n texts of different lengths.
pub struct FakeEngine {
    pub url: String,
}

impl FakeEngine {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().route("/v1/chat/completions", post(complete));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url }
    }
}

async fn complete(Json(request): Json<Value>) -> Json<Value> {
    let n = request["n"].as_u64().unwrap();
    let choices: Vec<Value> = (1..=n)
        .map(|i| json!({"index": i - 1, "message": {"role": "assistant", "content": "word ".repeat(i as usize)}}))
        .collect();
    Json(json!({"object": "chat.completion", "model": request["model"], "choices": choices}))
}
