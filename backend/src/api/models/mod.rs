//! Model families and their versions, from the chain, with what this server knows about the files.
pub mod get;
pub mod list;

use super::types::{Finality, Hash};
use alloy::primitives::B256;
use chrono::{DateTime, Utc};
use protocol::version::learned_from;
use serde::Serialize;
use sqlx::{PgConnection, Row, postgres::PgRow, types::Json};
use storage::{
    chain::finality::{self, Changed},
    columns,
};
use utoipa::ToSchema;

/// A version of a model.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ModelVersion {
    pub version_id: Hash,
    pub family_id: Hash,
    /// 1, 2, … in its family
    pub number: i32,
    /// keccak256 of manifest.json; names the checkpoint folder
    pub manifest_hash: Hash,
    pub weights_hash: Hash,
    /// Null for an import
    pub run_spec_hash: Option<Hash>,
    /// Everything that it and its reward model were trained on, as their manifests say
    pub dataset_hashes: Vec<Hash>,
    pub evaluation_hash: Option<Hash>,
    pub parent: Option<Hash>,
    /// `registered`, `active`, `retired`, `revoked` (for good) or `suspended` (until a vote)
    pub status: String,
    pub revoked_reason: Option<String>,
    pub suspended_reason: Option<String>,
    pub uri: String,
    /// How it compares with its parent; null when this server does not have it
    #[schema(value_type = Option<Object>)]
    pub evaluation: Option<serde_json::Value>,
    /// The checkpoint's manifest; null when this server does not have it
    #[schema(value_type = Option<Object>)]
    pub manifest: Option<serde_json::Value>,
    pub registered_at: DateTime<Utc>,
    pub activated_at: Option<DateTime<Utc>>,
    /// How final its registration and status are; a version is served when its activation is final
    pub finality: Finality,
}

/// Versions of one version id, of one family, or all; ascending by number.
async fn load(conn: &mut PgConnection, version_id: Option<Hash>) -> Result<Vec<ModelVersion>, sqlx::Error> {
    let rows = sqlx::query(
        "select v.*, c.manifest, c.evaluation, r.manifest as reward_manifest from chain.model_versions v
         left join app.checkpoints c on c.manifest_hash = v.manifest_hash
         left join app.checkpoints r
             on r.manifest_hash = decode(substr(c.manifest #>> '{inputs,reward}', 3), 'hex')
         where $1::bytea is null or v.version_id = $1 order by v.family_id, v.number",
    )
    .bind(version_id.as_ref().map(|id| id.0.as_slice()))
    .fetch_all(&mut *conn)
    .await?;
    let changed = finality::changed(conn, "model_versions", "version_id").await?;
    rows.iter().map(|row| from_row(row, &changed)).collect()
}

fn from_row(row: &PgRow, changed: &Changed) -> Result<ModelVersion, sqlx::Error> {
    let hash = |column| columns::hash(row, column).map(Hash);
    let nonzero = |column| hash(column).map(|hash| Some(hash).filter(|hash| !hash.0.is_zero()));
    let json = |column: &str| {
        row.try_get::<Option<Json<serde_json::Value>>, _>(column).map(|json| json.map(|json| json.0))
    };
    let manifest = json("manifest")?;
    let reward_manifest = json("reward_manifest")?;
    let runs = [reward_manifest.as_ref(), manifest.as_ref()].map(datasets);
    let dataset_hashes = learned_from(runs.iter().map(Vec::as_slice)).into_iter().map(Hash).collect();
    Ok(ModelVersion {
        version_id: hash("version_id")?,
        family_id: hash("family_id")?,
        number: row.try_get("number")?,
        manifest_hash: hash("manifest_hash")?,
        weights_hash: hash("weights_hash")?,
        run_spec_hash: nonzero("run_spec_hash")?,
        dataset_hashes,
        evaluation_hash: nonzero("evaluation_hash")?,
        parent: nonzero("parent")?,
        status: row.try_get("status")?,
        revoked_reason: row.try_get("revoked_reason")?,
        suspended_reason: row.try_get("suspended_reason")?,
        uri: row.try_get("uri")?,
        evaluation: json("evaluation")?,
        manifest,
        registered_at: row.try_get("registered_at")?,
        activated_at: row.try_get("activated_at")?,
        finality: changed.finality(&finality::hex(hash("version_id")?.0.as_slice())).into(),
    })
}

/// What a stored manifest says it was trained on; nothing when this server does not have it.
fn datasets(manifest: Option<&serde_json::Value>) -> Vec<B256> {
    let hashes = manifest.map(|manifest| manifest["datasetHashes"].clone());
    hashes.and_then(|hashes| serde_json::from_value(hashes).ok()).unwrap_or_default()
}
