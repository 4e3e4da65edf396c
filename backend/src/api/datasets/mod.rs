//! Frozen samples: registered on chain, exported here, or both.
pub mod get;
pub mod list;

use super::types::{Account, Hash};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{PgConnection, Row, postgres::PgRow, types::Json};
use storage::columns;
use utoipa::ToSchema;

/// A set of samples that models are trained on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Dataset {
    /// keccak256 of manifest.json
    pub dataset_hash: Hash,
    /// `prompts` or `preferences`; null when this server does not have it
    pub kind: Option<String>,
    /// The manifest; its files are at `/blobs/{hash}`. Null when this server does not have it
    #[schema(value_type = Option<Object>)]
    pub manifest: Option<serde_json::Value>,
    /// The entry on chain; null while it is not registered
    pub registration: Option<Registration>,
    pub created_at: Option<DateTime<Utc>>,
}

/// A dataset's entry on chain.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Registration {
    pub contributor: Account,
    pub sample_root: Hash,
    pub sample_count: i64,
    /// SPDX expression
    pub licence: String,
    pub uri: String,
    /// The contributor asked that no new version is trained on it
    pub consent_withdrawn: bool,
    pub registered_at: DateTime<Utc>,
}

/// One dataset, or all of them with the newest first.
async fn load(conn: &mut PgConnection, dataset_hash: Option<Hash>) -> Result<Vec<Dataset>, sqlx::Error> {
    let rows = sqlx::query(
        "select coalesce(a.dataset_hash, c.dataset_hash)::bytea as dataset_hash, a.kind, a.manifest, a.created_at,
             c.contributor, c.sample_root, c.sample_count, c.licence, c.uri, c.consent_withdrawn, c.registered_at
         from app.datasets a full join chain.datasets c on c.dataset_hash = a.dataset_hash
         where $1::bytea is null or coalesce(a.dataset_hash, c.dataset_hash) = $1
         order by coalesce(a.created_at, c.registered_at) desc",
    )
    .bind(dataset_hash.as_ref().map(|hash| hash.0.as_slice()))
    .fetch_all(conn)
    .await?;
    rows.iter().map(from_row).collect()
}

fn from_row(row: &PgRow) -> Result<Dataset, sqlx::Error> {
    let registration = match columns::opt_address(row, "contributor")? {
        None => None,
        Some(contributor) => Some(Registration {
            contributor: Account(contributor),
            sample_root: Hash(columns::hash(row, "sample_root")?),
            sample_count: row.try_get("sample_count")?,
            licence: row.try_get("licence")?,
            uri: row.try_get("uri")?,
            consent_withdrawn: row.try_get("consent_withdrawn")?,
            registered_at: row.try_get("registered_at")?,
        }),
    };
    Ok(Dataset {
        dataset_hash: Hash(columns::hash(row, "dataset_hash")?),
        kind: row.try_get("kind")?,
        manifest: row.try_get::<Option<Json<_>>, _>("manifest")?.map(|json| json.0),
        registration,
        created_at: row.try_get("created_at")?,
    })
}
