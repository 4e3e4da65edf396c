//! `chain.bonds`: governance tokens locked to `LabelEpochs`. Amounts in wei.
use crate::{columns, wei::Wei};
use alloy_primitives::{Address, U256};
use sqlx::{Error, PgConnection, postgres::PgRow};
use std::collections::BTreeMap;

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

/// What a run of events does to one account's bonds. Amounts in wei.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BondChange {
    /// Free and reserved after the last change.
    pub held: Option<(U256, U256)>,
    /// Slashed in addition.
    pub slashed: U256,
}

/// Change many bonds in one statement.
pub async fn change_many(
    conn: &mut PgConnection,
    changes: &BTreeMap<Address, BondChange>,
) -> Result<(), Error> {
    if changes.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "merge into chain.bonds b
         using unnest($1::bytea[], $2::numeric[], $3::numeric[], $4::numeric[]) as c (account, free, reserved, slashed)
         on b.account = c.account
         when matched then update set free = coalesce(c.free, b.free), reserved = coalesce(c.reserved, b.reserved),
             slashed = b.slashed + c.slashed
         when not matched then insert (account, free, reserved, slashed)
             values (c.account, coalesce(c.free, 0), coalesce(c.reserved, 0), c.slashed)",
    )
    .bind(changes.keys().map(|account| account.as_slice()).collect::<Vec<_>>())
    .bind(changes.values().map(|c| c.held.map(|(free, _)| Wei(free))).collect::<Vec<_>>())
    .bind(changes.values().map(|c| c.held.map(|(_, reserved)| Wei(reserved))).collect::<Vec<_>>())
    .bind(changes.values().map(|c| Wei(c.slashed)).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}
