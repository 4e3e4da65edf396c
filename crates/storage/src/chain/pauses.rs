//! `chain.pauses`: entries that a guardian stopped for a while.
use crate::columns;
use alloy_primitives::{Address, FixedBytes};
use chrono::{DateTime, Utc};
use sqlx::{Error, PgConnection, Row, postgres::PgRow};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    pub contract: Address,
    /// Of the stopped function.
    pub selector: FixedBytes<4>,
    /// First moment in which it works again.
    pub until: DateTime<Utc>,
    /// It cannot be paused again before.
    pub rearm_at: DateTime<Utc>,
}

impl Pause {
    fn from_row(row: &PgRow) -> Result<Self, Error> {
        let selector: &[u8] = row.try_get("selector")?;
        Ok(Self {
            contract: columns::address(row, "contract")?,
            selector: FixedBytes::try_from(selector)
                .map_err(|source| Error::ColumnDecode { index: "selector".into(), source: source.into() })?,
            until: row.try_get("until")?,
            rearm_at: row.try_get("rearm_at")?,
        })
    }
}

/// The last pause of every entry.
pub async fn list(conn: &mut PgConnection) -> Result<Vec<Pause>, Error> {
    let rows = sqlx::query("select * from chain.pauses order by contract, selector").fetch_all(conn).await?;
    rows.iter().map(Pause::from_row).collect()
}

pub async fn set(conn: &mut PgConnection, pause: &Pause) -> Result<(), Error> {
    sqlx::query(
        "insert into chain.pauses (contract, selector, until, rearm_at) values ($1, $2, $3, $4)
         on conflict (contract, selector) do update set until = excluded.until, rearm_at = excluded.rearm_at",
    )
    .bind(pause.contract.as_slice())
    .bind(pause.selector.as_slice())
    .bind(pause.until)
    .bind(pause.rearm_at)
    .execute(conn)
    .await?;
    Ok(())
}
