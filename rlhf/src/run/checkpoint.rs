//! Checkpoint folders: Hugging Face files plus `manifest.json`, which names every byte of them.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use alloy_primitives::{B256, keccak256};
use protocol::{
    Hasher,
    manifest::{
        CanonicalError, CheckpointManifest, CheckpointTask, ExecutionProfile, FileEntry, canonical_json,
        parse_canonical,
    },
};

use crate::report::rounded;

/// Name of the file that describes the others.
pub const MANIFEST: &str = "manifest.json";
/// Name of the weights.
pub const WEIGHTS: &str = "model.safetensors";
/// Name of the optional comparison with the parent.
pub const EVALUATION: &str = "evaluation.json";
/// Files of a tokenizer and of generation defaults; a trained model inherits those of its parent that exist.
pub const COMPANIONS: [&str; 6] = [
    "chat_template.jinja",
    "generation_config.json",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "LICENSE",
];

/// Why a folder is not the checkpoint it should be, or cannot become one.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// A file or folder could not be read.
    #[error("read {path}")]
    Read {
        /// Which one.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error("write {path}")]
    Write {
        /// Which one.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The manifest is not canonical JSON of a checkpoint.
    #[error("parse {path}")]
    Manifest {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: CanonicalError,
    },
    /// A number of the new manifest is not finite.
    #[error("the manifest cannot be written as JSON")]
    Canonical(#[source] CanonicalError),
    /// A file is missing, changed, or not named by the manifest.
    #[error("{name} is not the file that the manifest names")]
    File {
        /// Name of the file.
        name: String,
    },
    /// The folder is a checkpoint, but another one.
    #[error("the checkpoint is {found}, expected {expected}")]
    Hash {
        /// Its manifest hash.
        found: B256,
        /// The one asked for.
        expected: B256,
    },
}

/// A checkpoint whose every byte was checked against its manifest.
#[derive(Debug)]
pub struct Checkpoint {
    /// Where it is.
    pub dir: PathBuf,
    /// Its name: keccak256 of `manifest.json`.
    pub hash: B256,
    /// What the folder says about itself.
    pub manifest: CheckpointManifest,
}

impl Checkpoint {
    /// Opens a folder and hashes every file in it.
    ///
    /// # Errors
    /// [`CheckpointError`] when a file cannot be read, differs from the manifest, or is not in it.
    pub fn open(dir: &Path) -> Result<Self, CheckpointError> {
        let path = dir.join(MANIFEST);
        let bytes = read(&path)?;
        let manifest: CheckpointManifest =
            parse_canonical(&bytes).map_err(|source| CheckpointError::Manifest { path, source })?;
        check_files(&manifest, &list_files(dir)?)?;
        Ok(Self { dir: dir.into(), hash: keccak256(&bytes), manifest })
    }

    /// Opens a folder that must be the checkpoint `expected`.
    ///
    /// # Errors
    /// As [`Checkpoint::open`], and [`CheckpointError::Hash`] when it is another checkpoint.
    pub fn open_expected(dir: &Path, expected: B256) -> Result<Self, CheckpointError> {
        let checkpoint = Self::open(dir)?;
        if checkpoint.hash != expected {
            return Err(CheckpointError::Hash { found: checkpoint.hash, expected });
        }
        Ok(checkpoint)
    }

    /// Hash of `tokenizer.json`: token ids mean the same to models only if they have the same tokenizer.
    pub fn tokenizer_hash(&self) -> Option<B256> {
        self.manifest.files.iter().find(|file| file.name == "tokenizer.json").map(|file| file.hash)
    }
}

/// What the manifest of a new checkpoint says besides its files.
#[derive(Debug)]
pub struct Provenance {
    /// How the weights came to be.
    pub task: CheckpointTask,
    /// The checkpoint that training started from.
    pub parent: Option<B256>,
    /// Inputs of the run by name.
    pub inputs: BTreeMap<String, B256>,
    /// Hash of the run's spec.
    pub run_spec_hash: Option<B256>,
    /// Datasets that were learned from.
    pub dataset_hashes: Vec<B256>,
    /// Root of the run's steps.
    pub steps_root: Option<B256>,
    /// Last values of the run's metrics; they are rounded, and those that are not finite are left out.
    pub metrics: BTreeMap<String, f64>,
    /// What it ran on.
    pub profile: ExecutionProfile,
}

/// Hashes the files of `dir` and writes their `manifest.json`; returns the manifest hash.
///
/// # Errors
/// [`CheckpointError`] when a file cannot be read or written, or the weights are missing.
pub fn seal(dir: &Path, provenance: Provenance) -> Result<B256, CheckpointError> {
    let files = list_files(dir)?;
    let hash_of = |name: &str| files.iter().find(|file| file.name == name).map(|file| file.hash);
    let manifest = CheckpointManifest {
        format: Default::default(),
        task: provenance.task,
        parent: provenance.parent,
        inputs: provenance.inputs,
        run_spec_hash: provenance.run_spec_hash,
        dataset_hashes: provenance.dataset_hashes,
        weights_hash: hash_of(WEIGHTS).ok_or_else(|| CheckpointError::File { name: WEIGHTS.into() })?,
        evaluation_hash: hash_of(EVALUATION),
        steps_root: provenance.steps_root,
        files,
        metrics: provenance
            .metrics
            .into_iter()
            .filter(|(_, value)| value.is_finite())
            .map(|(name, value)| (name, rounded(value)))
            .collect(),
        code_version: env!("CARGO_PKG_VERSION").into(),
        profile: provenance.profile,
    };
    let bytes = canonical_json(&manifest).map_err(CheckpointError::Canonical)?;
    let path = dir.join(MANIFEST);
    std::fs::write(&path, &bytes).map_err(|source| CheckpointError::Write { path, source })?;
    Ok(keccak256(&bytes))
}

/// Gives a Hugging Face folder from elsewhere its manifest; returns the manifest hash.
///
/// # Errors
/// As [`seal`].
pub fn import(dir: &Path, profile: ExecutionProfile) -> Result<B256, CheckpointError> {
    let provenance = Provenance {
        task: CheckpointTask::Import,
        parent: None,
        inputs: BTreeMap::new(),
        run_spec_hash: None,
        dataset_hashes: Vec::new(),
        steps_root: None,
        metrics: BTreeMap::new(),
        profile,
    };
    seal(dir, provenance)
}

/// Copies the tokenizer and the generation defaults of `from` to `to`.
///
/// # Errors
/// [`CheckpointError::Write`] when a file cannot be copied.
pub fn copy_companions(from: &Path, to: &Path) -> Result<(), CheckpointError> {
    for name in COMPANIONS.into_iter().filter(|name| from.join(name).is_file()) {
        let path = to.join(name);
        std::fs::copy(from.join(name), &path).map_err(|source| CheckpointError::Write { path, source })?;
    }
    Ok(())
}

/// Every file of the folder but the manifest, hashed, sorted by name.
fn list_files(dir: &Path) -> Result<Vec<FileEntry>, CheckpointError> {
    let cannot_read = |source| CheckpointError::Read { path: dir.into(), source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(cannot_read)? {
        let entry = entry.map_err(cannot_read)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name != MANIFEST && entry.path().is_file() {
            files.push(describe(name, &entry.path())?);
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// Hashes a file piece by piece: weights can be larger than what should be in memory twice.
fn describe(name: String, path: &Path) -> Result<FileEntry, CheckpointError> {
    let hash = |mut file: std::fs::File| {
        let (mut hasher, mut size_bytes) = (Hasher::default(), 0);
        let mut piece = vec![0; 1 << 20];
        loop {
            let n = file.read(&mut piece)?;
            if n == 0 {
                return Ok(FileEntry { name, size_bytes, hash: hasher.finalize() });
            }
            hasher.update(&piece[..n]);
            size_bytes += n as u64;
        }
    };
    std::fs::File::open(path)
        .and_then(hash)
        .map_err(|source| CheckpointError::Read { path: path.into(), source })
}

fn check_files(manifest: &CheckpointManifest, found: &[FileEntry]) -> Result<(), CheckpointError> {
    let differs = |name: &str| CheckpointError::File { name: name.into() };
    for file in &manifest.files {
        if !found.contains(file) {
            return Err(differs(&file.name));
        }
    }
    if let Some(extra) = found.iter().find(|file| !manifest.files.contains(file)) {
        return Err(differs(&extra.name));
    }
    let hash_of = |name: &str| manifest.files.iter().find(|file| file.name == name).map(|file| file.hash);
    if hash_of(WEIGHTS) != Some(manifest.weights_hash) {
        return Err(differs(WEIGHTS));
    }
    if hash_of(EVALUATION) != manifest.evaluation_hash {
        return Err(differs(EVALUATION));
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, CheckpointError> {
    std::fs::read(path).map_err(|source| CheckpointError::Read { path: path.into(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile() -> ExecutionProfile {
        ExecutionProfile {
            device: "cpu".into(),
            isa: "none".into(),
            threads: 1,
            libtorch: "none".into(),
            precision: "float32".into(),
        }
    }

    #[test]
    fn an_imported_folder_opens_under_its_hash_and_no_other() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(WEIGHTS), b"weights").unwrap();
        std::fs::write(dir.path().join("config.json"), b"{}").unwrap();
        let hash = import(dir.path(), profile()).unwrap();
        let checkpoint = Checkpoint::open_expected(dir.path(), hash).unwrap();
        assert_eq!(checkpoint.manifest.weights_hash, keccak256(b"weights"));
        let error = Checkpoint::open_expected(dir.path(), B256::ZERO).unwrap_err();
        assert!(matches!(error, CheckpointError::Hash { .. }));
    }

    #[test]
    fn a_changed_missing_or_additional_file_is_noticed() {
        for change in [
            (|dir: &Path| std::fs::write(dir.join(WEIGHTS), b"other")) as fn(&Path) -> std::io::Result<()>,
            |dir| std::fs::remove_file(dir.join("config.json")),
            |dir| std::fs::write(dir.join("extra.json"), b"{}"),
        ] {
            let dir = tempfile::tempdir().unwrap();
            std::fs::write(dir.path().join(WEIGHTS), b"weights").unwrap();
            std::fs::write(dir.path().join("config.json"), b"{}").unwrap();
            import(dir.path(), profile()).unwrap();
            change(dir.path()).unwrap();
            assert!(matches!(Checkpoint::open(dir.path()), Err(CheckpointError::File { .. })));
        }
    }

    #[test]
    fn a_folder_without_weights_cannot_be_sealed() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(import(dir.path(), profile()), Err(CheckpointError::File { .. })));
    }
}
