//! A client of the server, as the page is one.
use alloy::{
    primitives::Address,
    signers::{Signer, local::PrivateKeySigner},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// Signed in, or not.
#[derive(Clone)]
pub struct Api {
    url: String,
    http: reqwest::Client,
    token: Option<String>,
}

impl Api {
    pub fn anonymous(url: &str) -> Self {
        // A connection that is kept may be closed by the server that is stopped just when the next request is written.
        let http =
            reqwest::Client::builder().pool_max_idle_per_host(0).timeout(super::PATIENCE).build().unwrap();
        Self { url: url.into(), http, token: None }
    }

    /// Sign-In with Ethereum (EIP-4361).
    pub async fn sign_in(url: &str, signer: &PrivateKeySigner) -> Self {
        Self::sign_in_as(url, signer.address(), signer).await
    }

    /// As [`Api::sign_in`], for a wallet whose owner signs for it.
    pub async fn sign_in_as(url: &str, address: Address, signer: &PrivateKeySigner) -> Self {
        let mut api = Self::anonymous(url);
        let config: Value =
            api.http.get(format!("{url}/config.json")).send().await.unwrap().json().await.unwrap();
        let nonce = api.post("/auth/nonces", json!({})).await;
        let message = format!(
            "{} wants you to sign in with your Ethereum account:\n{}\n\nSign in to Polity.\n\nURI: {}\nVersion: 1\n\
             Chain ID: {}\nNonce: {}\nIssued At: {}",
            config["siwe"]["domain"].as_str().unwrap(),
            address,
            config["siwe"]["uri"].as_str().unwrap(),
            config["chainId"],
            nonce["nonce"].as_str().unwrap(),
            backend::clock::Clock::System.now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        );
        let signature = signer.sign_message(message.as_bytes()).await.unwrap();
        let signature = alloy::hex::encode_prefixed(signature.as_bytes());
        let session = api.post("/auth/sessions", json!({"message": message, "signature": signature})).await;
        api.token = Some(session["accessToken"].as_str().unwrap().to_owned());
        api
    }

    pub async fn get(&self, path: &str) -> Value {
        self.expect(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Value {
        self.expect(Method::POST, path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Value {
        self.expect(Method::PUT, path, Some(body)).await
    }

    async fn expect(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let (status, answer) = self.request(method.clone(), path, body).await;
        assert!(status.is_success(), "{method} {path} answered {status}: {answer}");
        answer
    }

    /// Whatever the server answers, also a problem.
    pub async fn request(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let prefix = if path.starts_with("/v1/") { "" } else { "/api/v1" };
        let mut request = self.http.request(method, format!("{}{prefix}{path}", self.url));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }
}
