//! The plainest client of a node.

use anyhow::Context;
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use std::time::Instant;

pub struct Node {
    url: String,
    http: reqwest::Client,
}

impl Node {
    pub fn new(url: String) -> Self {
        Self { url, http: reqwest::Client::new() }
    }

    async fn bytes(&self, method: &str, params: Value) -> anyhow::Result<Vec<u8>> {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        Ok(self.http.post(&self.url).json(&body).send().await?.bytes().await?.into())
    }

    pub async fn call(&self, method: &str, params: Value) -> anyhow::Result<Value> {
        let mut answer: Value = serde_json::from_slice(&self.bytes(method, params).await?)?;
        anyhow::ensure!(answer["error"].is_null(), "{method}: {}", answer["error"]);
        Ok(answer["result"].take())
    }

    pub async fn block_number(&self) -> anyhow::Result<u64> {
        let number = self.call("eth_blockNumber", json!([])).await?;
        let digits = number.as_str().and_then(|text| text.strip_prefix("0x")).context("a number")?;
        Ok(u64::from_str_radix(digits, 16)?)
    }

    /// All logs of an address or several, not looked at: milliseconds and bytes.
    pub async fn raw_logs(&self, address: &Value, to: u64) -> anyhow::Result<(f64, usize)> {
        let start = Instant::now();
        let ranges = (1..=to).step_by(500).map(|from| {
            let filter = json!({ "address": address, "fromBlock": format!("{from:#x}"), "toBlock": format!("{:#x}", to.min(from + 499)) });
            self.bytes("eth_getLogs", json!([filter]))
        });
        let sizes = stream::iter(ranges).buffer_unordered(4).map_ok(|bytes| bytes.len());
        let bytes = sizes.try_fold(0, |sum, size| async move { Ok(sum + size) }).await?;
        Ok((start.elapsed().as_secs_f64() * 1000.0, bytes))
    }
}
