//! `app.secrets`: operator secrets and the gold that belongs to them, stored before their hashes go on chain, so that no
//! crash can lose them.
use crate::columns;
use alloy_primitives::B256;
use chrono::{DateTime, Utc};
use protocol::labels::GoldSeat;
use sqlx::{Error, PgConnection, types::Json};

/// What the operator commits to when it opens an epoch.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    pub secret: B256,
    /// Gold of every seat that can be given out, ascending by (block, seat).
    pub gold: Vec<GoldSeat>,
}

/// Without its content, so that it cannot reach a log.
impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secret").finish_non_exhaustive()
    }
}

/// Keep a secret.
pub async fn insert(
    conn: &mut PgConnection,
    secret_hash: B256,
    secret: &Secret,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query("insert into app.secrets (secret_hash, secret, gold, created_at) values ($1, $2, $3, $4)")
        .bind(secret_hash.as_slice())
        .bind(secret.secret.as_slice())
        .bind(Json(&secret.gold))
        .bind(now)
        .execute(conn)
        .await?;
    Ok(())
}

/// The secret with this hash.
pub async fn find(conn: &mut PgConnection, secret_hash: B256) -> Result<Option<Secret>, Error> {
    let row = sqlx::query("select secret, gold from app.secrets where secret_hash = $1")
        .bind(secret_hash.as_slice())
        .fetch_optional(conn)
        .await?;
    row.as_ref()
        .map(|row| Ok(Secret { secret: columns::hash(row, "secret")?, gold: columns::json(row, "gold")? }))
        .transpose()
}
