//! `chain.epochs`: the payout periods as the contract sees them.
use crate::columns;
use alloy_primitives::{Address, B256};
use chrono::{DateTime, Utc};
use protocol::{Epoch as EpochNumber, EpochTerms};
use sqlx::{Error, PgConnection, Row, postgres::PgRow, types::Json};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Open,
    Committed,
    Revealed,
    Proposed,
    Accepted,
    Voided,
}

impl Status {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Committed => "committed",
            Self::Revealed => "revealed",
            Self::Proposed => "proposed",
            Self::Accepted => "accepted",
            Self::Voided => "voided",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Open, Self::Committed, Self::Revealed, Self::Proposed, Self::Accepted, Self::Voided]
            .into_iter()
            .find(|status| status.as_str() == text)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Epoch {
    pub epoch: EpochNumber,
    pub status: Status,
    /// Opened the epoch and signs its receipts.
    pub operator: Address,
    pub terms: EpochTerms,
    pub labels_root: Option<B256>,
    /// Blocks of the labels tree.
    pub block_count: Option<u32>,
    pub bundle_hash: Option<B256>,
    /// Hash of the first block after `commit_block`, once recorded.
    pub block_hash: Option<B256>,
    pub secret: Option<B256>,
    /// Zero when the secret was never revealed.
    pub seed: Option<B256>,
    pub opened_at: DateTime<Utc>,
    pub committed_at: Option<DateTime<Utc>>,
    pub commit_block: Option<u64>,
    pub revealed_at: Option<DateTime<Utc>>,
    /// Whose demand freezes the epoch.
    pub challenger: Option<Address>,
}

impl Epoch {
    fn from_row(row: &PgRow) -> Result<Self, Error> {
        let status: &str = row.try_get("status")?;
        let status = Status::parse(status).ok_or_else(|| Error::ColumnDecode {
            index: "status".into(),
            source: format!("unknown status {status}").into(),
        })?;
        let unsigned = |column| row.try_get::<Option<i64>, _>(column).map(|v| v.map(i64::cast_unsigned));
        Ok(Self {
            epoch: EpochNumber(columns::unsigned(row, "epoch")?),
            status,
            operator: columns::address(row, "operator")?,
            terms: columns::json(row, "terms")?,
            labels_root: columns::opt_hash(row, "labels_root")?,
            block_count: unsigned("block_count")?.and_then(|count| u32::try_from(count).ok()),
            bundle_hash: columns::opt_hash(row, "bundle_hash")?,
            block_hash: columns::opt_hash(row, "block_hash")?,
            secret: columns::opt_hash(row, "secret")?,
            seed: columns::opt_hash(row, "seed")?,
            opened_at: row.try_get("opened_at")?,
            committed_at: row.try_get("committed_at")?,
            commit_block: unsigned("commit_block")?,
            revealed_at: row.try_get("revealed_at")?,
            challenger: columns::opt_address(row, "challenger")?,
        })
    }
}

pub async fn find(conn: &mut PgConnection, epoch: EpochNumber) -> Result<Option<Epoch>, Error> {
    let row = sqlx::query("select * from chain.epochs where epoch = $1")
        .bind(epoch.0.cast_signed())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(Epoch::from_row).transpose()
}

/// All epochs, newest first.
pub async fn list(conn: &mut PgConnection) -> Result<Vec<Epoch>, Error> {
    let rows = sqlx::query("select * from chain.epochs order by epoch desc").fetch_all(conn).await?;
    rows.iter().map(Epoch::from_row).collect()
}

pub async fn insert(
    conn: &mut PgConnection,
    epoch: EpochNumber,
    operator: Address,
    terms: &EpochTerms,
    opened_at: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query(
        "insert into chain.epochs (epoch, status, operator, terms, opened_at) values ($1, 'open', $2, $3, $4)",
    )
    .bind(epoch.0.cast_signed())
    .bind(operator.as_slice())
    .bind(Json(terms))
    .bind(opened_at)
    .execute(conn)
    .await?;
    Ok(())
}

/// What `LabelsCommitted` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Commitment {
    pub labels_root: B256,
    pub block_count: u32,
    pub bundle_hash: B256,
}

pub async fn set_committed(
    conn: &mut PgConnection,
    epoch: EpochNumber,
    commitment: &Commitment,
    block_number: u64,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query(
        "update chain.epochs set status = 'committed', labels_root = $2, block_count = $3, bundle_hash = $4,
                                 commit_block = $5, committed_at = $6
         where epoch = $1",
    )
    .bind(epoch.0.cast_signed())
    .bind(commitment.labels_root.as_slice())
    .bind(i64::from(commitment.block_count))
    .bind(commitment.bundle_hash.as_slice())
    .bind(block_number.cast_signed())
    .bind(at)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn set_block_hash(conn: &mut PgConnection, epoch: EpochNumber, hash: B256) -> Result<(), Error> {
    sqlx::query("update chain.epochs set block_hash = $2 where epoch = $1")
        .bind(epoch.0.cast_signed())
        .bind(hash.as_slice())
        .execute(conn)
        .await?;
    Ok(())
}

/// `secret` is `None` and `seed` zero when the reveal was missed.
pub async fn set_revealed(
    conn: &mut PgConnection,
    epoch: EpochNumber,
    secret: Option<B256>,
    seed: B256,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query(
        "update chain.epochs set status = 'revealed', secret = $2, seed = $3, revealed_at = $4 where epoch = $1",
    )
    .bind(epoch.0.cast_signed())
    .bind(secret.map(|secret| secret.to_vec()))
    .bind(seed.as_slice())
    .bind(at)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn set_status(conn: &mut PgConnection, epoch: EpochNumber, status: Status) -> Result<(), Error> {
    sqlx::query("update chain.epochs set status = $2 where epoch = $1")
        .bind(epoch.0.cast_signed())
        .bind(status.as_str())
        .execute(conn)
        .await?;
    Ok(())
}

/// The demand that freezes an epoch, or that none does.
pub async fn set_challenger(
    conn: &mut PgConnection,
    epoch: EpochNumber,
    challenger: Option<Address>,
) -> Result<(), Error> {
    sqlx::query("update chain.epochs set challenger = $2 where epoch = $1")
        .bind(epoch.0.cast_signed())
        .bind(challenger.map(|challenger| challenger.to_vec()))
        .execute(conn)
        .await?;
    Ok(())
}
