//! The platform under the story: a fresh chain, `polity up` on top of it, and a client of its API.
use std::{
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use alloy::{
    primitives::Address,
    signers::{Signer, local::PrivateKeySigner},
};
use anyhow::{Context, Result, anyhow, bail};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    sync::Mutex,
};

/// The running `polity up`; dies with this process.
pub struct Platform {
    pub url: String,
    child: Child,
}

impl Platform {
    /// Start `polity up` in `data` on the chain at `rpc_url` and wait until it is ready.
    pub async fn start(
        bin: &Path,
        data: &Path,
        rpc_url: &str,
        deployment: &Path,
        rlhf: &Path,
        port: u16,
    ) -> Result<Self> {
        let log = std::fs::File::create(data.join("polity.log"))?;
        let mut child = Command::new(bin)
            .arg("up")
            .env("POLITY__DATA__DIR", data)
            .env("POLITY__CHAIN__RPC_URL", rpc_url)
            .env("POLITY__CHAIN__DEPLOYMENT", deployment)
            .env("POLITY__MODEL__RLHF", rlhf)
            .env("POLITY__SERVER__LISTEN", format!("127.0.0.1:{port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("could not start {}; run make build", bin.display()))?;
        let mut lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
        let ready = async {
            while let Some(line) = lines.next_line().await? {
                if let Some(url) = line.strip_prefix("polity is up at ") {
                    return Ok(url.trim().to_owned());
                }
            }
            bail!("polity up stopped before it was ready; see {}", data.join("polity.log").display())
        };
        let url = tokio::time::timeout(Duration::from_secs(120), ready).await.map_err(|_| {
            anyhow!("polity up was not ready after 120 s; see {}", data.join("polity.log").display())
        })??;
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self { url, child })
    }

    /// Ask it to stop, wait for it, and kill it if it does not.
    pub async fn stop(mut self) {
        if let Some(pid) = self.child.id() {
            let pid = nix::unistd::Pid::from_raw(pid as i32);
            nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).ok();
        }
        if tokio::time::timeout(Duration::from_secs(20), self.child.wait()).await.is_err() {
            self.child.kill().await.ok();
        }
    }
}

/// Longest wait for one answer, be it one that a model writes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(600);

/// A client of the API, signed in or not.
#[derive(Clone)]
pub struct Api {
    url: String,
    http: reqwest::Client,
    session: Option<Arc<Session>>,
}

/// Who is signed in. An access token lives for some minutes and the story may take longer, so the wallet signs in again.
struct Session {
    signer: PrivateKeySigner,
    token: Mutex<String>,
}

impl Api {
    pub fn anonymous(url: &str) -> Self {
        let http = reqwest::Client::builder().timeout(PATIENCE).build().expect("its settings are valid");
        Self { url: url.into(), http, session: None }
    }

    pub async fn sign_in(url: &str, signer: &PrivateKeySigner) -> Result<Self> {
        let api = Self::anonymous(url);
        let token = Mutex::new(api.new_token(signer).await?);
        Ok(Self { session: Some(Arc::new(Session { signer: signer.clone(), token })), ..api })
    }

    /// Sign-In with Ethereum (EIP-4361).
    async fn new_token(&self, signer: &PrivateKeySigner) -> Result<String> {
        let config = self.send(Method::GET, "/config.json", None, None).await?.1;
        let nonce = self.send(Method::POST, "/auth/nonces", Some(&json!({})), None).await?.1;
        let message = siwe_message(&config, signer.address(), nonce["nonce"].as_str().unwrap_or_default())?;
        let signature = signer.sign_message(message.as_bytes()).await?;
        let signature = alloy::hex::encode_prefixed(signature.as_bytes());
        let body = json!({"message": message, "signature": signature});
        let (status, session) = self.send(Method::POST, "/auth/sessions", Some(&body), None).await?;
        let token = session["accessToken"].as_str().map(str::to_owned);
        token.with_context(|| format!("signing in answered {status}: {session}"))
    }

    pub async fn get(&self, path: &str) -> Result<Value> {
        self.request(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Result<Value> {
        self.request(Method::POST, path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Result<Value> {
        self.request(Method::PUT, path, Some(body)).await
    }

    async fn request(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value> {
        let Some(session) = &self.session else {
            return read(&method, path, self.send(method.clone(), path, body.as_ref(), None).await?);
        };
        let mut token = session.token.lock().await.clone();
        let mut answer = self.send(method.clone(), path, body.as_ref(), Some(&token)).await?;
        if answer.0 == StatusCode::UNAUTHORIZED {
            token = self.new_token(&session.signer).await?;
            session.token.lock().await.clone_from(&token);
            answer = self.send(method.clone(), path, body.as_ref(), Some(&token)).await?;
        }
        read(&method, path, answer)
    }

    /// `path` under `/api/v1`, but for the few that live at the root.
    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        token: Option<&str>,
    ) -> Result<(StatusCode, Value)> {
        let root = path.starts_with("/v1/") || path.starts_with("/config");
        let url = format!("{}{}{path}", self.url, if root { "" } else { "/api/v1" });
        let mut request = self.http.request(method.clone(), &url);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.with_context(|| format!("{method} {path}"))?;
        let status = response.status();
        let text = response.text().await?;
        if text.is_empty() {
            return Ok((status, Value::Null));
        }
        // What refuses a request may be no JSON.
        let answer = serde_json::from_str(&text).or_else(|error| match status.is_success() {
            true => Err(error),
            false => Ok(Value::String(text)),
        });
        Ok((status, answer.with_context(|| format!("{method} {path}"))?))
    }
}

fn read(method: &Method, path: &str, (status, answer): (StatusCode, Value)) -> Result<Value> {
    if !status.is_success() {
        bail!("{method} {path} answered {status}: {answer}");
    }
    Ok(answer)
}

fn siwe_message(config: &Value, account: Address, nonce: &str) -> Result<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned).context("config.json lacks a siwe setting");
    let domain = text(&config["siwe"]["domain"])?;
    let uri = text(&config["siwe"]["uri"])?;
    let chain_id = config["chainId"].as_u64().context("config.json lacks chainId")?;
    let issued_at = now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    Ok(format!(
        "{domain} wants you to sign in with your Ethereum account:\n{account}\n\nSign in to Polity.\n\nURI: {uri}\n\
         Version: 1\nChain ID: {chain_id}\nNonce: {nonce}\nIssued At: {issued_at}"
    ))
}

/// Now. The story plays in real time; this is its one clock.
#[expect(clippy::disallowed_methods, reason = "the clock of a program for a person to watch")]
pub fn now() -> chrono::DateTime<chrono::Utc> {
    chrono::Utc::now()
}

/// Where the programs of the workspace are: beside this one.
pub fn sibling(name: &str) -> Result<PathBuf> {
    let me = std::env::current_exe()?;
    let path = me.with_file_name(name);
    path.exists().then_some(path).with_context(|| format!("{name} is not built; run make build"))
}
