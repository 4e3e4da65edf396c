//! `app.slots`: the queue of a seat, and which of its tasks are lent out or answered.
use super::seats::Seat;
use crate::columns;
use alloy_primitives::{Address, B256};
use chrono::{DateTime, Utc};
use sqlx::{Error, PgConnection, Row};
use uuid::Uuid;

/// A slot, and whom a caller takes for its labeler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    pub epoch: u64,
    pub block: u32,
    /// Any number: what somebody claims need not exist.
    pub seat: u32,
    pub slot: u16,
    pub labeler: Address,
}

/// A task in the labeler's hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    pub lease_id: Uuid,
    pub leased_until: DateTime<Utc>,
    pub slot: u16,
    pub task_id: B256,
    pub prompt: String,
    pub completion_a: String,
    pub completion_b: String,
}

/// Fill a seat: `task_ids[s]` is shown in slot s, as number `display_order[s]` of the queue.
pub async fn insert_all(
    conn: &mut PgConnection,
    seat: &Seat,
    task_ids: &[B256],
    display_order: &[u16],
) -> Result<(), Error> {
    let tasks: Vec<&[u8]> = task_ids.iter().map(B256::as_slice).collect();
    let order: Vec<i16> = display_order.iter().map(|n| n.cast_signed()).collect();
    sqlx::query(
        "insert into app.slots (epoch, block, seat, slot, task_id, display_order)
         select $1, $2, $3, n - 1, task_id, display_order
         from unnest($4::bytea[], $5::smallint[]) with ordinality as given (task_id, display_order, n)",
    )
    .bind(seat.epoch.cast_signed())
    .bind(seat.block.cast_signed())
    .bind(i16::try_from(seat.seat).map_err(|e| Error::Encode(e.into()))?)
    .bind(tasks)
    .bind(order)
    .execute(conn)
    .await?;
    Ok(())
}

/// Lend the next `count` unanswered tasks of a seat, in display order. A task that is still lent keeps its lease id and
/// gets more time: the seat has one holder, so the lease is the holder's own.
pub async fn lease(
    conn: &mut PgConnection,
    seat: &Seat,
    count: u16,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Lease>, Error> {
    let rows = sqlx::query(
        "with next as (
             select slot from app.slots
             where epoch = $1 and block = $2 and seat = $3 and answered_at is null
             order by display_order limit $4 for update
         ), lent as (
             update app.slots l set leased_until = $6,
                 lease_id = case when l.leased_until > $5 then l.lease_id else gen_random_uuid() end
             from next where l.epoch = $1 and l.block = $2 and l.seat = $3 and l.slot = next.slot
             returning l.*
         )
         select lent.lease_id, lent.leased_until, lent.slot, lent.task_id, t.prompt, t.completion_a, t.completion_b
         from lent join app.tasks t using (task_id) order by lent.display_order",
    )
    .bind(seat.epoch.cast_signed())
    .bind(seat.block.cast_signed())
    .bind(i16::try_from(seat.seat).map_err(|e| Error::Encode(e.into()))?)
    .bind(i64::from(count))
    .bind(now)
    .bind(until)
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Lease {
                lease_id: row.try_get("lease_id")?,
                leased_until: row.try_get("leased_until")?,
                slot: columns::unsigned2(row, "slot")?,
                task_id: columns::hash(row, "task_id")?,
                prompt: row.try_get("prompt")?,
                completion_a: row.try_get("completion_a")?,
                completion_b: row.try_get("completion_b")?,
            })
        })
        .collect()
}

/// `(answered, all)` slots of a seat.
pub async fn progress(conn: &mut PgConnection, seat: &Seat) -> Result<(u64, u64), Error> {
    let (answered, total): (i64, i64) = sqlx::query_as(
        "select count(answered_at), count(*) from app.slots where epoch = $1 and block = $2 and seat = $3",
    )
    .bind(seat.epoch.cast_signed())
    .bind(seat.block.cast_signed())
    .bind(i16::try_from(seat.seat).map_err(|e| Error::Encode(e.into()))?)
    .fetch_one(conn)
    .await?;
    Ok((answered.cast_unsigned(), total.cast_unsigned()))
}

/// The task in a labeler's slot; `None` when the labeler has no such slot.
pub async fn find_task(conn: &mut PgConnection, slot: &Slot) -> Result<Option<B256>, Error> {
    let row = sqlx::query(
        "select l.task_id from app.slots l join app.seats s using (epoch, block, seat)
         where l.epoch = $1 and l.block = $2 and l.seat = $3 and l.slot = $4 and s.labeler = $5",
    )
    .bind(slot.epoch.cast_signed())
    .bind(slot.block.cast_signed())
    .bind(i64::from(slot.seat))
    .bind(slot.slot.cast_signed())
    .bind(slot.labeler.as_slice())
    .fetch_optional(conn)
    .await?;
    row.as_ref().map(|row| columns::hash(row, "task_id")).transpose()
}

/// Take a slot out of the labeler's queue.
pub async fn mark_answered(conn: &mut PgConnection, slot: &Slot, now: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query(
        "update app.slots set answered_at = $5, leased_until = null, lease_id = null
         where epoch = $1 and block = $2 and seat = $3 and slot = $4",
    )
    .bind(slot.epoch.cast_signed())
    .bind(slot.block.cast_signed())
    .bind(i64::from(slot.seat))
    .bind(slot.slot.cast_signed())
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}
