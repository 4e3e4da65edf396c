//! `app.session_keys`: keys that wallets authorised to sign preferences.
use crate::columns;
use alloy_primitives::Address;
use chrono::{DateTime, Utc};
use sqlx::{Error, PgConnection, Row, postgres::PgRow};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionKey {
    pub session_key: Address,
    pub labeler: Address,
    pub scope: String,
    pub expires_at: DateTime<Utc>,
    /// The wallet's 65 bytes.
    pub signature: Vec<u8>,
    pub revoked_at: Option<DateTime<Utc>>,
}

impl SessionKey {
    /// Whether the key may sign preferences of `labeler` at `now`.
    pub fn may_label(&self, labeler: Address, now: DateTime<Utc>) -> bool {
        self.labeler == labeler
            && self.scope == protocol::eip712::LABEL_SCOPE
            && self.revoked_at.is_none()
            && now < self.expires_at
    }

    fn from_row(row: &PgRow) -> Result<Self, Error> {
        Ok(Self {
            session_key: columns::address(row, "session_key")?,
            labeler: columns::address(row, "labeler")?,
            scope: row.try_get("scope")?,
            expires_at: row.try_get("expires_at")?,
            signature: row.try_get("signature")?,
            revoked_at: row.try_get("revoked_at")?,
        })
    }
}

/// Store a key, or a later authorisation of the same key by the same wallet. Says whether it is stored: a key of another
/// wallet, or a revoked one, stays as it is.
pub async fn insert(conn: &mut PgConnection, key: &SessionKey) -> Result<bool, Error> {
    let done = sqlx::query(
        "insert into app.session_keys (session_key, labeler, scope, expires_at, signature) values ($1, $2, $3, $4, $5)
         on conflict (session_key) do update set scope = excluded.scope, expires_at = excluded.expires_at,
             signature = excluded.signature
         where session_keys.labeler = excluded.labeler and session_keys.revoked_at is null",
    )
    .bind(key.session_key.as_slice())
    .bind(key.labeler.as_slice())
    .bind(&key.scope)
    .bind(key.expires_at)
    .bind(&key.signature)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn find(conn: &mut PgConnection, session_key: Address) -> Result<Option<SessionKey>, Error> {
    let row = sqlx::query("select * from app.session_keys where session_key = $1")
        .bind(session_key.as_slice())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(SessionKey::from_row).transpose()
}

/// A wallet's keys, the latest expiry first.
pub async fn list_by_labeler(conn: &mut PgConnection, labeler: Address) -> Result<Vec<SessionKey>, Error> {
    let rows = sqlx::query("select * from app.session_keys where labeler = $1 order by expires_at desc")
        .bind(labeler.as_slice())
        .fetch_all(conn)
        .await?;
    rows.iter().map(SessionKey::from_row).collect()
}

/// The keys that signed at least one preference of an epoch, ascending by key: the bundle's sessions.
pub async fn list_by_epoch(conn: &mut PgConnection, epoch: u64) -> Result<Vec<SessionKey>, Error> {
    let rows = sqlx::query(
        "select * from app.session_keys k
         where exists (select from app.preferences p where p.epoch = $1 and p.session_key = k.session_key)
         order by session_key",
    )
    .bind(epoch.cast_signed())
    .fetch_all(conn)
    .await?;
    rows.iter().map(SessionKey::from_row).collect()
}
