//! What a piece of work costs this process.

use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};
use serde::{Deserialize, Serialize};

/// A measured workload; the Python peer prints the same fields.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sample {
    /// Units (optimiser steps or tokens) per CPU second, user and system time of all threads.
    pub per_cpu_second: f64,
    /// Units per second of wall time.
    pub per_second: f64,
    /// Largest resident memory of the process so far, MiB.
    pub peak_mib: f64,
    /// Loss of the last step, so that a fast wrong answer is seen; none for generation.
    pub loss: Option<f64>,
}

/// Runs `work` once to warm up and then until `seconds` of CPU time are spent, at least twice; `work` returns how many
/// units it did and its loss.
pub fn measure(seconds: f64, mut work: impl FnMut() -> (f64, Option<f64>)) -> Sample {
    work();
    let (wall, cpu) = (Instant::now(), cpu_seconds());
    let (mut units, mut rounds, mut last) = (0.0, 0, None);
    while rounds < 2 || cpu_seconds() - cpu < seconds {
        let (done, loss) = work();
        units += done;
        rounds += 1;
        last = loss;
    }
    Sample {
        per_cpu_second: units / (cpu_seconds() - cpu),
        per_second: units / wall.elapsed().as_secs_f64(),
        peak_mib: usage().max_rss() as f64 / 1024.0,
        loss: last,
    }
}

fn cpu_seconds() -> f64 {
    let usage = usage();
    let seconds = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 * 1e-6;
    seconds(usage.user_time()) + seconds(usage.system_time())
}

fn usage() -> nix::sys::resource::Usage {
    getrusage(UsageWho::RUSAGE_SELF).expect("a process can ask for its own usage")
}
