//! How fast the indexer is, beside the node's own limit in the same run. Writes `bench/results/indexer.json`.
//!
//! 100,001 transfers in 2,501 blocks on a local Anvil; a Postgres with its usual settings, fsync on; the release binary as a
//! process of its own. `make bench-indexer`.

mod node;
mod workload;

use anyhow::Context;
use localnet::{Anvil, AnvilOptions, Postgres, PostgresOptions, Tools};
use node::Node;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection, PgPool};
use std::{
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// Runs of which the median is told.
const RUNS: usize = 5;
/// Blocks that are mined while the indexer follows.
const LIVE_BLOCKS: usize = 60;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the crate is in a workspace")?;
    let binary = root.join("target/release/indexer");
    anyhow::ensure!(binary.is_file(), "build it first: cargo build --release -p indexer --bin indexer");
    let tools = Tools::find(root)?;
    let anvil = Anvil::start(&tools, &AnvilOptions::default()).await?;
    let folder = root.join("target/bench/indexer");
    let postgres = Postgres::start(&tools, &PostgresOptions { dir: folder, durable: true }).await?;
    let node = Node::new(anvil.rpc_url());
    eprintln!("mining the workload");
    let n_blocks = workload::mine(&node).await?;
    let bench = Bench { binary: &binary, anvil: &anvil, postgres: &postgres, node: &node };

    let mut raw = Vec::new();
    let mut modes: Vec<(&str, &[&str], Vec<Run>)> = vec![
        ("stored only, bloom filters", &["--no-projections", "--no-receipts"], vec![]),
        ("all tables, bloom filters", &["--no-receipts"], vec![]),
        ("all tables, every receipt proved", &[], vec![]),
    ];
    for n in 0..RUNS {
        eprintln!("run {} of {RUNS}", n + 1);
        raw.push(node.raw_logs(workload::TOKEN, n_blocks).await?);
        for (_, args, runs) in &mut modes {
            runs.push(bench.index(args).await?);
        }
    }
    let raw_ms = median(raw.iter().map(|(ms, _)| *ms));
    let runs: Vec<Value> = modes.iter().map(|(name, _, runs)| told(name, runs, raw_ms)).collect();
    let verify = bench.verify(n_blocks).await?;
    let live = bench.live().await?;
    let results = json!({
        "name": "indexer",
        "work": "100,001 transfers in 2,501 blocks, local Anvil 1.7.1, Postgres 18 with fsync, release build; medians",
        "machine": format!("{} {}, {} cores", std::env::consts::OS, std::env::consts::ARCH, std::thread::available_parallelism()?),
        "raw": { "what": "the bytes of eth_getLogs, 4 questions of 500 blocks at a time", "wallMs": raw_ms, "bytes": raw[0].1 },
        "runs": runs,
        "verify": verify,
        "live": live,
    });
    let file = root.join("bench/results/indexer.json");
    std::fs::write(&file, serde_json::to_string_pretty(&results)? + "\n")?;
    println!("{}", serde_json::to_string_pretty(&results)?);
    Ok(())
}

/// What one run of the binary took.
struct Run {
    wall_ms: f64,
    cpu_ms: f64,
    peak_kib: f64,
}

fn told(name: &str, runs: &[Run], raw_ms: f64) -> Value {
    let wall_ms = median(runs.iter().map(|run| run.wall_ms));
    json!({
        "what": name,
        "wallMs": wall_ms,
        "eventsPerSecond": (workload::EVENTS as f64 / wall_ms * 1000.0).round(),
        "ratioToRaw": (raw_ms / wall_ms * 100.0).round() / 100.0,
        "cpuMs": median(runs.iter().map(|run| run.cpu_ms)),
        "peakMib": (median(runs.iter().map(|run| run.peak_kib)) / 102.4).round() / 10.0,
    })
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

struct Bench<'a> {
    binary: &'a Path,
    anvil: &'a Anvil,
    postgres: &'a Postgres,
    node: &'a Node,
}

