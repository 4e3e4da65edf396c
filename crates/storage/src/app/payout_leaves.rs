//! `app.payout_leaves`: the payouts tree of an epoch, in leaf order.
use crate::columns;
use protocol::rewards::{PayoutLeaf, RawPay};
use sqlx::{Error, PgConnection, postgres::PgRow};

/// Replace the leaves of an epoch; accounts ascend.
pub async fn replace(conn: &mut PgConnection, epoch: u64, leaves: &[PayoutLeaf]) -> Result<(), Error> {
    sqlx::query("delete from app.payout_leaves where epoch = $1")
        .bind(epoch.cast_signed())
        .execute(&mut *conn)
        .await?;
    let accounts: Vec<&[u8]> = leaves.iter().map(|leaf| leaf.account.as_slice()).collect();
    let cumulative: Vec<String> = leaves.iter().map(|leaf| leaf.cumulative.to_string()).collect();
    let running: Vec<String> = leaves.iter().map(|leaf| leaf.running_total.to_string()).collect();
    let positions: Vec<i64> = leaves.iter().map(|leaf| leaf.raw_pay.position.into()).collect();
    let raw: Vec<String> = leaves.iter().map(|leaf| leaf.raw_pay.raw.to_string()).collect();
    let running_raw: Vec<String> = leaves.iter().map(|leaf| leaf.raw_pay.running_raw.to_string()).collect();
    sqlx::query(
        "insert into app.payout_leaves
             (epoch, position, account, cumulative, running_total, label_position, raw, running_raw)
         select $1, n - 1, account, cumulative::numeric, running_total::numeric, label_position, raw::numeric,
             running_raw::numeric
         from unnest($2::bytea[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[])
             with ordinality as given (account, cumulative, running_total, label_position, raw, running_raw, n)",
    )
    .bind(epoch.cast_signed())
    .bind(accounts)
    .bind(cumulative)
    .bind(running)
    .bind(positions)
    .bind(raw)
    .bind(running_raw)
    .execute(conn)
    .await?;
    Ok(())
}

/// All leaves of an epoch in their order; empty when nothing was computed for it.
pub async fn list(conn: &mut PgConnection, epoch: u64) -> Result<Vec<PayoutLeaf>, Error> {
    let rows = sqlx::query(
        "select account, cumulative::text as cumulative, running_total::text as running_total, label_position,
             raw::text as raw, running_raw::text as running_raw
         from app.payout_leaves where epoch = $1 order by position",
    )
    .bind(epoch.cast_signed())
    .fetch_all(conn)
    .await?;
    rows.iter().map(from_row).collect()
}

fn from_row(row: &PgRow) -> Result<PayoutLeaf, Error> {
    Ok(PayoutLeaf {
        account: columns::address(row, "account")?,
        cumulative: columns::wei(row, "cumulative")?,
        running_total: columns::wei(row, "running_total")?,
        raw_pay: RawPay {
            position: columns::unsigned(row, "label_position")?,
            raw: columns::wei(row, "raw")?,
            running_raw: columns::wei(row, "running_raw")?,
        },
    })
}
