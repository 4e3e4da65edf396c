//! `indexer`: the indexer as a process of its own, for one deployment or for any ERC-20 token.

use alloy::primitives::Address;
use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use indexer::{FailPoint, Indexer, IndexerConfig, Progress, Status, Verify};
use sqlx::PgPool;
use std::{
    path::PathBuf,
    time::{Duration, Instant},
};
use storage::chain::cursor;

#[derive(Parser)]
#[command(about = "Follows contracts into Postgres")]
struct Cli {
    #[command(flatten)]
    what: What,
    #[command(subcommand)]
    command: Command,
}

#[derive(Args)]
struct What {
    /// JSON-RPC endpoint; several in the order of preference
    #[arg(long, required = true)]
    rpc: Vec<String>,
    /// WebSocket endpoint that announces blocks
    #[arg(long)]
    ws: Option<String>,
    /// Connection string of the database
    #[arg(long)]
    database: String,
    /// File that script/Deploy.s.sol wrote
    #[arg(long, required_unless_present = "token")]
    deployment: Option<PathBuf>,
    /// Address of an ERC-20 token, instead of a deployment
    #[arg(long, requires = "chain_id", conflicts_with = "deployment")]
    token: Option<Address>,
    /// EIP-155 id of the token's chain
    #[arg(long)]
    chain_id: Option<u64>,
    /// First block that can hold an event of the token
    #[arg(long, default_value_t = 0)]
    from_block: u64,
    /// Pause between two looks at the head, in milliseconds
    #[arg(long, default_value_t = 1000)]
    poll_ms: u64,
    /// Store events without folding them into tables
    #[arg(long)]
    no_projections: bool,
    /// Trust the bloom filters instead of checking receipts
    #[arg(long)]
    no_receipts: bool,
    /// Start over on another chain
    #[arg(long)]
    reset: bool,
    /// End the process at this point, as a test of crashes
    #[arg(long, hide = true, value_parser = fail_point)]
    fail_at: Option<FailPoint>,
}

#[derive(Subcommand)]
enum Command {
    /// Follow the chain
    Run {
        /// Stop at the present head
        #[arg(long)]
        once: bool,
    },
    /// Check stored blocks against their receipts and correct what differs
    Verify {
        /// First block
        #[arg(long, default_value_t = 0)]
        from: u64,
        /// Last block
        #[arg(long, default_value_t = u64::MAX >> 1)]
        to: u64,
    },
    /// Compare the tables with the contracts at the last final block; prints JSON, and fails when they differ
    Audit {
        /// Look at about so many rows of each table, others at every block; all without it
        #[arg(long)]
        sample: Option<usize>,
    },
    /// Fold the stored events again
    Rebuild,
    /// What is indexed, safe and finalized
    Status,
    /// Let side effects go on after a finalized block was replaced
    Acknowledge,
}

fn fail_point(name: &str) -> Result<FailPoint, String> {
    let known = FailPoint::ALL.into_iter().find(|(known, _)| *known == name);
    known.map(|(_, point)| point).ok_or_else(|| format!("no such point: {name}"))
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // A task is woken on the thread that serves its connections; this one would be woken across threads for every answer.
    tokio::spawn(execute()).await?
}

async fn execute() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(tracing::Level::WARN).init();
    let Cli { what, command } = Cli::parse();
    let pool = storage::pool_options(8).connect(&what.database).await.context("no database")?;
    storage::MIGRATOR.run(&pool).await?;
    let mut indexer = Indexer::new(config(what)?, pool.clone())?;
    match command {
        Command::Run { once: false } => {
            let stopped = async { drop(tokio::signal::ctrl_c().await) };
            indexer.run(stopped).await?;
        }
        Command::Run { once: true } => {
            let start = Instant::now();
            let progress = indexer.sync_once().await?;
            anyhow::ensure!(progress == Progress::Current, "stopped early: {progress:?}");
            print_usage(start, &indexer.status().borrow());
        }
        Command::Verify { from, to } => {
            let start = Instant::now();
            let (ours, n_checked, n_wrong) = indexer.verify(from, to).await?;
            anyhow::ensure!(ours, "another indexer is at work on this database");
            println!("{n_checked} blocks checked, {n_wrong} corrected");
            print_usage(start, &indexer.status().borrow());
        }
        Command::Audit { sample } => {
            let audit =
                indexer.audit(sample).await?.context("no final block with all contracts is indexed yet")?;
            println!("{}", serde_json::to_string(&audit)?);
            if !audit.differences.is_empty() {
                std::process::exit(1);
            }
        }
        Command::Rebuild => indexer.rebuild().await?,
        Command::Status => status(&pool).await?,
        Command::Acknowledge => {
            let cleared = cursor::acknowledge_violation(&mut *pool.acquire().await?).await?;
            println!("{}", if cleared { "acknowledged" } else { "nothing to acknowledge" });
        }
    }
    Ok(())
}

fn config(what: What) -> anyhow::Result<IndexerConfig> {
    let mut urls = what.rpc.into_iter();
    let rpc_url = urls.next().context("no endpoint")?;
    let mut config = match (what.deployment, what.token) {
        (Some(file), _) => {
            let text =
                std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
            IndexerConfig::new(rpc_url, serde_json::from_str(&text)?)
        }
        (None, token) => {
            let (token, chain_id) = token.zip(what.chain_id).context("no token")?;
            IndexerConfig::erc20(rpc_url, chain_id, token, what.from_block)
        }
    };
    config.more_rpc_urls = urls.collect();
    config.ws_url = what.ws;
    config.poll = Duration::from_millis(what.poll_ms);
    config.projects = !what.no_projections;
    config.verify = if what.no_receipts { Verify::Bloom } else { Verify::Receipts };
    config.reset_on_new_genesis = what.reset;
    config.fail_point = what.fail_at;
    Ok(config)
}

async fn status(pool: &PgPool) -> anyhow::Result<()> {
    let conn = &mut *pool.acquire().await?;
    let Some(cursor) = cursor::get(conn).await? else {
        println!("nothing is indexed yet");
        return Ok(());
    };
    let unproved: i64 =
        sqlx::query_scalar("select count(*) from chain.blocks where verified = 0").fetch_one(conn).await?;
    println!(
        "block {} {}\nsafe {}\nfinalized {}\nnot proved yet: {unproved} blocks",
        cursor.block_number, cursor.block_hash, cursor.marks.safe, cursor.marks.finalized
    );
    if let Some(block) = cursor.violated_block {
        println!("block {block} was finalized and then replaced");
    }
    Ok(())
}

/// Time since the start, how much of it old blocks were waited for and written, and CPU time and the largest resident memory of this process, where the system tells.
fn print_usage(start: Instant, status: &Status) {
    let [waited_ms, wrote_ms] = [status.waited, status.wrote].map(|time| time.as_millis());
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: u64 =
        after_name.split_whitespace().skip(11).take(2).filter_map(|n| n.parse::<u64>().ok()).sum();
    let memory = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = memory
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|line| line.split_whitespace().next());
    // Linux counts in hundredths of a second and in KiB.
    let wall_ms = start.elapsed().as_secs_f64() * 1000.0;
    println!(
        r#"{{"wallMs":{wall_ms:.1},"cpuMs":{},"waitedMs":{waited_ms},"wroteMs":{wrote_ms},"peakKib":{}}}"#,
        ticks * 10,
        peak.unwrap_or("null")
    );
}
