//! Checkpoint folders: taking a finished one in, and registering it as a version.
use super::GiveUp;
use crate::{
    app::AppState,
    chain::{Registered, VersionStatus},
};
use alloy::primitives::{B256, hex};
use anyhow::Context;
use protocol::{
    manifest::{CheckpointManifest, parse_canonical},
    version::{VersionDigest, dataset_root},
};
use std::path::{Path, PathBuf};
use storage::app::checkpoints;

/// Files up to this size are published as blobs too; weights are served from their folder.
const SMALL_BYTES: u64 = 1 << 20;

/// A checkpoint in its place under the data folder.
#[derive(Debug, Clone)]
pub struct Stored {
    pub manifest_hash: B256,
    pub manifest: CheckpointManifest,
}

/// Folder of a checkpoint: `<data>/checkpoints/<manifest hash>`.
pub fn folder(app: &AppState, manifest_hash: B256) -> PathBuf {
    app.config.checkpoints_dir().join(hex::encode(manifest_hash))
}

/// Read the manifest of a folder that is complete.
pub fn read_manifest(folder: &Path) -> anyhow::Result<Stored> {
    let path = folder.join("manifest.json");
    let bytes = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
    let manifest = parse_canonical(&bytes).with_context(|| format!("reading {}", path.display()))?;
    Ok(Stored { manifest_hash: alloy::primitives::keccak256(&bytes), manifest })
}

/// Move a complete folder to its place, publish its small files and remember it. Does nothing that was done before.
pub async fn adopt(app: &AppState, finished: &Path) -> anyhow::Result<Stored> {
    let stored = read_manifest(finished)?;
    let place = folder(app, stored.manifest_hash);
    if !place.exists() {
        std::fs::create_dir_all(app.config.checkpoints_dir())?;
        std::fs::rename(finished, &place)
            .with_context(|| format!("moving {} to its place", finished.display()))?;
    }
    publish(app, &stored, &place).await?;
    Ok(stored)
}

async fn publish(app: &AppState, stored: &Stored, place: &Path) -> anyhow::Result<()> {
    app.blobs.put(tokio::fs::read(place.join("manifest.json")).await?).await?;
    let mut evaluation = None;
    for file in &stored.manifest.files {
        if file.size_bytes > SMALL_BYTES {
            continue;
        }
        let bytes = tokio::fs::read(place.join(&file.name)).await?;
        if Some(file.hash) == stored.manifest.evaluation_hash {
            evaluation = Some(serde_json::from_slice(&bytes)?);
        }
        let hash = app.blobs.put(bytes).await?;
        if hash != file.hash {
            return Err(
                GiveUp(format!("{} hashes to {hash}, its manifest says {}", file.name, file.hash)).into()
            );
        }
    }
    let manifest = serde_json::to_value(&stored.manifest)?;
    let task = manifest["task"].as_str().unwrap_or_default().to_owned();
    let mut conn = app.pool.acquire().await?;
    let now = app.clock.now();
    checkpoints::insert(&mut conn, stored.manifest_hash, &task, &manifest, evaluation.as_ref(), now).await?;
    Ok(())
}

/// Register a checkpoint as a version of the deployment's family; once.
///
/// `dataset_hashes` is everything that the version learned from, `parent` the version that training started from.
pub async fn register(
    app: &AppState,
    stored: &Stored,
    dataset_hashes: Vec<B256>,
    parent: B256,
) -> anyhow::Result<Registered> {
    let family_id = app.chain.deployment.family.family_id;
    let digest = VersionDigest {
        manifest_hash: stored.manifest_hash,
        weights_hash: stored.manifest.weights_hash,
        run_spec_hash: stored.manifest.run_spec_hash.unwrap_or_default(),
        dataset_root: dataset_root(&dataset_hashes),
        evaluation_hash: stored.manifest.evaluation_hash.unwrap_or_default(),
        parent,
    };
    let version_id = digest.version_id(family_id);
    let key = format!("version/{version_id}");
    let ours = storage::app::transactions::find(&mut *app.pool.acquire().await?, &key).await?;
    if ours.is_none() && app.chain.version_status(version_id).await? != VersionStatus::None {
        return Err(GiveUp(format!("version {version_id} was registered by somebody else")).into());
    }
    let uri = format!("{}/api/v1/checkpoints/{}", app.public_url, stored.manifest_hash);
    let call = app.chain.register_version(family_id, &digest, dataset_hashes, uri);
    let mined = app.transactions().send(&key, &call).await?;
    app.chain.registered_version(&mined).context("the transaction registered no version")
}
