//! `app.payout_leaves`: the payouts tree of an epoch, in leaf order.
use crate::columns;
use alloy_primitives::{Address, U256};
use sqlx::{Error, PgConnection};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaf {
    pub account: Address,
    /// All that the account has earned up to this epoch, in wei.
    pub cumulative: U256,
    /// Sum of the cumulative amounts of all leaves before this one, in wei.
    pub running_total: U256,
}

/// Replace the leaves of an epoch; accounts ascend.
pub async fn replace(conn: &mut PgConnection, epoch: u64, leaves: &[Leaf]) -> Result<(), Error> {
    sqlx::query("delete from app.payout_leaves where epoch = $1")
        .bind(epoch.cast_signed())
        .execute(&mut *conn)
        .await?;
    let accounts: Vec<&[u8]> = leaves.iter().map(|leaf| leaf.account.as_slice()).collect();
    let cumulative: Vec<String> = leaves.iter().map(|leaf| leaf.cumulative.to_string()).collect();
    let running: Vec<String> = leaves.iter().map(|leaf| leaf.running_total.to_string()).collect();
    sqlx::query(
        "insert into app.payout_leaves (epoch, position, account, cumulative, running_total)
         select $1, n - 1, account, cumulative::numeric, running_total::numeric
         from unnest($2::bytea[], $3::text[], $4::text[])
             with ordinality as given (account, cumulative, running_total, n)",
    )
    .bind(epoch.cast_signed())
    .bind(accounts)
    .bind(cumulative)
    .bind(running)
    .execute(conn)
    .await?;
    Ok(())
}

/// All leaves of an epoch in their order; empty when nothing was computed for it.
pub async fn list(conn: &mut PgConnection, epoch: u64) -> Result<Vec<Leaf>, Error> {
    let rows = sqlx::query(
        "select account, cumulative::text as cumulative, running_total::text as running_total
         from app.payout_leaves where epoch = $1 order by position",
    )
    .bind(epoch.cast_signed())
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Leaf {
                account: columns::address(row, "account")?,
                cumulative: columns::wei(row, "cumulative")?,
                running_total: columns::wei(row, "running_total")?,
            })
        })
        .collect()
}
