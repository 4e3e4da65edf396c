//! A dataset of texts from files.

use std::path::{Path, PathBuf};

use alloy_primitives::B256;
use protocol::manifest::{DatasetKind, DatasetManifest, FileEntry, TextSample, canonical_json, sample_root};
use serde::Deserialize;

use super::ConvertError;
use crate::run::folder::PendingFolder;

/// A line of a `.jsonl` file; other fields are left out.
#[derive(Deserialize)]
struct Line {
    text: String,
}

/// Writes the dataset folder `out` for task `pretrain`: each line `{"text"}` of a `.jsonl` file is a document, and any other
/// file is one document of plain text. Documents without text are left out. Returns the dataset hash.
///
/// # Errors
/// [`ConvertError`] when a file cannot be read, is not UTF-8, or has a line without a text; `out` does not exist then.
pub fn convert(from: &[PathBuf], licence: &str, out: &Path) -> Result<B256, ConvertError> {
    let mut lines = Vec::new();
    for path in from {
        for text in documents(path)?.into_iter().filter(|text| !text.trim().is_empty()) {
            lines.push(canonical_json(&TextSample { text })?);
        }
    }
    let root = sample_root(lines.iter().map(Vec::as_slice));
    let sample_count = lines.len() as u64;
    let data: Vec<u8> = lines.into_iter().flat_map(|line| [line, b"\n".to_vec()].concat()).collect();
    let manifest = DatasetManifest {
        format: Default::default(),
        kind: DatasetKind::Texts,
        files: vec![FileEntry::of("data.jsonl", &data)],
        sample_count,
        sample_root: root,
        licence: licence.into(),
        family_id: B256::ZERO,
        epochs: vec![],
        version_ids: vec![],
        aggregation: None,
    };
    let folder = PendingFolder::create(out)?;
    for (name, bytes) in [("data.jsonl", data), ("manifest.json", canonical_json(&manifest)?)] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).map_err(|source| ConvertError::Write { path, source })?;
    }
    folder.publish()?;
    Ok(manifest.hash()?)
}

fn documents(path: &Path) -> Result<Vec<String>, ConvertError> {
    let text =
        std::fs::read_to_string(path).map_err(|source| ConvertError::Read { path: path.into(), source })?;
    if path.extension().is_none_or(|extension| extension != "jsonl") {
        return Ok(vec![text]);
    }
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(line, text)| {
            let found: Line = serde_json::from_str(text).map_err(|source| ConvertError::Line {
                path: path.into(),
                line,
                source,
            })?;
            Ok(found.text)
        })
        .collect()
}
