//! `app.datasets`: frozen samples that were exported; their files are blobs.
use crate::columns;
use alloy_primitives::B256;
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{Error, PgConnection, Row, postgres::PgRow, types::Json};

#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    pub dataset_hash: B256,
    /// `prompts` or `preferences`.
    pub kind: String,
    /// [`protocol::manifest::DatasetManifest`] as JSON.
    pub manifest: Value,
    pub created_at: DateTime<Utc>,
}

impl Dataset {
    fn from_row(row: &PgRow) -> Result<Self, Error> {
        Ok(Self {
            dataset_hash: columns::hash(row, "dataset_hash")?,
            kind: row.try_get("kind")?,
            manifest: columns::json(row, "manifest")?,
            created_at: row.try_get("created_at")?,
        })
    }
}

/// Store a dataset; the same one again is harmless.
pub async fn insert(
    conn: &mut PgConnection,
    dataset_hash: B256,
    kind: &str,
    manifest: &Value,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query(
        "insert into app.datasets (dataset_hash, kind, manifest, created_at) values ($1, $2, $3, $4)
         on conflict (dataset_hash) do nothing",
    )
    .bind(dataset_hash.as_slice())
    .bind(kind)
    .bind(Json(manifest))
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn find(conn: &mut PgConnection, dataset_hash: B256) -> Result<Option<Dataset>, Error> {
    let row = sqlx::query("select * from app.datasets where dataset_hash = $1")
        .bind(dataset_hash.as_slice())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(Dataset::from_row).transpose()
}

/// All datasets, the newest first.
pub async fn list(conn: &mut PgConnection) -> Result<Vec<Dataset>, Error> {
    let rows = sqlx::query("select * from app.datasets order by created_at desc, dataset_hash")
        .fetch_all(conn)
        .await?;
    rows.iter().map(Dataset::from_row).collect()
}
