//! `app.session_keys`: keys that wallets authorised to sign preferences.
use crate::columns;
use alloy_primitives::Address;
use chrono::{DateTime, Utc};
use sqlx::{Error, PgConnection, PgTransaction, Row, postgres::PgRow};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionKey {
    pub session_key: Address,
    pub labeler: Address,
    pub scope: String,
    pub expires_at: DateTime<Utc>,
    /// 65 bytes of the wallet's key, or what its contract takes (ERC-1271).
    pub signature: Vec<u8>,
    /// For a contract wallet: the block at which its `isValidSignature` said yes.
    pub verified_block: Option<u64>,
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
            verified_block: row.try_get::<Option<i64>, _>("verified_block")?.map(i64::cast_unsigned),
            revoked_at: row.try_get("revoked_at")?,
        })
    }
}

/// Store a key, or a later authorisation of the same key by the same wallet. Says whether it is stored: a key of another
/// wallet, or a revoked one, stays as it is.
pub async fn insert(conn: &mut PgConnection, key: &SessionKey) -> Result<bool, Error> {
    let done = sqlx::query(
        "insert into app.session_keys (session_key, labeler, scope, expires_at, signature, verified_block)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (session_key) do update set scope = excluded.scope, expires_at = excluded.expires_at,
             signature = excluded.signature, verified_block = excluded.verified_block
         where session_keys.labeler = excluded.labeler and session_keys.revoked_at is null",
    )
    .bind(key.session_key.as_slice())
    .bind(key.labeler.as_slice())
    .bind(&key.scope)
    .bind(key.expires_at)
    .bind(&key.signature)
    .bind(key.verified_block.map(u64::cast_signed))
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Take a wallet's key back for good; says whether the wallet has it. The first revocation's time stays.
///
/// Waits for answers that are being stored with the key ([`find_for_signing`]), so that none is stored after it.
pub async fn revoke(
    conn: &mut PgConnection,
    session_key: Address,
    labeler: Address,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let done = sqlx::query(
        "update app.session_keys set revoked_at = coalesce(revoked_at, $3)
         where session_key = $1 and labeler = $2",
    )
    .bind(session_key.as_slice())
    .bind(labeler.as_slice())
    .bind(now)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The key, which cannot be revoked or renewed until the transaction ends.
pub async fn find_for_signing(
    tx: &mut PgTransaction<'_>,
    session_key: Address,
) -> Result<Option<SessionKey>, Error> {
    let row = sqlx::query("select * from app.session_keys where session_key = $1 for share")
        .bind(session_key.as_slice())
        .fetch_optional(&mut **tx)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_labels_for_its_wallet_within_its_scope_until_it_expires_or_is_revoked() {
        let at = |s| DateTime::from_timestamp(s, 0).unwrap();
        let wallet = Address::repeat_byte(1);
        let key = SessionKey {
            session_key: Address::repeat_byte(2),
            labeler: wallet,
            scope: "label".into(),
            expires_at: at(100),
            signature: vec![],
            verified_block: None,
            revoked_at: None,
        };
        assert!(key.may_label(wallet, at(99)));
        assert!(!key.may_label(wallet, at(100)));
        assert!(!key.may_label(key.session_key, at(99)));
        assert!(!SessionKey { scope: "vote".into(), ..key.clone() }.may_label(wallet, at(99)));
        assert!(!SessionKey { revoked_at: Some(at(98)), ..key }.may_label(wallet, at(99)));
    }
}
