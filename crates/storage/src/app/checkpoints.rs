//! `app.checkpoints`: trained or imported weights in `<data>/checkpoints/<manifest hash>`, not yet approved by anyone.
use crate::columns;
use alloy_primitives::B256;
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{Error, PgConnection, Row, postgres::PgRow, types::Json};

#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    pub manifest_hash: B256,
    /// `import`, or the task of the run that made it.
    pub task: String,
    /// [`protocol::manifest::CheckpointManifest`] as JSON.
    pub manifest: Value,
    /// [`protocol::manifest::Evaluation`] as JSON.
    pub evaluation: Option<Value>,
    pub created_at: DateTime<Utc>,
}

impl Checkpoint {
    fn from_row(row: &PgRow) -> Result<Self, Error> {
        Ok(Self {
            manifest_hash: columns::hash(row, "manifest_hash")?,
            task: row.try_get("task")?,
            manifest: columns::json(row, "manifest")?,
            evaluation: row.try_get::<Option<Json<Value>>, _>("evaluation")?.map(|json| json.0),
            created_at: row.try_get("created_at")?,
        })
    }
}

/// Store a checkpoint; the same one again is harmless.
pub async fn insert(
    conn: &mut PgConnection,
    manifest_hash: B256,
    task: &str,
    manifest: &Value,
    evaluation: Option<&Value>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query(
        "insert into app.checkpoints (manifest_hash, task, manifest, evaluation, created_at)
         values ($1, $2, $3, $4, $5) on conflict (manifest_hash) do nothing",
    )
    .bind(manifest_hash.as_slice())
    .bind(task)
    .bind(Json(manifest))
    .bind(evaluation.map(Json))
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn find(conn: &mut PgConnection, manifest_hash: B256) -> Result<Option<Checkpoint>, Error> {
    let row = sqlx::query("select * from app.checkpoints where manifest_hash = $1")
        .bind(manifest_hash.as_slice())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(Checkpoint::from_row).transpose()
}

/// All checkpoints, the newest first.
pub async fn list(conn: &mut PgConnection) -> Result<Vec<Checkpoint>, Error> {
    let rows = sqlx::query("select * from app.checkpoints order by created_at desc, manifest_hash")
        .fetch_all(conn)
        .await?;
    rows.iter().map(Checkpoint::from_row).collect()
}
