//! `chain.bonds`: governance tokens locked to `LabelEpochs`. Amounts in wei.
use crate::{columns, wei::Wei};
use alloy_primitives::{Address, U256};
use sqlx::{Error, PgConnection, postgres::PgRow};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bond {
    pub account: Address,
    /// Can be reserved or withdrawn.
    pub free: U256,
    /// At stake: behind open epochs, proposed payouts and open demands.
    pub reserved: U256,
    /// Slashed so far.
    pub slashed: U256,
}

impl Bond {
    fn from_row(row: &PgRow) -> Result<Self, Error> {
        Ok(Self {
            account: columns::address(row, "account")?,
            free: Wei::get(row, "free")?,
            reserved: Wei::get(row, "reserved")?,
            slashed: Wei::get(row, "slashed")?,
        })
    }
}

pub async fn find(conn: &mut PgConnection, account: Address) -> Result<Option<Bond>, Error> {
    let row = sqlx::query("select * from chain.bonds where account = $1")
        .bind(account.as_slice())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(Bond::from_row).transpose()
}

/// All bonds.
pub async fn list(conn: &mut PgConnection) -> Result<Vec<Bond>, Error> {
    let rows = sqlx::query("select * from chain.bonds order by account").fetch_all(conn).await?;
    rows.iter().map(Bond::from_row).collect()
}

pub async fn set(conn: &mut PgConnection, account: Address, free: U256, reserved: U256) -> Result<(), Error> {
    sqlx::query(
        "insert into chain.bonds (account, free, reserved) values ($1, $2, $3)
         on conflict (account) do update set free = excluded.free, reserved = excluded.reserved",
    )
    .bind(account.as_slice())
    .bind(Wei(free))
    .bind(Wei(reserved))
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn add_slashed(conn: &mut PgConnection, account: Address, amount: U256) -> Result<(), Error> {
    sqlx::query(
        "insert into chain.bonds as b (account, free, reserved, slashed) values ($1, 0, 0, $2)
         on conflict (account) do update set slashed = b.slashed + excluded.slashed",
    )
    .bind(account.as_slice())
    .bind(Wei(amount))
    .execute(conn)
    .await?;
    Ok(())
}
