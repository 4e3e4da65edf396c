//! Reads dataset folders and believes nothing that the manifest's hashes do not cover.

use std::path::{Path, PathBuf};

use alloy_primitives::{B256, keccak256};
use protocol::manifest::{
    CanonicalError, DatasetKind, DatasetManifest, FileEntry, PreferenceSample, PromptSample, TextSample,
    parse_canonical, sample_root,
};
use serde::de::DeserializeOwned;

/// The file with one JSON sample a line.
const DATA_FILE: &str = "data.jsonl";

/// A dataset whose every byte was checked against its hash.
#[derive(Debug)]
pub struct Dataset<T> {
    /// Its name: keccak256 of `manifest.json`.
    pub hash: B256,
    /// What the folder says about itself.
    pub manifest: DatasetManifest,
    /// The lines in order.
    pub samples: Vec<T>,
}

/// Why a folder is not the dataset it should be.
#[derive(Debug, thiserror::Error)]
pub enum DatasetError {
    /// A file could not be read.
    #[error("read {path}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The manifest is not canonical JSON of a dataset.
    #[error("parse {path}")]
    Manifest {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: CanonicalError,
    },
    /// The dataset holds another kind of line.
    #[error("the dataset holds {found:?}, the task needs {needed:?}")]
    Kind {
        /// What the manifest says.
        found: DatasetKind,
        /// What was asked for.
        needed: DatasetKind,
    },
    /// A file differs from its entry in the manifest, or has none.
    #[error("{name} is not the file that the manifest names")]
    File {
        /// Name of the file.
        name: String,
    },
    /// A line is not a sample.
    #[error("parse line {line} of data.jsonl")]
    Line {
        /// Counted from 1.
        line: usize,
        /// Why not.
        source: serde_json::Error,
    },
    /// Count or Merkle root of the lines differ from the manifest.
    #[error("data.jsonl does not have the sample count and root of the manifest")]
    Samples,
}

/// Reads a dataset of prompts.
///
/// # Errors
/// [`DatasetError`] when a file cannot be read or anything differs from the manifest.
pub fn read_prompts(dir: &Path) -> Result<Dataset<PromptSample>, DatasetError> {
    read(dir, DatasetKind::Prompts)
}

/// Reads a dataset of preferences.
///
/// # Errors
/// As [`read_prompts`].
pub fn read_preferences(dir: &Path) -> Result<Dataset<PreferenceSample>, DatasetError> {
    read(dir, DatasetKind::Preferences)
}

/// Reads a dataset of texts.
///
/// # Errors
/// As [`read_prompts`].
pub fn read_texts(dir: &Path) -> Result<Dataset<TextSample>, DatasetError> {
    read(dir, DatasetKind::Texts)
}

fn read<T: DeserializeOwned>(dir: &Path, needed: DatasetKind) -> Result<Dataset<T>, DatasetError> {
    let path = dir.join("manifest.json");
    let bytes = read_file(&path)?;
    let manifest: DatasetManifest =
        parse_canonical(&bytes).map_err(|source| DatasetError::Manifest { path, source })?;
    if manifest.kind != needed {
        return Err(DatasetError::Kind { found: manifest.kind, needed });
    }
    let data = read_verified(dir, &manifest.files)?;
    let lines: Vec<&[u8]> = data.split_inclusive(|&byte| byte == b'\n').map(without_newline).collect();
    if lines.len() as u64 != manifest.sample_count
        || sample_root(lines.iter().copied()) != manifest.sample_root
    {
        return Err(DatasetError::Samples);
    }
    let parse = |(i, line): (usize, &&[u8])| {
        serde_json::from_slice(line).map_err(|source| DatasetError::Line { line: i + 1, source })
    };
    let samples = lines.iter().enumerate().map(parse).collect::<Result<_, _>>()?;
    Ok(Dataset { hash: keccak256(&bytes), manifest, samples })
}

/// Checks every listed file and returns the bytes of the samples.
fn read_verified(dir: &Path, files: &[FileEntry]) -> Result<Vec<u8>, DatasetError> {
    let mut data = None;
    for entry in files {
        let differs = || DatasetError::File { name: entry.name.clone() };
        if Path::new(&entry.name).file_name() != Some(entry.name.as_ref()) {
            return Err(differs());
        }
        let bytes = read_file(&dir.join(&entry.name))?;
        if FileEntry::of(entry.name.clone(), &bytes) != *entry {
            return Err(differs());
        }
        if entry.name == DATA_FILE {
            data = Some(bytes);
        }
    }
    data.ok_or_else(|| DatasetError::File { name: DATA_FILE.into() })
}

fn read_file(path: &Path) -> Result<Vec<u8>, DatasetError> {
    std::fs::read(path).map_err(|source| DatasetError::Read { path: path.into(), source })
}

fn without_newline(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\n").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::manifest::canonical_json;

    fn write(dir: &Path, data: &str) -> DatasetManifest {
        let lines = data.lines().map(str::as_bytes);
        let manifest = DatasetManifest {
            format: Default::default(),
            kind: DatasetKind::Prompts,
            files: vec![FileEntry::of(DATA_FILE, data.as_bytes())],
            sample_count: data.lines().count() as u64,
            sample_root: sample_root(lines),
            licence: "CC0-1.0".into(),
            family_id: B256::ZERO,
            epochs: vec![],
            version_ids: vec![],
            aggregation: None,
        };
        std::fs::write(dir.join(DATA_FILE), data).unwrap();
        std::fs::write(dir.join("manifest.json"), canonical_json(&manifest).unwrap()).unwrap();
        manifest
    }

    #[test]
    fn reads_what_the_manifest_describes() {
        let dir = tempfile::tempdir().unwrap();
        let manifest = write(dir.path(), "{\"prompt\":\"a\"}\n{\"prompt\":\"b\"}\n");
        let dataset = read_prompts(dir.path()).unwrap();
        assert_eq!(dataset.hash, manifest.hash().unwrap());
        assert_eq!(dataset.samples.iter().map(|s| s.prompt.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn refuses_a_changed_line_another_kind_and_a_line_that_is_no_sample() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "{\"prompt\":\"a\"}\n");
        assert!(matches!(read_preferences(dir.path()), Err(DatasetError::Kind { .. })));
        std::fs::write(dir.path().join(DATA_FILE), "{\"prompt\":\"c\"}\n").unwrap();
        assert!(matches!(read_prompts(dir.path()), Err(DatasetError::File { .. })));
        write(dir.path(), "{\"prompt\":\"a\"}\n{}\n");
        assert!(matches!(read_prompts(dir.path()), Err(DatasetError::Line { line: 2, .. })));
    }

    #[test]
    fn refuses_a_manifest_that_leads_out_of_its_folder() {
        let dir = tempfile::tempdir().unwrap();
        let mut manifest = write(dir.path(), "{\"prompt\":\"a\"}\n");
        manifest.files[0].name = "../data.jsonl".into();
        std::fs::write(dir.path().join("manifest.json"), canonical_json(&manifest).unwrap()).unwrap();
        assert!(matches!(read_prompts(dir.path()), Err(DatasetError::File { .. })));
    }
}
