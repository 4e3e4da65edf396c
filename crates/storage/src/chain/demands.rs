//! `chain.demands`: who wanted to see a leaf whose data was not published, and what came of it.
use super::Position;
use crate::columns;
use alloy_primitives::Address;
use chrono::{DateTime, Utc};
use protocol::Epoch;
use sqlx::{Error, PgConnection, Row, postgres::PgRow};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    pub epoch: Epoch,
    pub challenger: Address,
    /// `labels`, `payouts` or `gold`.
    pub tree: String,
    /// Index in the tree.
    pub index: u32,
    /// After it, whoever should have answered can be disproved.
    pub answer_by: DateTime<Utc>,
    /// `open`, `answered` or `closed`.
    pub status: String,
    pub responder: Option<Address>,
    pub position: Position,
    pub demanded_at: DateTime<Utc>,
}

impl Demand {
    fn from_row(row: &PgRow) -> Result<Self, Error> {
        Ok(Self {
            epoch: Epoch(columns::unsigned(row, "epoch")?),
            challenger: columns::address(row, "challenger")?,
            tree: row.try_get("tree")?,
            index: columns::unsigned(row, "position")?,
            answer_by: row.try_get("answer_by")?,
            status: row.try_get("status")?,
            responder: columns::opt_address(row, "responder")?,
            position: Position {
                block_number: columns::unsigned(row, "block_number")?,
                log_index: columns::unsigned4(row, "log_index")?,
            },
            demanded_at: row.try_get("demanded_at")?,
        })
    }
}

/// All demands of an epoch, newest first.
pub async fn list_by_epoch(conn: &mut PgConnection, epoch: Epoch) -> Result<Vec<Demand>, Error> {
    let rows = sqlx::query(
        "select * from chain.demands where epoch = $1 order by block_number desc, log_index desc",
    )
    .bind(epoch.0.cast_signed())
    .fetch_all(conn)
    .await?;
    rows.iter().map(Demand::from_row).collect()
}

/// Demands that an account made or answered, newest first.
pub async fn list_by_account(conn: &mut PgConnection, account: Address) -> Result<Vec<Demand>, Error> {
    let rows = sqlx::query(
        "select * from chain.demands where challenger = $1 or responder = $1
         order by block_number desc, log_index desc",
    )
    .bind(account.as_slice())
    .fetch_all(conn)
    .await?;
    rows.iter().map(Demand::from_row).collect()
}

/// What `OpeningDemanded` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDemand {
    pub challenger: Address,
    pub tree: &'static str,
    pub index: u32,
    pub answer_by: DateTime<Utc>,
}

pub async fn insert(
    conn: &mut PgConnection,
    epoch: Epoch,
    demand: &NewDemand,
    position: Position,
    demanded_at: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query(
        "insert into chain.demands (epoch, challenger, tree, position, answer_by, status, block_number, log_index,
                                    demanded_at)
         values ($1, $2, $3, $4, $5, 'open', $6, $7, $8)",
    )
    .bind(epoch.0.cast_signed())
    .bind(demand.challenger.as_slice())
    .bind(demand.tree)
    .bind(i64::from(demand.index))
    .bind(demand.answer_by)
    .bind(position.block_number.cast_signed())
    .bind(position.log_index.cast_signed())
    .bind(demanded_at)
    .execute(conn)
    .await?;
    Ok(())
}

/// Somebody showed the leaf.
pub async fn set_answered(conn: &mut PgConnection, epoch: Epoch, responder: Address) -> Result<(), Error> {
    sqlx::query(
        "update chain.demands set status = 'answered', responder = $2 where epoch = $1 and status = 'open'",
    )
    .bind(epoch.0.cast_signed())
    .bind(responder.as_slice())
    .execute(conn)
    .await?;
    Ok(())
}

/// Nobody has to answer any more.
pub async fn close(conn: &mut PgConnection, epoch: Epoch) -> Result<(), Error> {
    sqlx::query("update chain.demands set status = 'closed' where epoch = $1 and status = 'open'")
        .bind(epoch.0.cast_signed())
        .execute(conn)
        .await?;
    Ok(())
}
