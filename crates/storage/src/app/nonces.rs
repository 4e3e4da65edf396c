//! `app.nonces`: numbers for sign-in messages, used once.
use chrono::{DateTime, Utc};
use sqlx::{Error, PgConnection};

/// Store a fresh nonce unless `max_waiting` unexpired ones are stored; says whether it was stored. Expired ones go.
pub async fn insert(
    conn: &mut PgConnection,
    nonce: &str,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
    max_waiting: u32,
) -> Result<bool, Error> {
    sqlx::query("delete from app.nonces where expires_at <= $1").bind(now).execute(&mut *conn).await?;
    let done = sqlx::query(
        "insert into app.nonces (nonce, expires_at) select $1, $2 where (select count(*) from app.nonces) < $3",
    )
    .bind(nonce)
    .bind(expires_at)
    .bind(i64::from(max_waiting))
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Remove a nonce; says whether it was there and had not expired. Of many callers with one nonce, one gets `true`.
pub async fn take(conn: &mut PgConnection, nonce: &str, now: DateTime<Utc>) -> Result<bool, Error> {
    let expires_at: Option<DateTime<Utc>> =
        sqlx::query_scalar("delete from app.nonces where nonce = $1 returning expires_at")
            .bind(nonce)
            .fetch_optional(conn)
            .await?;
    Ok(expires_at.is_some_and(|at| at > now))
}
