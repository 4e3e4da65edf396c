//! `make bench-label-quality`: aggregation on one core. Writes `bench/results/label-quality.json`.
//!
//! The labels have the size of the textual entailment set of Snow et al. 2008 (8,000 labels, 800 tasks, 164 workers). With
//! `--rows DIR` the very rows are written too, so that other programs can be timed on them.
use std::{fmt::Write, hint::black_box, time::Instant};

use label_quality::{
    Labels,
    agreement::{Metric, krippendorff_alpha},
    bradley_terry::{self, Comparisons, Outcome},
    dawid_skene::DawidSkene,
    mace::Mace,
    preferences::{Answer, soft_labels},
};
use serde_json::{Value, json};

/// Processor seconds of crowd-kit 1.4.2 (Dawid–Skene, MACE) and evalica 0.4.2 (Bradley–Terry, its compiled solver) on these rows.
const PEERS: [(&str, &str, f64); 3] = [
    ("dawidSkene", "crowd-kit 1.4.2, DawidSkene(n_iter=100, tol=0), which stops after 17 of them", 0.208),
    ("mace", "crowd-kit 1.4.2, MACE(n_restarts=10, n_iter=50)", 3.87),
    ("bradleyTerry", "evalica 0.4.2, bradley_terry", 0.0264),
];

fn main() {
    let rows = answers();
    let comparisons = comparisons();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, dir] = arguments.as_slice()
        && flag == "--rows"
    {
        return write(dir, &rows, &comparisons);
    }
    let labels = || Labels::new(&rows).expect("there are rows");
    let hundred = DawidSkene { max_iterations: 100, tolerance: None, ..DawidSkene::default() };
    let answer = |label: &u32| if *label == 0 { Answer::A } else { Answer::B };
    let preferences: Vec<_> =
        rows.iter().map(|(task, worker, label)| (task, worker, answer(label))).collect();
    let fit = || {
        let data = Comparisons::new(&comparisons).expect("there are comparisons");
        black_box(bradley_terry::fit(&data, 0.0).expect("everybody lost once").log_scores[0]);
    };
    let works = [
        work("dawidSkene", "8,000 labels, 800 tasks, 164 workers, 2 classes, 100 updates", 0.030, || {
            black_box(hundred.fit(&labels()).log_likelihood);
        }),
        work("mace", "the same labels, 10 restarts of 50 updates", 0.150, || {
            black_box(Mace::default().fit(&labels()).log_likelihood);
        }),
        work("bradleyTerry", "100,000 comparisons of 50 named items, counted and fitted", 0.050, fit),
        work("softLabels", "the same labels as preferences: sorted, 100 updates, rounded", 0.060, || {
            black_box(soft_labels(&preferences).len());
        }),
        work("krippendorffAlpha", "the same labels, nominal", 0.010, || {
            black_box(krippendorff_alpha(&labels(), Metric::Nominal));
        }),
    ];
    let result = json!({
        "name": "label-quality",
        "work": "aggregation of named rows on one core, naming included; seconds are the fastest of 25 runs",
        "results": works,
        "machine": format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        "commit": commit(),
    });
    let text = serde_json::to_string_pretty(&result).expect("a JSON value serialises") + "\n";
    print!("{text}");
    std::fs::write("bench/results/label-quality.json", text).expect("run it from the repository's root");
}

fn work(name: &str, what: &str, limit: f64, mut run: impl FnMut()) -> Value {
    let ours = (0..25)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64()
        })
        .fold(f64::INFINITY, f64::min);
    let peer = PEERS.iter().find(|peer| peer.0 == name);
    json!({
        "name": name,
        "work": what,
        "ours": {"seconds": ours},
        "peer": peer.map(|peer| json!({"name": peer.1, "seconds": peer.2})),
        "ratio": peer.map(|peer| peer.2 / ours),
        "limit": {"seconds": limit},
        "withinLimit": ours < limit,
    })
}

struct Draws(u64);

impl Draws {
    /// SplitMix64, uniform in `[0, 1)`.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Workers of accuracy .5 to .95, ten a task.
fn answers() -> Vec<(String, String, u32)> {
    let mut draws = Draws(1);
    let accuracy: Vec<f64> = (0..164).map(|_| 0.5 + 0.45 * draws.next()).collect();
    let mut rows = Vec::new();
    for task in 0..800 {
        let truth = u32::from(draws.next() < 0.5);
        let first = (draws.next() * 164.0) as usize;
        for worker in (0..10).map(|k| (first + k * 16) % 164) {
            let label = if draws.next() < accuracy[worker] { truth } else { 1 - truth };
            rows.push((format!("t{task}"), format!("w{worker}"), label));
        }
    }
    rows
}

fn comparisons() -> Vec<(String, String, Outcome)> {
    let mut draws = Draws(2);
    let strength: Vec<f64> = (0..50).map(|_| 2.0 * draws.next()).collect();
    let outcome = |p: f64, u: f64| match u {
        u if u < 0.1 => Outcome::Tie,
        u if u < 0.1 + 0.9 * p => Outcome::First,
        _ => Outcome::Second,
    };
    (0..100_000)
        .map(|_| {
            let a = (draws.next() * 50.0) as usize;
            let b = (a + 1 + (draws.next() * 49.0) as usize) % 50;
            let p = 1.0 / (1.0 + (strength[b] - strength[a]).exp());
            (format!("model-{a}"), format!("model-{b}"), outcome(p, draws.next()))
        })
        .collect()
}

fn write(dir: &str, rows: &[(String, String, u32)], comparisons: &[(String, String, Outcome)]) {
    let mut labels = "task,worker,label\n".to_owned();
    for (task, worker, label) in rows {
        writeln!(labels, "{task},{worker},{label}").expect("writing to memory succeeds");
    }
    let mut pairs = "left,right,winner\n".to_owned();
    for (a, b, outcome) in comparisons {
        writeln!(pairs, "{a},{b},{outcome:?}").expect("writing to memory succeeds");
    }
    for (name, text) in [("labels.csv", labels), ("pairs.csv", pairs)] {
        std::fs::write(format!("{dir}/{name}"), text).expect("the folder exists");
    }
}

fn commit() -> String {
    let output = std::process::Command::new("git").args(["rev-parse", "HEAD"]).output();
    output.map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned()).unwrap_or_default()
}
