//! The binary at work, and what it took.

use super::{node::Node, workload};
use anyhow::Context;
use localnet::Postgres;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection, PgPool};
use std::{
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::NamedTempFile;

/// Runs of which the median is told.
const RUNS: usize = 3;
/// Blocks that are mined while the indexer follows.
const LIVE_BLOCKS: usize = 60;

/// A chain with events.
pub struct Workload {
    pub rpc_url: String,
    /// What to index, on the command line.
    pub args: Vec<String>,
    /// One address or several, for `eth_getLogs`.
    pub addresses: Value,
    pub last: u64,
    pub n_events: usize,
    /// Kept for as long as the indexer is to read it.
    pub deployment: Option<NamedTempFile>,
}

/// What one run of the binary took, in milliseconds and KiB.
struct Run {
    wall_ms: f64,
    cpu_ms: f64,
    waited_ms: f64,
    wrote_ms: f64,
    peak_kib: f64,
}

/// Milliseconds that the node alone took just before a run, and the run.
type Pair = (f64, Run);

pub struct Bench<'a> {
    pub binary: &'a Path,
    pub postgres: &'a Postgres,
    pub node: &'a Node,
    pub workload: &'a Workload,
}

impl Bench<'_> {
    /// The node alone, and the binary with less and more to do, in turns.
    pub async fn throughput(&self) -> anyhow::Result<Value> {
        let (mut raw, mut n_bytes) = (Vec::new(), 0);
        let mut modes: Vec<(&str, &[&str], Vec<Pair>)> = vec![
            ("stored only, bloom filters", &["--no-projections", "--no-receipts"], vec![]),
            ("all tables, bloom filters", &["--no-receipts"], vec![]),
            ("all tables, every receipt proved", &[], vec![]),
        ];
        for n in 0..RUNS {
            eprintln!("run {} of {RUNS}", n + 1);
            for (_, args, runs) in &mut modes {
                // Beside every run, so that both are measured at the same load.
                let (raw_ms, bytes) =
                    self.node.raw_logs(&self.workload.addresses, self.workload.last).await?;
                raw.push(raw_ms);
                n_bytes = bytes;
                runs.push((raw_ms, self.index(args).await?));
            }
        }
        let runs: Vec<Value> = modes.iter().map(|(name, _, runs)| self.told(name, runs)).collect();
        Ok(json!({
            "events": self.workload.n_events, "blocks": self.workload.last,
            "raw": { "what": "the bytes of eth_getLogs, 4 questions of 500 blocks at a time", "wallMs": median(raw.into_iter()), "bytes": n_bytes },
            "runs": runs,
        }))
    }

    /// Medians.
    fn told(&self, name: &str, runs: &[Pair]) -> Value {
        let wall_ms = median(runs.iter().map(|(_, run)| run.wall_ms));
        json!({
            "what": name,
            "wallMs": wall_ms,
            "eventsPerSecond": (self.workload.n_events as f64 / wall_ms * 1000.0).round(),
            // Each run beside its own turn of the node: the load changes within minutes.
            "ratioToRaw": (median(runs.iter().map(|(raw_ms, run)| raw_ms / run.wall_ms)) * 100.0).round() / 100.0,
            "cpuMs": median(runs.iter().map(|(_, run)| run.cpu_ms)),
            "waitedForNodeMs": median(runs.iter().map(|(_, run)| run.waited_ms)),
            "waitedForDatabaseMs": median(runs.iter().map(|(_, run)| run.wrote_ms)),
            "peakMib": (median(runs.iter().map(|(_, run)| run.peak_kib)) / 102.4).round() / 10.0,
        })
    }

    /// A fresh database with all tables.
    async fn database(&self) -> anyhow::Result<(String, PgPool)> {
        let mut admin = PgConnection::connect(&self.postgres.url("postgres")).await?;
        sqlx::raw_sql("drop database if exists bench with (force)").execute(&mut admin).await?;
        sqlx::raw_sql("create database bench").execute(&mut admin).await?;
        let url = self.postgres.url("bench");
        let pool = PgPool::connect(&url).await?;
        // The binary makes its tables at every start.
        anyhow::ensure!(self.command(&url, &[]).arg("status").output()?.status.success(), "no tables");
        sqlx::raw_sql("checkpoint").execute(&mut admin).await?;
        Ok((url, pool))
    }

    fn command(&self, database: &str, args: &[&str]) -> Command {
        let mut command = Command::new(self.binary);
        command.args(["--rpc", &self.workload.rpc_url, "--database", database]);
        command.args(&self.workload.args).args(args).stderr(Stdio::inherit());
        command
    }

    async fn index(&self, args: &[&str]) -> anyhow::Result<Run> {
        let (url, pool) = self.database().await?;
        let output = self.command(&url, args).args(["run", "--once"]).output()?;
        anyhow::ensure!(output.status.success(), "the indexer failed");
        let count = |query| sqlx::query_scalar::<_, i64>(query).fetch_one(&pool);
        let n_logs = count("select count(*) from chain.logs").await?;
        anyhow::ensure!(n_logs == self.workload.n_events as i64, "{n_logs} logs");
        if !args.contains(&"--no-projections") {
            let wrong = "select count(*) from chain.quarantine";
            anyhow::ensure!(count(wrong).await? == 0, "events were set aside");
            if self.workload.deployment.is_some() {
                let audit = self.command(&url, &[]).arg("audit").output()?;
                anyhow::ensure!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));
            } else {
                // The token of the bench says that it moved something, and keeps no balances.
                let same = "select (sum(balance) = (select total_supply from chain.total_supplies))::int::bigint from chain.accounts";
                anyhow::ensure!(count(same).await? == 1, "balances do not add up to the supply");
            }
        }
        pool.close().await;
        usage(&output.stdout)
    }

    /// Every block against its receipts.
    pub async fn verify(&self) -> anyhow::Result<Value> {
        let (url, _pool) = self.database().await?;
        let run = self.command(&url, &["--no-receipts"]).args(["run", "--once"]).output()?;
        anyhow::ensure!(run.status.success(), "the indexer failed");
        let output = self.command(&url, &[]).arg("verify").output()?;
        let run = usage(&output.stdout)?;
        let each = |ms: f64| (ms * 1000.0 / self.workload.last as f64).round();
        Ok(json!({
            "what": "asking for header and receipts, recomputing both hashes, comparing with the stored events",
            "blocks": self.workload.last, "wallUsPerBlock": each(run.wall_ms), "cpuUsPerBlock": each(run.cpu_ms),
            "rootUsPerBlock": workload::root_us(self.node).await?,
        }))
    }

    /// From "the transaction is mined" to "the rows of its block can be read".
    pub async fn live(&self) -> anyhow::Result<Value> {
        let (url, pool) = self.database().await?;
        let ws = self.workload.rpc_url.replace("http:", "ws:");
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
                   "blocks": waits.len(), "minMs": at(0.0), "p50Ms": at(0.5), "p95Ms": at(0.95) }))
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn usage(stdout: &[u8]) -> anyhow::Result<Run> {
    let text = String::from_utf8_lossy(stdout);
    let line = text.lines().rev().find(|line| line.starts_with('{')).context("the indexer told no usage")?;
    let usage: Value = serde_json::from_str(line)?;
    let number = |name: &str| usage[name].as_f64().with_context(|| format!("no {name}"));
    Ok(Run {
        wall_ms: number("wallMs")?,
        cpu_ms: number("cpuMs")?,
        waited_ms: number("waitedMs")?,
        wrote_ms: number("wroteMs")?,
        peak_kib: number("peakKib")?,
    })
}
