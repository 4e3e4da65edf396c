//! Reads the golden vectors: numbers recorded from PyTorch, in f64 JSON.

use std::path::PathBuf;

use serde_json::Value;
use tch::{Kind, Tensor};

/// Folder of the golden files: `RLHF_GOLDEN_DIR`, else the copies next to these tests.
pub fn dir() -> PathBuf {
    std::env::var_os("RLHF_GOLDEN_DIR")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden")), PathBuf::from)
}

/// One golden JSON file by its stem.
pub fn load(stem: &str) -> Value {
    let path = dir().join(format!("{stem}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).expect("golden files are JSON")
}

/// A number, vector or matrix of JSON as an f64 tensor of the same shape.
pub fn tensor(value: &Value) -> Tensor {
    match value {
        Value::Array(items) => Tensor::stack(&items.iter().map(tensor).collect::<Vec<_>>(), 0),
        number => Tensor::from(number.as_f64().expect("a number")).to_kind(Kind::Double),
    }
}

/// Fails unless every element agrees within `tolerance`.
#[track_caller]
pub fn assert_close(what: &str, found: &Tensor, expected: &Tensor, tolerance: f64) {
    assert_eq!(found.size(), expected.size(), "{what}: shapes");
    let difference =
        (found.to_kind(Kind::Double) - expected.to_kind(Kind::Double)).abs().max().double_value(&[]);
    assert!(difference <= tolerance, "{what}: differs by {difference:e}, allowed {tolerance:e}");
}
