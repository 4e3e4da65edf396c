//! Sums over whole tables, for audits.
use crate::{columns, wei::Wei};
use alloy_primitives::{Address, U256, keccak256};
use sqlx::{Error, PgConnection, Row};

/// All balances together, in wei.
pub async fn balances(conn: &mut PgConnection) -> Result<U256, Error> {
    let sum: Wei =
        sqlx::query_scalar("select coalesce(sum(balance), 0) from chain.accounts").fetch_one(conn).await?;
    Ok(sum.0)
}

/// Every role and account of a `RoleGranted` event up to a block, whether it holds or not.
pub async fn roles_ever_granted(
    conn: &mut PgConnection,
    manager: Address,
    block_number: u64,
) -> Result<Vec<(u64, Address)>, Error> {
    let rows = sqlx::query(
        "select distinct substring(topics[2] from 25) as role, substring(topics[3] from 13) as account from chain.logs
         where address = $1 and topics[1] = $2 and block_number <= $3 order by 1, 2",
    )
    .bind(manager.as_slice())
    .bind(keccak256("RoleGranted(uint64,address,uint32,uint48,bool)").as_slice())
    .bind(block_number.cast_signed())
    .fetch_all(conn)
    .await?;
    let pair = |row: &sqlx::postgres::PgRow| {
        let role: Vec<u8> = row.try_get("role")?;
        let role = role.iter().fold(0_u64, |id, byte| id << 8 | u64::from(*byte));
        Ok((role, columns::address(row, "account")?))
    };
    rows.iter().map(pair).collect()
}
