//! One function a file of vectors; all of them are deterministic.

mod encodings;
mod rewards;

#[path = "../../../src/test_keys.rs"]
mod test_keys;

use serde::{Serialize, Serializer};
use serde_json::Value;
use std::{collections::BTreeMap, path::PathBuf};

/// Path and text of every file.
pub fn files() -> Vec<(PathBuf, String)> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../contracts/test/vectors"));
    let cases = [
        ("merkle.json", encodings::merkle()),
        ("leaves.json", encodings::leaves()),
        ("eip712.json", encodings::eip712()),
        ("version.json", encodings::version()),
        ("rewards.json", rewards::rewards()),
    ];
    let text = |value: &Value| serde_json::to_string_pretty(&Sorted(value)).unwrap() + "\n";
    cases.iter().map(|(name, value)| (folder.join(name), text(value))).collect()
}

/// JSON with sorted keys, whatever order the map keeps.
struct Sorted<'a>(&'a Value);

impl Serialize for Sorted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(map) => {
                let sorted: BTreeMap<_, _> = map.iter().map(|(key, value)| (key, Sorted(value))).collect();
                serializer.collect_map(sorted)
            }
            Value::Array(values) => serializer.collect_seq(values.iter().map(Sorted)),
            leaf => leaf.serialize(serializer),
        }
    }
}
