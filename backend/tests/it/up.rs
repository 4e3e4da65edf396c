//! `polity up` as a person runs it: nothing configured, everything under one folder.
use crate::support::Api;
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

#[tokio::test(flavor = "multi_thread")]
async fn up_goes_on_where_a_sigkill_stopped_it() {
    let data = tempfile::tempdir().unwrap();
    let (mut first, url) = up(data.path());
    let indexed = wait_for_blocks(&url, 3).await;
    let block = block(&url, 1).await;
    first.0.kill().unwrap();
    first.0.wait().unwrap();

    // Its database and its chain died with it, and the next one finds what they left.
    let (mut second, url) = up(data.path());
    assert_eq!(self::block(&url, 1).await, block);
    wait_for_blocks(&url, indexed + 1).await; // its clock goes on, too
    nix::sys::signal::kill(
        nix::unistd::Pid::from_raw(second.0.id().cast_signed()),
        nix::sys::signal::Signal::SIGINT,
    )
    .unwrap();
    assert!(second.0.wait().unwrap().success());
    assert!(!data.path().join("postgres/cluster/postmaster.pid").exists(), "Postgres was stopped in order");
}

/// Ends with the test, also with one that fails.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Start it and wait for the one line that it prints.
fn up(data: &Path) -> (Running, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_polity"))
        .arg("up")
        .env("POLITY__DATA__DIR", data)
        .env("POLITY__SERVER__LISTEN", "127.0.0.1:0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let stdout = child.stdout.take().unwrap();
    let running = Running(child);
    let line = BufReader::new(stdout).lines().next().expect("a ready line").unwrap();
    let url = line.strip_prefix("polity is up at ").unwrap_or_else(|| panic!("{line}")).to_owned();
    (running, url)
}

/// Wait until the indexer has seen block `number`; returns how far it is.
async fn wait_for_blocks(url: &str, number: u64) -> u64 {
    let start = Instant::now();
    loop {
        let indexed = Api::anonymous(url).get("/status").await["indexedBlock"].as_u64();
        if let Some(indexed) = indexed.filter(|indexed| *indexed >= number) {
            return indexed;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "block {number} was not indexed, but {indexed:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// A block as the page sees it.
async fn block(url: &str, number: u64) -> Value {
    let request = json!({"jsonrpc": "2.0", "id": 1, "method": "eth_getBlockByNumber", "params": [format!("{number:#x}"), false]});
    let response = reqwest::Client::new().post(format!("{url}/rpc")).json(&request).send().await.unwrap();
    let answer: Value = response.json().await.unwrap();
    assert!(answer["result"]["hash"].is_string(), "{answer}");
    answer["result"]["hash"].clone()
}
