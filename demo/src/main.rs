//! `make demo`: the whole story of Polity on one machine, on real parts, by the API and the contracts alone.
//!
//! It starts a fresh chain and `polity up`, plays token holders, operator and twelve labelers, prints a timeline, checks the
//! result with `polity verify`, and writes `target/demo/report.json`.
mod chain;
mod honesty;
mod labeling;
mod oracle;
mod platform;
mod story;
mod timeline;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result, ensure};
use clap::{Parser, ValueEnum};
use localnet::{Anvil, AnvilOptions, Deploy, Tools, read_deployment};
use serde_json::json;

use crate::{
    chain::{Chain, signer},
    platform::{Platform, sibling},
    story::{Size, Story, Verifier},
    timeline::Timeline,
};

#[derive(Parser)]
#[command(about = "Plays the whole story of Polity on this machine")]
struct Args {
    /// full: SmolLM2-135M and real waiting times; tiny: a 1 M-parameter model, waiting times skipped
    #[arg(long, default_value = "full")]
    size: SizeName,
    /// Leave after the story instead of keeping the page up
    #[arg(long)]
    exit: bool,
    /// A command to run after the story with POLITY_URL, LABELER_KEY, VOTER_KEY and SHOTS set
    #[arg(long)]
    then: Option<String>,
    /// Port of the page; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum SizeName {
    Full,
    Tiny,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nThe story broke off: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<()> {
    let args = Args::parse();
    let root = workspace()?;
    let dir = root.join("target/demo");
    let data = dir.join("data");
    if data.exists() {
        std::fs::remove_dir_all(&data).with_context(|| format!("could not clear {}", data.display()))?;
    }
    std::fs::create_dir_all(&data)?;
    let mut timeline = Timeline::new(
        json!({"size": if args.size == SizeName::Tiny { "tiny" } else { "full" }, "commit": commit(&root)}),
    );
    let result = tokio::select! {
        result = play(&args, &root, &data, &mut timeline) => result,
        _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("stopped by Ctrl-C")),
    };
    let report = dir.join("report.json");
    timeline.write(&report, result.as_ref().err().map(|e| format!("{e:#}")).as_deref())?;
    println!("\nreport: {}", report.display());
    result
}

/// Start everything, tell the story, keep the page up or run what comes after.
async fn play(args: &Args, root: &Path, data: &Path, timeline: &mut Timeline) -> Result<()> {
    let fast = args.size == SizeName::Tiny;
    let size = size(args.size, root).await?;
    timeline.chapter("Set-up");
    let step = timeline.step("fresh chain, contracts deployed by script/Deploy.s.sol");
    let deployment_file = data.join("deployment.json");
    let tools = Tools::find(root)?;
    let anvil =
        Anvil::start(&tools, &AnvilOptions { block_time_s: Some(1), ..AnvilOptions::default() }).await?;
    let rpc_url = anvil.rpc_url();
    localnet::deploy(&tools, &Deploy { rpc_url: &rpc_url, file: deployment_file.clone() }).await?;
    let deployment = read_deployment(&deployment_file)?;
    timeline.done(step, &rpc_url);
    let step = timeline.step("polity up: Postgres, indexer, API, jobs");
    let rlhf = sibling("rlhf")?;
    let polity = sibling("polity")?;
    let platform = Platform::start(&polity, data, &rpc_url, &deployment_file, &rlhf, args.port).await?;
    timeline.done(step, format!("the page is at {}", platform.url));

    let chain = Chain::new(&rpc_url, deployment, fast)?;
    let verifier = Verifier { polity, rpc_url, deployment: deployment_file, url: platform.url.clone() };
    let table = Story { size, chain: &chain, url: &platform.url, timeline, verifier }.tell().await?;
    println!("\n\x1b[1mWho earned what, and why\x1b[0m\n{table}");
    if let Some(command) = &args.then {
        after(command, root, &platform.url).await?;
    }
    if !args.exit {
        println!("The page stays up at {} (dev wallets are listed in it). Ctrl-C ends it.", platform.url);
        tokio::signal::ctrl_c().await?;
    }
    platform.stop().await;
    Ok(())
}

async fn size(name: SizeName, root: &Path) -> Result<Size> {
    let (name, base, n_prompts) = match name {
        SizeName::Full => ("smollm2", root.join("target/models/smollm2"), 84),
        SizeName::Tiny => ("tiny", tiny_model(root).await?, 72),
    };
    let preset = root.join(format!("rlhf/presets/{name}.json"));
    let preset =
        std::fs::read_to_string(&preset).with_context(|| format!("could not read {}", preset.display()))?;
    Ok(Size { base, preset: serde_json::from_str(&preset)?, n_prompts })
}

/// Make the 1 M-parameter model, unless it was made before.
async fn tiny_model(root: &Path) -> Result<PathBuf> {
    let dir = root.join("target/models/tiny");
    if !dir.join("manifest.json").exists() {
        println!("making the tiny model");
        let rlhf = sibling("rlhf")?;
        let status = tokio::process::Command::new(&rlhf)
            .args(["convert", "tiny", "--seed", "1", "--out"])
            .arg(&dir)
            .status()
            .await?;
        ensure!(status.success(), "rlhf convert tiny failed");
        let status = tokio::process::Command::new(&rlhf).arg("import").arg(&dir).status().await?;
        ensure!(status.success(), "rlhf import failed");
    }
    Ok(dir)
}

async fn after(command: &str, root: &Path, url: &str) -> Result<()> {
    let key = |index| -> Result<String> { Ok(alloy::hex::encode_prefixed(signer(index)?.to_bytes())) };
    let shots = root.join("target/demo/shots");
    std::fs::create_dir_all(&shots)?;
    let status = tokio::process::Command::new("bash")
        .args(["-c", command])
        .current_dir(root)
        .env("POLITY_URL", url)
        .env("LABELER_KEY", key(honesty::FIRST_ACCOUNT)?)
        .env("VOTER_KEY", key(3)?)
        .env("SHOTS", shots)
        .status()
        .await?;
    ensure!(status.success(), "«{command}» failed");
    Ok(())
}

/// The repository: scripts, models and settings are read from it.
fn workspace() -> Result<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(Path::to_owned)
        .context("the demo has no parent folder")
}

fn commit(root: &Path) -> String {
    let output = std::process::Command::new("git").args(["rev-parse", "HEAD"]).current_dir(root).output();
    output.map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned()).unwrap_or_default()
}
