//! Making model folders: from llama.cpp's files, or small ones from nothing; and dataset folders from texts.
//!
//! Each source writes a Hugging Face folder (`config.json`, `generation_config.json`, `tokenizer.json`,
//! `tokenizer_config.json`, `model.safetensors`), which [`import`] gives its manifest. To add a source: one module with a
//! function that fills an existing folder, and a subcommand.

pub mod export;
pub mod gguf;
mod parquet;
pub mod text;
pub mod tiny;

use std::path::{Path, PathBuf};

use alloy_primitives::B256;
use protocol::manifest::{CanonicalError, ExecutionProfile};
use serde::Serialize;

use crate::{
    data::dataset::DatasetError,
    model::{Config, ModelError},
    run::{CheckpointError, FolderError, checkpoint, folder::PendingFolder},
    tokenizer::{Tokenizer, TokenizerError},
};

/// Why a model folder could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    #[error("read {path}")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("write {path}")]
    Write { path: PathBuf, source: std::io::Error },
    #[error("{path}, line {line}: not a JSON object with a text")]
    Line { path: PathBuf, line: usize, source: serde_json::Error },
    #[error("not a GGUF file of version 2 or 3")]
    NotGguf,
    #[error("the GGUF file ends inside {0}")]
    Truncated(&'static str),
    #[error("the GGUF file is malformed: {0}")]
    Malformed(String),
    #[error("the GGUF file lacks {0}")]
    MissingKey(String),
    #[error("{0} is not supported")]
    Unsupported(String),
    #[error("build the tokenizer: {0}")]
    Train(String),
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error(transparent)]
    Text(#[from] TokenizerError),
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    #[error("write Parquet")]
    Parquet(#[from] ::parquet::errors::ParquetError),
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
}

/// Lets `fill` write a model folder, checks and seals it, and makes it appear as `out` in one step. Returns its manifest
/// hash.
///
/// # Errors
/// [`ConvertError`]; `out` does not exist then.
pub fn create(
    out: &Path,
    fill: impl FnOnce(&Path) -> Result<(), ConvertError>,
) -> Result<B256, ConvertError> {
    let folder = PendingFolder::create(out)?;
    fill(folder.path())?;
    let hash = import(folder.path())?;
    folder.publish()?;
    Ok(hash)
}

/// Gives a model folder from elsewhere its `manifest.json`, after checking that the platform can run it. The manifest
/// hash depends on the files only, not on who imports them where.
///
/// # Errors
/// [`ConvertError`] when a file is missing, malformed, or of an architecture that is not computed here.
pub fn import(dir: &Path) -> Result<B256, ConvertError> {
    let config = Config::load(dir)?;
    crate::model::Params::load_model(dir, &config)?.check(&config.tensors())?;
    Tokenizer::load(dir)?;
    Ok(checkpoint::import(dir, unknown_profile(config.torch_dtype))?)
}

/// Of weights that were not made here.
fn unknown_profile(precision: String) -> ExecutionProfile {
    let none = || "none".to_owned();
    ExecutionProfile { device: none(), isa: none(), threads: 0, libtorch: none(), precision }
}

/// Writes `value` as readable JSON.
fn write_json(path: &Path, value: &impl Serialize) -> Result<(), ConvertError> {
    let mut text = serde_json::to_string_pretty(value).expect("configuration files have only string keys");
    text.push('\n');
    std::fs::write(path, text).map_err(|source| ConvertError::Write { path: path.into(), source })
}
