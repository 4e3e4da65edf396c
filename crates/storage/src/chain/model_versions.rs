//! `chain.model_versions`: registered versions and their status.
use crate::columns;
use alloy_primitives::B256;
use chrono::{DateTime, Utc};
use protocol::version::VersionDigest;
use sqlx::{Error, PgConnection, Row, postgres::PgRow};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Registered,
    Active,
    Retired,
    Revoked,
    Suspended,
}

impl Status {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Active => "active",
            Self::Retired => "retired",
            Self::Revoked => "revoked",
            Self::Suspended => "suspended",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelVersion {
    pub version_id: B256,
    pub family_id: B256,
    /// Counts up from 1 in its family.
    pub number: u32,
    pub digest: VersionDigest,
    pub uri: String,
    pub status: Status,
    pub revoked_reason: Option<String>,
    /// Why a guardian took it out of service, until a vote brings it back.
    pub suspended_reason: Option<String>,
    pub registered_at: DateTime<Utc>,
    pub activated_at: Option<DateTime<Utc>>,
}

impl ModelVersion {
    fn from_row(row: &PgRow) -> Result<Self, Error> {
        let status = match row.try_get::<&str, _>("status")? {
            "active" => Status::Active,
            "retired" => Status::Retired,
            "revoked" => Status::Revoked,
            "suspended" => Status::Suspended,
            _ => Status::Registered,
        };
        Ok(Self {
            version_id: columns::hash(row, "version_id")?,
            family_id: columns::hash(row, "family_id")?,
            number: columns::unsigned4(row, "number")?,
            digest: VersionDigest {
                manifest_hash: columns::hash(row, "manifest_hash")?,
                weights_hash: columns::hash(row, "weights_hash")?,
                run_spec_hash: columns::hash(row, "run_spec_hash")?,
                dataset_root: columns::hash(row, "dataset_root")?,
                evaluation_hash: columns::hash(row, "evaluation_hash")?,
                parent: columns::hash(row, "parent")?,
            },
            uri: row.try_get("uri")?,
            status,
            revoked_reason: row.try_get("revoked_reason")?,
            suspended_reason: row.try_get("suspended_reason")?,
            registered_at: row.try_get("registered_at")?,
            activated_at: row.try_get("activated_at")?,
        })
    }
}

pub async fn find(conn: &mut PgConnection, version_id: B256) -> Result<Option<ModelVersion>, Error> {
    let row = sqlx::query("select * from chain.model_versions where version_id = $1")
        .bind(version_id.as_slice())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(ModelVersion::from_row).transpose()
}

/// Versions of a family, newest first.
pub async fn list_by_family(conn: &mut PgConnection, family_id: B256) -> Result<Vec<ModelVersion>, Error> {
    let rows = sqlx::query("select * from chain.model_versions where family_id = $1 order by number desc")
        .bind(family_id.as_slice())
        .fetch_all(conn)
        .await?;
    rows.iter().map(ModelVersion::from_row).collect()
}

/// What `VersionRegistered` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewVersion {
    pub version_id: B256,
    pub family_id: B256,
    pub number: u32,
    pub digest: VersionDigest,
    pub uri: String,
}

pub async fn insert(
    conn: &mut PgConnection,
    version: &NewVersion,
    registered_at: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query(
        "insert into chain.model_versions (version_id, family_id, number, manifest_hash, weights_hash, run_spec_hash,
                                           dataset_root, evaluation_hash, parent, uri, status, registered_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'registered', $11)",
    )
    .bind(version.version_id.as_slice())
    .bind(version.family_id.as_slice())
    .bind(version.number.cast_signed())
    .bind(version.digest.manifest_hash.as_slice())
    .bind(version.digest.weights_hash.as_slice())
    .bind(version.digest.run_spec_hash.as_slice())
    .bind(version.digest.dataset_root.as_slice())
    .bind(version.digest.evaluation_hash.as_slice())
    .bind(version.digest.parent.as_slice())
    .bind(&version.uri)
    .bind(registered_at)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn set_active(conn: &mut PgConnection, version_id: B256, at: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query(
        "update chain.model_versions set status = 'active', activated_at = $2, suspended_reason = null
         where version_id = $1",
    )
    .bind(version_id.as_slice())
    .bind(at)
    .execute(conn)
    .await?;
    Ok(())
}

/// The version that was active until another was activated.
pub async fn set_retired(conn: &mut PgConnection, version_id: B256) -> Result<(), Error> {
    sqlx::query("update chain.model_versions set status = 'retired' where version_id = $1")
        .bind(version_id.as_slice())
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn set_revoked(conn: &mut PgConnection, version_id: B256, reason: &str) -> Result<(), Error> {
    sqlx::query(
        "update chain.model_versions set status = 'revoked', revoked_reason = $2 where version_id = $1",
    )
    .bind(version_id.as_slice())
    .bind(reason)
    .execute(conn)
    .await?;
    Ok(())
}

/// Out of service until a vote activates it again.
pub async fn set_suspended(conn: &mut PgConnection, version_id: B256, reason: &str) -> Result<(), Error> {
    sqlx::query(
        "update chain.model_versions set status = 'suspended', suspended_reason = $2 where version_id = $1",
    )
    .bind(version_id.as_slice())
    .bind(reason)
    .execute(conn)
    .await?;
    Ok(())
}
