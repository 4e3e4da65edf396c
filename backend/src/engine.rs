//! Client of the model server: any OpenAI-compatible engine. The supervisor (or `model.engine_url`) says where it is and
//! which model version it serves; both can change while we run.
use alloy::primitives::B256;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::sync::watch;

/// A running engine and the version whose weights it checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// Origin without a trailing slash, e.g. `http://127.0.0.1:8000`.
    pub base_url: String,
    /// The approved version; also the `model` in requests and answers.
    pub version_id: B256,
}

/// Cheap to clone; all clones see the same engine.
#[derive(Clone)]
pub struct Engine {
    http: reqwest::Client,
    served: watch::Sender<Option<Served>>,
}

/// How completions are drawn.
#[derive(Debug, Clone, Serialize)]
pub struct Sampling {
    pub n: u32,
    pub max_tokens: u32,
    pub temperature: f64,
    pub seed: u64,
}

/// Why the engine gave no completions.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error("no model version is served; one must be activated by a vote first")]
    NotServed,
    #[error("the model server at {base_url} did not answer")]
    Unreachable { base_url: String, source: reqwest::Error },
    #[error("the model server refused the request with status {status}: {body}")]
    Refused { status: u16, body: String },
    #[error("the model server answered as {actual}, not as the served version {expected}")]
    WrongModel { expected: String, actual: String },
}

impl Engine {
    /// A client with nothing served yet. `timeout` bounds the wait between two chunks of an answer.
    pub fn new(timeout: Duration) -> Self {
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .read_timeout(timeout)
            .build()
            .expect("a client without custom certificates can always be built");
        Self { http, served: watch::Sender::new(None) }
    }

    /// Announce the engine to use from now on; `None` while it restarts.
    pub fn set(&self, served: Option<Served>) {
        self.served.send_replace(served);
    }

    /// The engine to use, if any.
    pub fn served(&self) -> Option<Served> {
        self.served.borrow().clone()
    }

    /// Wakes at each change of [`Engine::served`].
    pub fn subscribe(&self) -> watch::Receiver<Option<Served>> {
        self.served.subscribe()
    }

    /// The client under the engine's time limits, for the reverse proxy.
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Draw `sampling.n` answers to one user message from the served version, and say which version that was.
    ///
    /// # Errors
    /// [`EngineError`]; nothing is retried here.
    pub async fn chat(&self, prompt: &str, sampling: &Sampling) -> Result<(B256, Vec<String>), EngineError> {
        #[derive(Serialize)]
        struct Message<'a> {
            role: &'a str,
            content: &'a str,
        }
        #[derive(Serialize)]
        struct Request<'a> {
            model: String,
            messages: [Message<'a>; 1],
            #[serde(flatten)]
            sampling: &'a Sampling,
        }
        #[derive(Deserialize)]
        struct Answer {
            content: String,
        }
        #[derive(Deserialize)]
        struct Choice {
            message: Answer,
        }
        #[derive(Deserialize)]
        struct Response {
            model: String,
            choices: Vec<Choice>,
        }

        let Served { base_url, version_id } = self.served().ok_or(EngineError::NotServed)?;
        let unreachable = |source| EngineError::Unreachable { base_url: base_url.clone(), source };
        let request = Request {
            model: version_id.to_string(),
            messages: [Message { role: "user", content: prompt }],
            sampling,
        };
        let response = self
            .http
            .post(format!("{base_url}/v1/chat/completions"))
            .json(&request)
            .send()
            .await
            .map_err(unreachable)?;
        let status = response.status();
        if !status.is_success() {
            let body = response.text().await.unwrap_or_default();
            return Err(EngineError::Refused { status: status.as_u16(), body });
        }
        let response: Response = response.json().await.map_err(unreachable)?;
        if response.model != request.model {
            return Err(EngineError::WrongModel { expected: request.model, actual: response.model });
        }
        Ok((version_id, response.choices.into_iter().map(|c| c.message.content).collect()))
    }
}
