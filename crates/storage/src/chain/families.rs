//! `chain.families`: model families and which version of each is active.
use crate::columns;
use alloy_primitives::B256;
use sqlx::{Error, PgConnection, Row, postgres::PgRow};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    pub family_id: B256,
    pub name: String,
    pub active_version: Option<B256>,
}

impl Family {
    fn from_row(row: &PgRow) -> Result<Self, Error> {
        Ok(Self {
            family_id: columns::hash(row, "family_id")?,
            name: row.try_get("name")?,
            active_version: columns::opt_hash(row, "active_version")?,
        })
    }
}

pub async fn find(conn: &mut PgConnection, family_id: B256) -> Result<Option<Family>, Error> {
    let row = sqlx::query("select * from chain.families where family_id = $1")
        .bind(family_id.as_slice())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(Family::from_row).transpose()
}

/// All families by name.
pub async fn list(conn: &mut PgConnection) -> Result<Vec<Family>, Error> {
    let rows = sqlx::query("select * from chain.families order by name").fetch_all(conn).await?;
    rows.iter().map(Family::from_row).collect()
}

pub async fn insert(conn: &mut PgConnection, family_id: B256, name: &str) -> Result<(), Error> {
    sqlx::query("insert into chain.families (family_id, name) values ($1, $2)")
        .bind(family_id.as_slice())
        .bind(name)
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn set_active(
    conn: &mut PgConnection,
    family_id: B256,
    version_id: Option<B256>,
) -> Result<(), Error> {
    sqlx::query("update chain.families set active_version = $2 where family_id = $1")
        .bind(family_id.as_slice())
        .bind(version_id.map(|version| version.to_vec()))
        .execute(conn)
        .await?;
    Ok(())
}
