//! `app.preferences`: signed answers, with the operator's receipts.
use super::{slots::Slot, tasks::to_choice};
use crate::columns;
use alloy_primitives::{Address, B256};
use chrono::{DateTime, Utc};
use protocol::Choice;
use sqlx::{Error, PgConnection, Row, postgres::PgRow};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preference {
    pub epoch: u64,
    pub block: u32,
    pub seat: u32,
    pub slot: u16,
    pub labeler: Address,
    pub task_id: B256,
    pub choice: Choice,
    pub session_key: Address,
    /// The session key's 65 bytes.
    pub signature: Vec<u8>,
    /// The operator's 65 bytes over `Receipt(preferenceHash, receivedAt)`.
    pub receipt: Vec<u8>,
    /// Whole seconds, as signed in the receipt.
    pub received_at: DateTime<Utc>,
}

impl Preference {
    fn from_row(row: &PgRow) -> Result<Self, Error> {
        Ok(Self {
            epoch: columns::unsigned(row, "epoch")?,
            block: columns::unsigned4(row, "block")?,
            seat: u32::from(columns::unsigned2::<u16>(row, "seat")?),
            slot: columns::unsigned2(row, "slot")?,
            labeler: columns::address(row, "labeler")?,
            task_id: columns::hash(row, "task_id")?,
            choice: to_choice(row.try_get("choice")?)?,
            session_key: columns::address(row, "session_key")?,
            signature: row.try_get("signature")?,
            receipt: row.try_get("receipt")?,
            received_at: row.try_get("received_at")?,
        })
    }
}

/// Store an answer; says whether the slot was unanswered. An answered slot keeps its first answer.
pub async fn insert(conn: &mut PgConnection, preference: &Preference) -> Result<bool, Error> {
    let done = sqlx::query(
        "insert into app.preferences
             (epoch, block, seat, slot, labeler, task_id, choice, session_key, signature, receipt, received_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (epoch, block, seat, slot) do nothing",
    )
    .bind(preference.epoch.cast_signed())
    .bind(preference.block.cast_signed())
    .bind(i16::try_from(preference.seat).map_err(|e| Error::Encode(e.into()))?)
    .bind(preference.slot.cast_signed())
    .bind(preference.labeler.as_slice())
    .bind(preference.task_id.as_slice())
    .bind(i16::from(u8::from(preference.choice)))
    .bind(preference.session_key.as_slice())
    .bind(&preference.signature)
    .bind(&preference.receipt)
    .bind(preference.received_at)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The answer to one slot of the labeler's seat.
pub async fn find(conn: &mut PgConnection, slot: &Slot) -> Result<Option<Preference>, Error> {
    let row = sqlx::query(
        "select * from app.preferences where epoch = $1 and block = $2 and seat = $3 and slot = $4 and labeler = $5",
    )
    .bind(slot.epoch.cast_signed())
    .bind(slot.block.cast_signed())
    .bind(i64::from(slot.seat))
    .bind(slot.slot.cast_signed())
    .bind(slot.labeler.as_slice())
    .fetch_optional(conn)
    .await?;
    row.as_ref().map(Preference::from_row).transpose()
}

/// All answers of an epoch, ascending by (block, seat, slot): as the bundle lists them.
pub async fn list_by_epoch(conn: &mut PgConnection, epoch: u64) -> Result<Vec<Preference>, Error> {
    let rows = sqlx::query("select * from app.preferences where epoch = $1 order by block, seat, slot")
        .bind(epoch.cast_signed())
        .fetch_all(conn)
        .await?;
    rows.iter().map(Preference::from_row).collect()
}

pub async fn count(conn: &mut PgConnection, epoch: u64) -> Result<u64, Error> {
    let n: i64 = sqlx::query_scalar("select count(*) from app.preferences where epoch = $1")
        .bind(epoch.cast_signed())
        .fetch_one(conn)
        .await?;
    Ok(n.cast_unsigned())
}
