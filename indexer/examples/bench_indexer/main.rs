//! How fast the indexer is, beside the node's own limit in the same run. Writes `bench/results/indexer.json`.
//!
//! Two workloads on local Anvils: 100,001 transfers of one token in 2,501 blocks, and a busy time of our own contracts. A
//! Postgres with its usual settings, fsync on; the release binary as a process of its own. `make bench-indexer`.

mod node;
mod ours;
mod runs;
mod workload;

use anyhow::Context;
use localnet::{Anvil, AnvilOptions, Postgres, PostgresOptions, Tools};
use node::Node;
use runs::{Bench, Workload};
use serde_json::json;
use std::path::Path;
use testkit::TestChain;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the crate is in a workspace")?;
    let binary = &root.join("target/release/indexer");
    anyhow::ensure!(binary.is_file(), "build it first: cargo build --release -p indexer --bin indexer");
    let tools = Tools::find(root)?;
    let folder = root.join("target/bench/indexer");
    let postgres = &Postgres::start(&tools, &PostgresOptions { dir: folder, durable: true }).await?;
    let load = || {
        std::fs::read_to_string("/proc/loadavg").map(|text| text[..text.find(' ').unwrap_or(0)].to_owned())
    };
    let load_before = load().ok();

    eprintln!("mining the busy time");
    let ours = {
        let chain = TestChain::start().await;
        let node = &Node::new(chain.rpc_url());
        let workload = &ours::mine(&chain).await?;
        Bench { binary, postgres, node, workload }.throughput().await?
    };
    eprintln!("mining the transfers");
    let anvil = Anvil::start(&tools, &AnvilOptions::default()).await?;
    let node = &Node::new(anvil.rpc_url());
    let args =
        ["--chain-id", "31337", "--token", workload::TOKEN, "--from-block", "1"].map(str::to_owned).to_vec();
    let workload = &Workload {
        rpc_url: anvil.rpc_url(),
        args,
        addresses: json!(workload::TOKEN),
        last: workload::mine(node).await?,
        n_events: workload::EVENTS as usize,
        _deployment: None,
    };
    let bench = Bench { binary, postgres, node, workload };
    let results = json!({
        "name": "indexer",
        "work": "local Anvil 1.7.1, Postgres 18 with fsync, release build; medians of five",
        "machine": format!("{} {}, {} cores", std::env::consts::OS, std::env::consts::ARCH, std::thread::available_parallelism()?),
        "transfers": bench.throughput().await?,
        "ours": ours,
        "verify": bench.verify().await?,
        "live": bench.live().await?,
        "load": { "before": load_before, "after": load().ok() },
    });
    let file = root.join("bench/results/indexer.json");
    std::fs::write(&file, serde_json::to_string_pretty(&results)? + "\n")?;
    println!("{}", serde_json::to_string_pretty(&results)?);
    Ok(())
}
