//! Reading golden files, and random labels.

use label_quality::{Labels, bradley_terry::Outcome};
use serde_json::Value;

pub type Named = Labels<String, String, String>;

pub fn golden(name: &str) -> Value {
    let path = format!("{}/tests/golden/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

pub fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Rows of (task, worker, label).
pub fn labels(value: &Value) -> Named {
    let rows: Vec<_> = value["input"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (text(&row[0]), text(&row[1]), text(&row[2])))
        .collect();
    Labels::new(&rows).unwrap()
}

/// As [`labels`], of every worker's first answer to a task only.
pub fn first_answers(value: &Value) -> Named {
    let mut seen = std::collections::BTreeSet::new();
    let rows: Vec<_> = value["input"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (text(&row[0]), text(&row[1]), text(&row[2])))
        .filter(|row| seen.insert((row.0.clone(), row.1.clone())))
        .collect();
    Labels::new(&rows).unwrap()
}

/// Rows of (worker, left, right, outcome).
pub fn comparisons(value: &Value) -> Vec<(String, String, String, Outcome)> {
    let outcome = |value: &Value| match value.as_str().unwrap() {
        "a" => Outcome::First,
        "b" => Outcome::Second,
        _ => Outcome::Tie,
    };
    let rows = value["input"].as_array().unwrap();
    rows.iter().map(|row| (text(&row[0]), text(&row[1]), text(&row[2]), outcome(&row[3]))).collect()
}

#[track_caller]
pub fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} is not {expected} to {tolerance:e}");
}

/// Uniform numbers in `[0, 1)` for tests: SplitMix64.
pub struct Draws(pub u64);

impl Draws {
    pub fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.next() * n as f64) as usize
    }

    /// Sum of twelve uniform numbers less six: close to a normal deviate.
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.next()).sum::<f64>() - 6.0
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}
