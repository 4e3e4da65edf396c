//! JSON-RPC over HTTP: single questions and batches, with a time limit and with errors in classes.

use super::errors::{RpcError, RpcFailure};
use crate::metrics;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{
    sync::atomic::AtomicBool,
    time::{Duration, Instant},
};

/// One endpoint.
pub struct Client {
    /// Its place in the configuration.
    place: usize,
    url: reqwest::Url,
    http: reqwest::Client,
    timeout: Duration,
    /// Whether it was asked which chain it serves.
    pub(super) checked: AtomicBool,
}

#[derive(Deserialize)]
#[serde(bound = "R: Deserialize<'de>")]
struct Answer<R> {
    id: Option<u64>,
    #[serde(default = "nothing")]
    result: Option<R>,
    error: Option<ErrorObject>,
}

fn nothing<R>() -> Option<R> {
    None
}

#[derive(Deserialize)]
struct ErrorObject {
    code: i64,
    message: String,
}

impl Client {
    pub fn new(place: usize, url: &str, timeout: Duration) -> Result<Self, RpcError> {
        let url = url.parse().map_err(|_| RpcError::Url(url.to_owned()))?;
        Ok(Self { place, url, http: reqwest::Client::new(), timeout, checked: AtomicBool::new(false) })
    }

    /// Ask one question. `null` is `None`.
    pub async fn ask<R: DeserializeOwned>(
        &self,
        method: &'static str,
        params: Value,
    ) -> Result<Option<R>, RpcError> {
        let body = json!({ "jsonrpc": "2.0", "id": 0, "method": method, "params": params });
        let begun = Instant::now();
        let asked = async {
            let bytes = self.post(method, &body).await?;
            let answer: Answer<R> = parse(method, &bytes)?;
            answer.into_result(method)
        };
        let result = asked.await;
        metrics::asked(self.place, method, begun, result.as_ref().err());
        result
    }

    /// Ask one method many times in one request; the answers are in the order of the questions.
    pub async fn ask_many<R: DeserializeOwned>(
        &self,
        method: &'static str,
        params: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<Option<R>>, RpcError> {
        self.ask_each(method, params).await?.into_iter().collect()
    }

    /// As [`Client::ask_many`], when some questions may be refused.
    pub async fn ask_each<R: DeserializeOwned>(
        &self,
        method: &'static str,
        params: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<Result<Option<R>, RpcError>>, RpcError> {
        self.ask_all(params.into_iter().map(|params| (method, params)).collect()).await
    }

    /// Ask different things in one request; errors name the first.
    pub async fn ask_all<R: DeserializeOwned>(
        &self,
        questions: Vec<(&'static str, Value)>,
    ) -> Result<Vec<Result<Option<R>, RpcError>>, RpcError> {
        let Some(&(method, _)) = questions.first() else { return Ok(vec![]) };
        let question = |(id, (method, params))| json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        let body: Vec<Value> = (0_u64..).zip(questions).map(question).collect();
        let begun = Instant::now();
        let result = self.ask_batch(method, &body).await;
        // One refused question of a batch is no failure of the request.
        metrics::asked(self.place, method, begun, result.as_ref().err());
        result
    }

    async fn ask_batch<R: DeserializeOwned>(
        &self,
        method: &'static str,
        body: &[Value],
    ) -> Result<Vec<Result<Option<R>, RpcError>>, RpcError> {
        let bytes = self.post(method, &body).await?;
        let mut answers: Vec<Answer<R>> = match parse(method, &bytes) {
            Ok(answers) => answers,
            // A whole batch is refused with a single error.
            Err(error) => {
                return Err(parse::<Answer<R>>(method, &bytes).map_or(error, |answer| {
                    answer.into_result(method).err().unwrap_or(RpcError::Incomplete { method })
                }));
            }
        };
        answers.sort_by_key(|answer| answer.id);
        if answers.len() != body.len() {
            return Err(RpcError::Incomplete { method });
        }
        Ok(answers.into_iter().map(|answer| answer.into_result(method)).collect())
    }

    async fn post(&self, method: &'static str, body: &impl serde::Serialize) -> Result<Vec<u8>, RpcError> {
        let failed = |source| RpcError::Transport { method, source };
        let asked = async {
            let response = self.http.post(self.url.clone()).json(body).send().await.map_err(failed)?;
            let status = response.status();
            let retry_after = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
            let wait = retry_after.and_then(|seconds| seconds.trim().parse().ok()).map(Duration::from_secs);
            let bytes = response.bytes().await.map_err(failed)?;
            if status.is_success() {
                return Ok(bytes.into());
            }
            let text = String::from_utf8_lossy(&bytes[..bytes.len().min(500)]).into_owned();
            Err(RpcError::refused(method, RpcFailure::from_status(status.as_u16(), &text, wait), text))
        };
        tokio::time::timeout(self.timeout, asked).await.unwrap_or(Err(RpcError::Silent { method }))
    }
}

impl<R> Answer<R> {
    fn into_result(self, method: &'static str) -> Result<Option<R>, RpcError> {
        match self.error {
            None => Ok(self.result),
            Some(ErrorObject { code, message }) => {
                Err(RpcError::refused(method, RpcFailure::from_error(code, &message), message))
            }
        }
    }
}

fn parse<'a, T: Deserialize<'a>>(method: &'static str, bytes: &'a [u8]) -> Result<T, RpcError> {
    serde_json::from_slice(bytes).map_err(|source| RpcError::Malformed { method, source })
}
