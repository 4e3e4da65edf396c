//! `polity up` as a person runs it: nothing configured, everything under one folder.
use crate::support::{Api, within};
use serde_json::{Value, json};
use std::{
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

#[tokio::test(flavor = "multi_thread")]
async fn up_goes_on_where_a_sigkill_stopped_it() {
    let data = tempfile::tempdir().unwrap();
    let (mut first, url) = up(data.path()).await;
    let indexed = wait_for_blocks(&url, 3).await;
    let block = block(&url, 1).await;
    first.kill().await.unwrap();

    // Its database and its chain died with it, and the next one finds what they left.
    let (mut second, url) = up(data.path()).await;
    assert_eq!(self::block(&url, 1).await, block);
    wait_for_blocks(&url, indexed + 1).await; // its clock goes on, too
    nix::sys::signal::kill(
        nix::unistd::Pid::from_raw(second.id().unwrap().cast_signed()),
        nix::sys::signal::Signal::SIGINT,
    )
    .unwrap();
    assert!(within("its end", second.wait()).await.unwrap().success());
    assert!(!data.path().join("postgres/cluster/postmaster.pid").exists(), "Postgres was stopped in order");
}

/// Start it and wait for the one line that it prints. It ends with the test, also with one that fails.
async fn up(data: &Path) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_polity"))
        .arg("up")
        .env("POLITY__DATA__DIR", data)
        .env("POLITY__SERVER__LISTEN", "127.0.0.1:0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let stdout = child.stdout.take().unwrap();
    let mut lines = BufReader::new(stdout).lines();
    let line = within("a ready line", lines.next_line()).await.unwrap().expect("it goes on");
    let url = line.strip_prefix("polity is up at ").unwrap_or_else(|| panic!("{line}")).to_owned();
    (child, url)
}

/// Wait until the indexer has seen block `number`; returns how far it is.
async fn wait_for_blocks(url: &str, number: u64) -> u64 {
    let start = Instant::now();
    loop {
        let indexed = Api::anonymous(url).get("/status").await["indexedBlock"].as_u64();
        if let Some(indexed) = indexed.filter(|indexed| *indexed >= number) {
            return indexed;
        }
        assert!(
            start.elapsed() < Duration::from_secs(300),
            "block {number} was not indexed, but {indexed:?}"
        );
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
