//! Whether the configured endpoints answer. They are named by their place in the settings: a URL may hold a key.
use crate::app::AppState;
use futures::future::join_all;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::time::Duration;
use utoipa::ToSchema;

const PATIENCE: Duration = Duration::from_secs(2);

/// A JSON-RPC endpoint.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Provider {
    /// 0 is `chain.rpc_url`, the others are `chain.more_rpc_urls`
    pub index: usize,
    /// Null when it does not answer
    pub head_block: Option<u64>,
}

#[derive(Deserialize)]
struct Answer {
    result: String,
}

/// Ask every endpoint for its head.
pub async fn providers(state: &AppState) -> Vec<Provider> {
    let more = state.config.chain.more_rpc_urls.iter().map(String::as_str);
    let urls = [&*state.chain.rpc_url].into_iter().chain(more);
    let heads = join_all(urls.map(|url| head(state.engine.http().clone(), url.to_owned()))).await;
    heads.into_iter().enumerate().map(|(index, head_block)| Provider { index, head_block }).collect()
}

async fn head(http: reqwest::Client, url: String) -> Option<u64> {
    let question = json!({ "jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber", "params": [] });
    let answer = http.post(url).timeout(PATIENCE).json(&question).send().await.ok()?;
    let Answer { result } = answer.json().await.ok()?;
    u64::from_str_radix(result.strip_prefix("0x")?, 16).ok()
}
