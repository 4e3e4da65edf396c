use super::{ModelVersion, load};
use crate::api::{problem::Problem, snapshot::Reader, types::Hash};
use axum::Json;
use serde::Serialize;
use sqlx::Row;
use storage::columns;
use utoipa::ToSchema;

/// A line of versions of which at most one is served.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ModelFamily {
    pub family_id: Hash,
    pub name: String,
    /// The version that a vote activated
    pub active_version: Option<Hash>,
    /// Ascending by number
    pub versions: Vec<ModelVersion>,
}

/// All model families with their versions
#[utoipa::path(get, path = "/models", tag = "models", operation_id = "listModels",
    responses((status = 200, body = [ModelFamily]), (status = "default", body = Problem)))]
pub async fn list_models(reader: Reader) -> Result<Json<Vec<ModelFamily>>, Problem> {
    let mut conn = reader.snapshot().await?;
    let rows = sqlx::query("select family_id, name, active_version from chain.families order by name")
        .fetch_all(&mut *conn)
        .await?;
    let mut families = Vec::with_capacity(rows.len());
    for row in &rows {
        families.push(ModelFamily {
            family_id: Hash(columns::hash(row, "family_id")?),
            name: row.try_get("name")?,
            active_version: columns::opt_hash(row, "active_version")?.filter(|id| !id.is_zero()).map(Hash),
            versions: Vec::new(),
        });
    }
    for version in load(&mut conn, None).await? {
        if let Some(family) = families.iter_mut().find(|family| family.family_id == version.family_id) {
            family.versions.push(version);
        }
    }
    Ok(Json(families))
}
