//! `app.seats`: who labels in which block of an epoch.
use crate::columns;
use alloy_primitives::Address;
use chrono::{DateTime, Utc};
use sqlx::{Error, PgConnection, postgres::PgRow};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seat {
    pub epoch: u64,
    pub block: u32,
    /// Number in the block, below 32.
    pub seat: u32,
    pub labeler: Address,
}

impl Seat {
    fn from_row(row: &PgRow) -> Result<Self, Error> {
        Ok(Self {
            epoch: columns::unsigned(row, "epoch")?,
            block: columns::unsigned4(row, "block")?,
            seat: u32::from(columns::unsigned2::<u16>(row, "seat")?),
            labeler: columns::address(row, "labeler")?,
        })
    }
}

/// The seat that a labeler holds in an epoch.
pub async fn find_by_labeler(
    conn: &mut PgConnection,
    epoch: u64,
    labeler: Address,
) -> Result<Option<Seat>, Error> {
    let row = sqlx::query("select * from app.seats where epoch = $1 and labeler = $2")
        .bind(epoch.cast_signed())
        .bind(labeler.as_slice())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(Seat::from_row).transpose()
}

/// One labeler at a time takes a seat in an epoch, until the transaction ends.
pub async fn lock(conn: &mut PgConnection, epoch: u64) -> Result<(), Error> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('app.seats', $1))")
        .bind(epoch.cast_signed())
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn count(conn: &mut PgConnection, epoch: u64) -> Result<u64, Error> {
    let n: i64 = sqlx::query_scalar("select count(*) from app.seats where epoch = $1")
        .bind(epoch.cast_signed())
        .fetch_one(conn)
        .await?;
    Ok(n.cast_unsigned())
}

pub async fn insert(conn: &mut PgConnection, seat: &Seat, now: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query("insert into app.seats (epoch, block, seat, labeler, taken_at) values ($1, $2, $3, $4, $5)")
        .bind(seat.epoch.cast_signed())
        .bind(seat.block.cast_signed())
        .bind(i16::try_from(seat.seat).map_err(|e| Error::Encode(e.into()))?)
        .bind(seat.labeler.as_slice())
        .bind(now)
        .execute(conn)
        .await?;
    Ok(())
}

/// The seats of an epoch with the tasks of their slots, ascending by (block, seat): as the bundle lists them.
pub async fn list_with_tasks(
    conn: &mut PgConnection,
    epoch: u64,
) -> Result<Vec<protocol::labels::Seat>, Error> {
    let rows = sqlx::query(
        "select s.epoch, s.block, s.seat, s.labeler, array_agg(l.task_id::bytea order by l.slot) as task_ids
         from app.seats s join app.slots l using (epoch, block, seat)
         where s.epoch = $1 group by s.epoch, s.block, s.seat, s.labeler order by s.block, s.seat",
    )
    .bind(epoch.cast_signed())
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            let seat = Seat::from_row(row)?;
            Ok(protocol::labels::Seat {
                block: seat.block,
                seat: seat.seat,
                labeler: seat.labeler,
                task_ids: columns::hashes(row, "task_ids")?,
            })
        })
        .collect()
}
