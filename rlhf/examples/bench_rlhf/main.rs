//! Speed and memory of training and generation, beside the limit that libtorch's matrix product sets in the same run and,
//! when asked, beside TRL doing the same work. Prints a table and writes `bench/results/rlhf.json`.
//!
//! Each measurement is a process of its own on one thread, ours and the peer's in turn, and the figure is work per CPU
//! second: on a busy machine that is what can be compared.

mod measure;
mod work;

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use clap::Parser;
use measure::{Sample, measure};
use rlhf::model::Precision;
use serde_json::{Value, json};
use tch::{Device, Tensor};

/// Tokens of a row and the workloads at that length.
const WORKLOADS: [(usize, &[&str]); 2] = [
    (128, &["sft", "reward", "dpo", "ppo", "generate-1", "generate-8", "generate-32"]),
    (512, &["sft", "sft-checkpointing", "reward", "dpo", "ppo", "generate-8"]),
];
const PRECISIONS: [Precision; 2] = [Precision::F32, Precision::Bf16];

#[derive(Parser)]
struct Args {
    /// A Python that has the packages of bench/rlhf/requirements.txt; without it, only our side is measured.
    #[arg(long)]
    peer: Option<String>,
    /// Measurements of each figure; the median counts.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Only workloads at these lengths.
    #[arg(long, value_delimiter = ',', default_values_t = [128, 512])]
    tokens: Vec<usize>,
    /// Only these workloads.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Measure one workload in this process: its name, number format and tokens.
    #[arg(long, num_args = 3)]
    single: Option<Vec<String>>,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    if let Some([workload, precision, tokens]) = args.single.as_deref() {
        rlhf::memory::keep_freed();
        let precision = precision.parse().map_err(anyhow::Error::msg)?;
        let sample = match workload.as_str() {
            "gemm" => gemm(precision),
            _ => work::run(workload, precision, tokens.parse()?),
        };
        println!("{}", serde_json::to_string(&sample)?);
        return Ok(());
    }
    let load_before = load()?;
    let mut samples: BTreeMap<(usize, String, &str, bool), Vec<Sample>> = BTreeMap::new();
    let mut gemm: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for round in 0..args.rounds {
        for precision in PRECISIONS {
            let name = precision.name();
            gemm.entry(name).or_default().push(ours("gemm", name, 0)?.per_cpu_second);
            for (tokens, workloads) in WORKLOADS.iter().filter(|(tokens, _)| args.tokens.contains(tokens)) {
                for workload in workloads.iter().filter(|name| selected(&args.only, name)) {
                    eprintln!("round {}: {workload} {name} {tokens}", round + 1);
                    let mut add = |peer, sample| {
                        let key = (*tokens, (*workload).to_owned(), name, peer);
                        samples.entry(key).or_default().push(sample);
                    };
                    add(false, ours(workload, name, *tokens)?);
                    if let Some(python) = &args.peer {
                        add(true, peer(python, workload, precision, *tokens)?);
                    }
                }
            }
        }
    }
    let gemm: BTreeMap<&str, f64> = gemm.into_iter().map(|(name, rates)| (name, median(rates))).collect();
    let results: Vec<Value> = samples
        .iter()
        .filter(|((.., peer), _)| !peer)
        .map(|((tokens, workload, precision, _), own)| {
            let of_peer = |precision| samples.get(&(*tokens, workload.clone(), precision, true));
            row(*tokens, workload, precision, own, of_peer(precision), of_peer("float32"), gemm[precision])
        })
        .collect();
    let report = json!({
        "unit": "per CPU second, one thread; medians",
        "rounds": args.rounds,
        "loadAverage": {"before": load_before, "after": load()?},
        "gemmGflops": gemm.iter().map(|(name, rate)| (*name, rounded(*rate))).collect::<BTreeMap<_, _>>(),
        "results": results,
    });
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../bench/results/rlhf.json");
    std::fs::write(path, serde_json::to_string_pretty(&report)? + "\n").context("write the results")?;
    println!("{}", serde_json::to_string_pretty(&report)?);
    Ok(())
}

/// One line of the results.
fn row(
    tokens: usize,
    workload: &str,
    precision: &str,
    own: &[Sample],
    peer: Option<&Vec<Sample>>,
    peer_f32: Option<&Vec<Sample>>,
    gemm: f64,
) -> Value {
    let rate = |samples: &[Sample]| median(samples.iter().map(|sample| sample.per_cpu_second).collect());
    let peak = |samples: &[Sample]| median(samples.iter().map(|sample| sample.peak_mib).collect());
    let side = |samples: &[Sample]| json!({"perCpuSecond": rounded(rate(samples)), "peakMib": peak(samples).round()});
    json!({
        "workload": workload, "tokens": tokens, "precision": precision,
        "ours": side(own),
        "shareOfGemm": rounded(work::flops(workload, tokens) * rate(own) / (gemm * 1e9)),
        "peer": peer.map(|samples| side(samples)),
        "speed": peer.map(|samples| rounded(rate(own) / rate(samples))),
        "speedOverPeersF32": peer_f32.map(|samples| rounded(rate(own) / rate(samples))),
        "memory": peer.map(|samples| rounded(peak(own) / peak(samples))),
    })
}

/// GFLOP of a matrix product of the model's shape.
fn gemm(precision: Precision) -> Sample {
    tch::set_num_threads(1);
    let random = |shape: [i64; 2]| Tensor::randn(shape, tch::kind::FLOAT_CPU).to_kind(precision.kind());
    let (x, weight) = (random([1024, 256]), random([688, 256]));
    debug_assert_eq!(x.device(), Device::Cpu);
    measure(2.0, || {
        for _ in 0..100 {
            let _ = x.linear(&weight, None::<&Tensor>);
        }
        (100.0 * 2.0 * 1024.0 * 256.0 * 688.0 * 1e-9, None)
    })
}

fn ours(workload: &str, precision: &str, tokens: usize) -> anyhow::Result<Sample> {
    let mut command = Command::new(std::env::current_exe()?);
    sample(command.args(["--single", workload, precision, &tokens.to_string()]))
}

fn peer(python: &str, workload: &str, precision: Precision, tokens: usize) -> anyhow::Result<Sample> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../bench/rlhf/peer.py");
    let mut command = Command::new(python);
    let precision = if precision == Precision::F32 { "f32" } else { "bf16" };
    sample(command.args([script, workload, precision, &tokens.to_string()]).stderr(Stdio::null()))
}

fn sample(command: &mut Command) -> anyhow::Result<Sample> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("start {command:?}"))?;
    if !output.status.success() {
        bail!("{command:?}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn selected(only: &[String], name: &str) -> bool {
    only.is_empty() || only.iter().any(|wanted| wanted == name)
}

fn load() -> anyhow::Result<f64> {
    let text = std::fs::read_to_string("/proc/loadavg")?;
    Ok(text.split(' ').next().unwrap_or_default().parse()?)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Three significant digits: more would be noise.
fn rounded(value: f64) -> f64 {
    format!("{value:.2e}").parse().expect("a number was written")
}
