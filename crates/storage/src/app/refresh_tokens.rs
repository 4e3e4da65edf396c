//! `app.refresh_tokens`: hashes of the tokens in people's cookies. A token is used once and replaced by the next of its
//! family; a family starts at sign-in.
use crate::columns;
use alloy_primitives::{Address, B256};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{Error, PgConnection, Row};
use uuid::Uuid;

/// Store the hash of a new token.
pub async fn insert(
    conn: &mut PgConnection,
    token_hash: B256,
    family: Uuid,
    account: Address,
    expires_at: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query(
        "insert into app.refresh_tokens (token_hash, family, account, expires_at) values ($1, $2, $3, $4)",
    )
    .bind(token_hash.as_slice())
    .bind(family)
    .bind(account.as_slice())
    .bind(expires_at)
    .execute(conn)
    .await?;
    Ok(())
}

/// What presenting a token means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Good; it is used up now.
    Accepted { family: Uuid, account: Address },
    /// It was used before, more than the grace ago: somebody holds a copy.
    Reused { family: Uuid },
    /// Never issued, expired or revoked.
    Unknown,
}

/// Use a token. Two tabs may present the same one within `grace` of its first use.
pub async fn take(
    conn: &mut PgConnection,
    token_hash: B256,
    now: DateTime<Utc>,
    grace: TimeDelta,
) -> Result<Use, Error> {
    let row = sqlx::query(
        "update app.refresh_tokens set used_at = coalesce(used_at, $2) where token_hash = $1 and expires_at > $2
         returning family, account, used_at",
    )
    .bind(token_hash.as_slice())
    .bind(now)
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(Use::Unknown) };
    let family = row.try_get("family")?;
    let used_at: DateTime<Utc> = row.try_get("used_at")?;
    if now - used_at > grace {
        return Ok(Use::Reused { family });
    }
    Ok(Use::Accepted { family, account: columns::address(&row, "account")? })
}

/// Revoke every token of a family.
pub async fn delete_family(conn: &mut PgConnection, family: Uuid) -> Result<(), Error> {
    sqlx::query("delete from app.refresh_tokens where family = $1").bind(family).execute(conn).await?;
    Ok(())
}

/// Remove what has expired.
pub async fn delete_expired(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query("delete from app.refresh_tokens where expires_at <= $1").bind(now).execute(conn).await?;
    Ok(())
}
