//! Pieces that several manifests share.

use alloy_primitives::{B256, keccak256};
use serde::{Deserialize, Serialize};

/// One file of a folder, named by its content. JSON: `{name, sizeBytes, hash}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FileEntry {
    /// Path inside the folder, with `/`.
    pub name: String,
    /// Length in bytes.
    pub size_bytes: u64,
    /// keccak256 of the bytes.
    pub hash: B256,
}

impl FileEntry {
    /// Describe a file held in memory.
    pub fn of(name: impl Into<String>, bytes: &[u8]) -> Self {
        Self { name: name.into(), size_bytes: bytes.len() as u64, hash: keccak256(bytes) }
    }
}

/// A string field that may hold one value only: the name and version of the file's format.
macro_rules! format_tag {
    ($name:ident, $value:literal) => {
        #[doc = concat!("The constant `", $value, "` of the field `format`.")]
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            #[doc = concat!("`", $value, "`")]
            #[default]
            #[serde(rename = $value)]
            V1,
        }
    };
}
pub(crate) use format_tag;

/// Numbers by name, as in `metrics`. JSON has no NaN and no infinity, so writing one is an error instead of a `null`.
pub(crate) mod finite_map {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::Error};
    use std::collections::BTreeMap;

    pub fn serialize<S: Serializer>(map: &BTreeMap<String, f64>, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some((name, value)) = map.iter().find(|(_, value)| !value.is_finite()) {
            return Err(S::Error::custom(format!("{name} is {value}, which JSON cannot hold")));
        }
        map.serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<String, f64>, D::Error> {
        BTreeMap::deserialize(deserializer)
    }
}
