//! `app.secrets`: operator secrets, stored before their hash goes on chain, so that no crash can lose one.
use crate::columns;
use alloy_primitives::B256;
use chrono::{DateTime, Utc};
use sqlx::{Error, PgConnection};

/// Keep a secret.
pub async fn insert(
    conn: &mut PgConnection,
    secret_hash: B256,
    secret: B256,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query("insert into app.secrets (secret_hash, secret, created_at) values ($1, $2, $3)")
        .bind(secret_hash.as_slice())
        .bind(secret.as_slice())
        .bind(now)
        .execute(conn)
        .await?;
    Ok(())
}

/// The secret with this hash.
pub async fn find(conn: &mut PgConnection, secret_hash: B256) -> Result<Option<B256>, Error> {
    let row = sqlx::query("select secret from app.secrets where secret_hash = $1")
        .bind(secret_hash.as_slice())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(|row| columns::hash(row, "secret")).transpose()
}
