//! `app.epochs`: the operator's side of a payout period: its secret and whether answers are still taken.
use crate::columns;
use alloy_primitives::B256;
use chrono::{DateTime, Utc};
use protocol::EpochTerms;
use sqlx::{Error, PgConnection, Row, postgres::PgRow, types::Json};

#[derive(Clone, PartialEq, Eq)]
pub struct Epoch {
    pub epoch: u64,
    pub campaign_id: i64,
    /// Known to jobs and the assignment alone until it is revealed on chain.
    pub secret: B256,
    pub terms: EpochTerms,
    pub closed_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// Without the secret, so that it cannot reach a log.
impl std::fmt::Debug for Epoch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Epoch")
            .field("epoch", &self.epoch)
            .field("campaign_id", &self.campaign_id)
            .field("closed_at", &self.closed_at)
            .finish_non_exhaustive()
    }
}

impl Epoch {
    fn from_row(row: &PgRow) -> Result<Self, Error> {
        Ok(Self {
            epoch: columns::unsigned(row, "epoch")?,
            campaign_id: row.try_get("campaign_id")?,
            secret: columns::hash(row, "secret")?,
            terms: columns::json(row, "terms")?,
            closed_at: row.try_get("closed_at")?,
            created_at: row.try_get("created_at")?,
        })
    }
}

/// Store an opened epoch; storing it again is harmless.
pub async fn insert(
    conn: &mut PgConnection,
    epoch: u64,
    campaign_id: i64,
    secret: B256,
    terms: &EpochTerms,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query(
        "insert into app.epochs (epoch, campaign_id, secret, terms, created_at) values ($1, $2, $3, $4, $5)
         on conflict (epoch) do nothing",
    )
    .bind(epoch.cast_signed())
    .bind(campaign_id)
    .bind(secret.as_slice())
    .bind(Json(terms))
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn find(conn: &mut PgConnection, epoch: u64) -> Result<Option<Epoch>, Error> {
    let row = sqlx::query("select * from app.epochs where epoch = $1")
        .bind(epoch.cast_signed())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(Epoch::from_row).transpose()
}

/// As [`find`], and the epoch cannot be closed until the transaction ends. Callers do not wait for each other, only
/// [`close`] waits for them: what they write under this lock is in the bundle.
pub async fn find_unclosable(conn: &mut PgConnection, epoch: u64) -> Result<Option<Epoch>, Error> {
    let row = sqlx::query("select * from app.epochs where epoch = $1 for share")
        .bind(epoch.cast_signed())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(Epoch::from_row).transpose()
}

/// Stop taking answers. Waits for everybody who writes one. Returns when it was closed, now or before; `None` when there
/// is no such epoch.
pub async fn close(
    conn: &mut PgConnection,
    epoch: u64,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, Error> {
    sqlx::query_scalar(
        "update app.epochs set closed_at = coalesce(closed_at, $2) where epoch = $1 returning closed_at",
    )
    .bind(epoch.cast_signed())
    .bind(now)
    .fetch_optional(conn)
    .await
}

/// Open epochs that take answers for longer, by the clock of the indexed chain, than `labeled_s` seconds when somebody
/// answered, or `empty_s` when nobody did.
pub async fn open_longer_than(
    conn: &mut PgConnection,
    labeled_s: u64,
    empty_s: u64,
) -> Result<Vec<u64>, Error> {
    let epochs: Vec<i64> = sqlx::query_scalar(
        "select a.epoch from app.epochs a join chain.epochs c using (epoch)
         where a.closed_at is null and c.status = 'open'
             and c.opened_at + interval '1 second' * case
                 when exists (select from app.preferences p where p.epoch = a.epoch) then $1 else $2 end
                 <= (select mined_at from chain.blocks order by number desc limit 1)
         order by a.epoch",
    )
    .bind(labeled_s.cast_signed())
    .bind(empty_s.cast_signed())
    .fetch_all(conn)
    .await?;
    Ok(epochs.into_iter().map(i64::cast_unsigned).collect())
}

/// The epoch of a campaign that takes answers, the latest if there are several.
pub async fn find_open_by_campaign(conn: &mut PgConnection, campaign_id: i64) -> Result<Option<u64>, Error> {
    let epoch: Option<i64> =
        sqlx::query_scalar("select max(epoch) from app.epochs where campaign_id = $1 and closed_at is null")
            .bind(campaign_id)
            .fetch_one(conn)
            .await?;
    Ok(epoch.map(i64::cast_unsigned))
}

/// Which campaign each epoch belongs to, ascending.
pub async fn list(conn: &mut PgConnection) -> Result<Vec<Epoch>, Error> {
    let rows = sqlx::query("select * from app.epochs order by epoch").fetch_all(conn).await?;
    rows.iter().map(Epoch::from_row).collect()
}

/// How many epochs a campaign has had.
pub async fn count_by_campaign(conn: &mut PgConnection, campaign_id: i64) -> Result<u64, Error> {
    let n: i64 = sqlx::query_scalar("select count(*) from app.epochs where campaign_id = $1")
        .bind(campaign_id)
        .fetch_one(conn)
        .await?;
    Ok(n.cast_unsigned())
}

/// Epochs that take no more answers, whose payouts are not decided, and that have no job of this kind; the key of such a
/// job is the epoch.
pub async fn closed_without(conn: &mut PgConnection, kind: &str) -> Result<Vec<u64>, Error> {
    let epochs: Vec<i64> = sqlx::query_scalar(
        "select epoch from app.epochs a where closed_at is not null
             and not exists (select from chain.epochs c where c.epoch = a.epoch and c.status in ('accepted', 'voided'))
             and not exists (select from app.jobs j where j.kind = $1 and j.key = a.epoch::text)
         order by epoch",
    )
    .bind(kind)
    .fetch_all(conn)
    .await?;
    Ok(epochs.into_iter().map(i64::cast_unsigned).collect())
}