impl Bench<'_> {
    /// A fresh database with all tables.
    async fn database(&self) -> anyhow::Result<(String, PgPool)> {
        let mut admin = PgConnection::connect(&self.postgres.url("postgres")).await?;
        sqlx::raw_sql("drop database if exists bench with (force)").execute(&mut admin).await?;
        sqlx::raw_sql("create database bench").execute(&mut admin).await?;
        let url = self.postgres.url("bench");
        let pool = PgPool::connect(&url).await?;
        storage::MIGRATOR.run(&pool).await?;
        sqlx::raw_sql("checkpoint").execute(&mut admin).await?;
        Ok((url, pool))
    }

    fn command(&self, database: &str, args: &[&str]) -> Command {
        let mut command = Command::new(self.binary);
        command.args(["--rpc", &self.anvil.rpc_url(), "--database", database, "--chain-id", "31337"]);
        command.args(["--token", workload::TOKEN, "--from-block", "1"]).args(args);
        command
    }

    async fn index(&self, args: &[&str]) -> anyhow::Result<Run> {
        let (url, pool) = self.database().await?;
        let mut command = self.command(&url, args);
        let output = command.args(["run", "--once"]).stderr(Stdio::inherit()).output()?;
        anyhow::ensure!(output.status.success(), "the indexer failed");
        let count = |query| sqlx::query_scalar::<_, i64>(query).fetch_one(&pool);
        anyhow::ensure!(
            count("select count(*) from chain.logs").await? == workload::EVENTS as i64,
            "logs are missing"
        );
        if !args.contains(&"--no-projections") {
            let wrong = "select count(*) from chain.quarantine";
            anyhow::ensure!(count(wrong).await? == 0, "events were set aside");
            let same = "select (sum(balance) = (select total_supply from chain.total_supplies))::int::bigint from chain.accounts";
            anyhow::ensure!(count(same).await? == 1, "balances do not add up to the supply");
        }
        pool.close().await;
        usage(&output.stdout)
    }

    /// Every block against its receipts.
    async fn verify(&self, n_blocks: u64) -> anyhow::Result<Value> {
        let (url, _pool) = self.database().await?;
        let run = self.command(&url, &["--no-receipts"]).args(["run", "--once"]).output()?;
        anyhow::ensure!(run.status.success(), "the indexer failed");
        let mut command = self.command(&url, &[]);
        let output = command.arg("verify").stderr(Stdio::inherit()).output()?;
        let run = usage(&output.stdout)?;
        let each = |ms: f64| (ms * 1000.0 / n_blocks as f64).round();
        Ok(json!({
            "what": "asking for header and receipts, recomputing both hashes, comparing with the stored events",
            "blocks": n_blocks, "wallUsPerBlock": each(run.wall_ms), "cpuUsPerBlock": each(run.cpu_ms),
            "rootUsPerBlock": workload::root_us(self.node).await?,
        }))
    }

    /// From "the transaction is mined" to "the rows of its block can be read".
    async fn live(&self) -> anyhow::Result<Value> {
        let (url, pool) = self.database().await?;
        let ws = self.anvil.rpc_url().replace("http:", "ws:");
        let mut child = self.command(&url, &["--ws", &ws]).arg("run").spawn()?;
        let indexed = "select coalesce(max(block_number), -1) from chain.cursor";
        let caught_up = self.node.block_number().await? as i64;
        while sqlx::query_scalar::<_, i64>(indexed).fetch_one(&pool).await? < caught_up {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // The first connections and plans are made.
        let mut waits = Vec::new();
        for n in 0..LIVE_BLOCKS + 5 {
            workload::transfer(self.node, 40, n as u64).await?;
            self.node.call("evm_mine", json!([])).await?;
            let mined = Instant::now();
            let number = self.node.block_number().await? as i64;
            while sqlx::query_scalar::<_, i64>(indexed).fetch_one(&pool).await? < number {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            if n >= 5 {
                waits.push(mined.elapsed().as_secs_f64() * 1000.0);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        child.kill()?;
        child.wait()?;
        waits.sort_by(f64::total_cmp);
        let at = |share: f64| (waits[(waits.len() as f64 * share) as usize] * 10.0).round() / 10.0;
        Ok(json!({ "what": "mined to readable, 40 events a block, receipts proved, journal on",
                   "blocks": waits.len(), "p50Ms": at(0.5), "p95Ms": at(0.95) }))
    }
}

fn usage(stdout: &[u8]) -> anyhow::Result<Run> {
    let text = String::from_utf8_lossy(stdout);
    let line = text.lines().rev().find(|line| line.starts_with('{')).context("the indexer told no usage")?;
    let usage: Value = serde_json::from_str(line)?;
    let number = |name: &str| usage[name].as_f64().with_context(|| format!("no {name}"));
    Ok(Run { wall_ms: number("wallMs")?, cpu_ms: number("cpuMs")?, peak_kib: number("peakKib")? })
}
