//! Imports weights from elsewhere (a Hugging Face folder) and registers them as a version without a parent.
use super::{Outcome, checkpoint, rlhf::Rlhf};
use crate::app::AppState;
use alloy::primitives::B256;
use anyhow::Context;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Payload of the job. `path` is a folder on the worker's machine.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RegisterBase {
    pub path: PathBuf,
}

/// Copy the folder, have `rlhf` describe it, and register it. The given folder is not changed.
pub async fn run(app: &AppState, payload: RegisterBase) -> anyhow::Result<Outcome> {
    let parent = app.config.checkpoints_dir();
    std::fs::create_dir_all(&parent)?;
    // Beside its place, so that moving it there is a rename; removed when we fail.
    let draft = tempfile::Builder::new().prefix("import-").tempdir_in(&parent)?;
    let folder = draft.path().join("checkpoint");
    let (from, to) = (payload.path.clone(), folder.clone());
    tokio::task::spawn_blocking(move || copy_files(&from, &to)).await??;
    Rlhf::find(&app.config.model).import(&folder).await?;
    let stored = checkpoint::adopt(app, &folder).await?;
    let registered = checkpoint::register(app, &stored, Vec::new(), B256::ZERO).await?;
    tracing::info!(version.id = %registered.version_id, number = registered.number, "registered a base model");
    Ok(Outcome::Done)
}

fn copy_files(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    let entries = std::fs::read_dir(from).with_context(|| format!("reading {}", from.display()))?;
    for entry in entries {
        let entry = entry?;
        // Follows links: model folders of other tools are made of them.
        if std::fs::metadata(entry.path())?.is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name()))
                .with_context(|| format!("copying {}", entry.path().display()))?;
        }
    }
    Ok(())
}
