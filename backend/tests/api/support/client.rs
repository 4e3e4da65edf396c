//! HTTP as a browser's page speaks it, with and without a session.
use super::Server;
use alloy::signers::{SignerSync, local::PrivateKeySigner};
use reqwest::{Method, RequestBuilder, StatusCode, header};
use serde_json::{Value, json};

/// Somebody with or without an access token.
#[derive(Clone)]
pub struct Client {
    url: String,
    http: reqwest::Client,
    token: Option<String>,
    /// The refresh cookie, as `name=token`.
    pub cookie: Option<String>,
}

impl Client {
    pub fn anonymous(server: &Server) -> Self {
        Self { url: server.url.clone(), http: reqwest::Client::new(), token: None, cookie: None }
    }

    pub async fn sign_in(server: &Server, signer: &PrivateKeySigner) -> Self {
        let mut client = Self::anonymous(server);
        let message = client.message(server, signer).await;
        let (status, session) = client.send_message(&message, signer).await;
        assert_eq!(status, StatusCode::CREATED, "{session}");
        client.token = session["accessToken"].as_str().map(str::to_owned);
        client
    }

    /// A message with a fresh nonce that the server must accept.
    pub async fn message(&self, server: &Server, signer: &PrivateKeySigner) -> String {
        let (status, nonce) = self.post("/auth/nonces", json!({})).await;
        assert_eq!(status, StatusCode::CREATED, "{nonce}");
        let issued_at = server.app.clock.now().to_rfc3339();
        let host = self.url.trim_start_matches("http://");
        format!(
            "{host} wants you to sign in with your Ethereum account:\n{}\n\n\nURI: {}\nVersion: 1\nChain ID: 31337\n\
             Nonce: {}\nIssued At: {issued_at}",
            signer.address(),
            self.url,
            nonce["nonce"].as_str().unwrap(),
        )
    }

    /// Sign a message and ask for a session; keeps the refresh cookie.
    pub async fn send_message(&mut self, message: &str, signer: &PrivateKeySigner) -> (StatusCode, Value) {
        let signature = signer.sign_message_sync(message.as_bytes()).unwrap();
        let body =
            json!({"message": message, "signature": alloy::hex::encode_prefixed(signature.as_bytes())});
        let request = self.http.post(format!("{}/api/v1/auth/sessions", self.url)).json(&body);
        self.keep_cookie(request).await
    }

    /// Ask for a new access token with the cookie.
    pub async fn refresh(&mut self) -> (StatusCode, Value) {
        let request =
            self.http.post(format!("{}/api/v1/auth/sessions/refresh", self.url)).header("x-polity-csrf", "1");
        let request = match &self.cookie {
            Some(cookie) => request.header(header::COOKIE, cookie),
            None => request,
        };
        self.keep_cookie(request).await
    }

    async fn keep_cookie(&mut self, request: RequestBuilder) -> (StatusCode, Value) {
        let response = request.send().await.unwrap();
        if let Some(cookie) = response.headers().get(header::SET_COOKIE) {
            self.cookie = cookie.to_str().unwrap().split(';').next().map(str::to_owned);
        }
        (response.status(), response.json().await.unwrap())
    }

    /// The same client with another access token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    pub async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.request(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.request(Method::POST, path, Some(body)).await
    }

    /// Status and JSON of an answer; problems must say that they are problems.
    pub async fn request(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let mut request = self.http.request(method, format!("{}/api/v1{path}", self.url));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        if !status.is_success() {
            assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
        }
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }
}

/// The last word of a problem's type.
pub fn name(problem: &Value) -> &str {
    problem["type"].as_str().unwrap_or_default().rsplit(':').next().unwrap_or_default()
}
