//! `chain.role_members`: who holds which role of the `AccessManager`. Role ids: `protocol::roles`.
use crate::{columns, wei::Wei};
use alloy_primitives::{Address, U256};
use chrono::{DateTime, Utc};
use sqlx::{Error, PgConnection, Row, postgres::PgRow};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleMember {
    pub role_id: u64,
    pub account: Address,
    /// From when on the role counts.
    pub since: DateTime<Utc>,
}

impl RoleMember {
    fn from_row(row: &PgRow) -> Result<Self, Error> {
        Ok(Self {
            role_id: Wei::get(row, "role_id")?.saturating_to(),
            account: columns::address(row, "account")?,
            since: row.try_get("since")?,
        })
    }
}

/// Every member of every role.
pub async fn list(conn: &mut PgConnection) -> Result<Vec<RoleMember>, Error> {
    let rows =
        sqlx::query("select * from chain.role_members order by role_id, account").fetch_all(conn).await?;
    rows.iter().map(RoleMember::from_row).collect()
}

/// Roles that an account holds at a time, ascending.
pub async fn list_by_account(
    conn: &mut PgConnection,
    account: Address,
    at: DateTime<Utc>,
) -> Result<Vec<u64>, Error> {
    let ids: Vec<Wei> = sqlx::query_scalar(
        "select role_id from chain.role_members where account = $1 and since <= $2 order by role_id",
    )
    .bind(account.as_slice())
    .bind(at)
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(|id| id.0.saturating_to()).collect())
}

/// Grant a role; granting it again changes nothing but delays, which are not stored.
pub async fn insert(conn: &mut PgConnection, member: &RoleMember) -> Result<(), Error> {
    sqlx::query(
        "insert into chain.role_members (role_id, account, since) values ($1, $2, $3)
         on conflict (role_id, account) do nothing",
    )
    .bind(Wei(U256::from(member.role_id)))
    .bind(member.account.as_slice())
    .bind(member.since)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn delete(conn: &mut PgConnection, role_id: u64, account: Address) -> Result<(), Error> {
    sqlx::query("delete from chain.role_members where role_id = $1 and account = $2")
        .bind(Wei(U256::from(role_id)))
        .bind(account.as_slice())
        .execute(conn)
        .await?;
    Ok(())
}
