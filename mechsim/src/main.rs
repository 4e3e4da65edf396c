//! `make bench-mechsim`: prints the tables, writes `bench/results/mechsim.json` and the measured part of `docs/mechanism.md`.

use mechsim::report::{Report, replace_measured};
use std::{error::Error, fs, process::Command};

const USAGE: &str = "usage: mechsim [--seed N] [--runs N] [--print-only]";

fn main() -> Result<(), Box<dyn Error>> {
    let (mut seed, mut n_runs, mut writes) = (1, 1_000, true);
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--seed" => seed = args.next().ok_or(USAGE)?.parse()?,
            "--runs" => n_runs = args.next().ok_or(USAGE)?.parse()?,
            "--print-only" => writes = false,
            _ => return Err(USAGE.into()),
        }
    }
    if n_runs < 4 {
        return Err("fewer than 4 runs measure nothing".into());
    }
    let report = Report::new(seed, n_runs);
    let measured = report.markdown();
    print!("{measured}");
    if writes {
        let docs = fs::read_to_string("docs/mechanism.md")?;
        fs::write("docs/mechanism.md", replace_measured(&docs, &measured)?)?;
        fs::write(
            "bench/results/mechsim.json",
            serde_json::to_string_pretty(&report.json(&commit()))? + "\n",
        )?;
    }
    Ok(())
}

fn commit() -> String {
    let output = Command::new("git").args(["rev-parse", "HEAD"]).output();
    output.map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned()).unwrap_or_default()
}
