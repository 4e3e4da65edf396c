//! `chain.datasets`: registered data.
use crate::columns;
use alloy_primitives::{Address, B256};
use chrono::{DateTime, Utc};
use sqlx::{Error, PgConnection, Row, postgres::PgRow};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    pub dataset_hash: B256,
    pub contributor: Address,
    /// Root of the positional tree over its samples.
    pub sample_root: B256,
    pub sample_count: u64,
    /// SPDX expression.
    pub licence: String,
    pub uri: String,
    /// New versions must not cite it.
    pub consent_withdrawn: bool,
    pub registered_at: DateTime<Utc>,
}

impl Dataset {
    fn from_row(row: &PgRow) -> Result<Self, Error> {
        Ok(Self {
            dataset_hash: columns::hash(row, "dataset_hash")?,
            contributor: columns::address(row, "contributor")?,
            sample_root: columns::hash(row, "sample_root")?,
            sample_count: columns::unsigned(row, "sample_count")?,
            licence: row.try_get("licence")?,
            uri: row.try_get("uri")?,
            consent_withdrawn: row.try_get("consent_withdrawn")?,
            registered_at: row.try_get("registered_at")?,
        })
    }
}

pub async fn find(conn: &mut PgConnection, dataset_hash: B256) -> Result<Option<Dataset>, Error> {
    let row = sqlx::query("select * from chain.datasets where dataset_hash = $1")
        .bind(dataset_hash.as_slice())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(Dataset::from_row).transpose()
}

/// All datasets, newest first.
pub async fn list(conn: &mut PgConnection) -> Result<Vec<Dataset>, Error> {
    let rows = sqlx::query("select * from chain.datasets order by registered_at desc, dataset_hash")
        .fetch_all(conn)
        .await?;
    rows.iter().map(Dataset::from_row).collect()
}

pub async fn insert(conn: &mut PgConnection, dataset: &Dataset) -> Result<(), Error> {
    sqlx::query(
        "insert into chain.datasets (dataset_hash, contributor, sample_root, sample_count, licence, uri,
                                     consent_withdrawn, registered_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(dataset.dataset_hash.as_slice())
    .bind(dataset.contributor.as_slice())
    .bind(dataset.sample_root.as_slice())
    .bind(dataset.sample_count.cast_signed())
    .bind(&dataset.licence)
    .bind(&dataset.uri)
    .bind(dataset.consent_withdrawn)
    .bind(dataset.registered_at)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn set_consent_withdrawn(conn: &mut PgConnection, dataset_hash: B256) -> Result<(), Error> {
    sqlx::query("update chain.datasets set consent_withdrawn = true where dataset_hash = $1")
        .bind(dataset_hash.as_slice())
        .execute(conn)
        .await?;
    Ok(())
}
