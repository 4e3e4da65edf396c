use crate::api::{
    extract::Query,
    problem::Problem,
    snapshot::Reader,
    types::{Account, Finality, Hash, Wei},
};
use axum::Json;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::Row;
use storage::columns;
use utoipa::{IntoParams, ToSchema};

/// Answers hold at most this many claims.
const LIMIT: i64 = 100;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListClaims {
    /// Claims of this account alone
    pub account: Option<Account>,
}

/// One payment of rewards.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Claim {
    pub account: Account,
    /// Who got it, if the account asked for another address
    pub recipient: Account,
    pub amount: Wei,
    /// All that the account has claimed up to here
    pub total_claimed: Wei,
    pub tx_hash: Hash,
    pub block: i64,
    pub claimed_at: DateTime<Utc>,
    pub finality: Finality,
}

/// The latest 100 claims
#[utoipa::path(get, path = "/claims", tag = "payouts", operation_id = "listClaims", params(ListClaims),
    responses((status = 200, body = [Claim]), (status = "default", body = Problem)))]
pub async fn list_claims(
    reader: Reader,
    Query(query): Query<ListClaims>,
) -> Result<Json<Vec<Claim>>, Problem> {
    let mut conn = reader.snapshot().await?;
    let rows = sqlx::query(
        "select account, recipient, amount::text as amount, total_claimed::text as total_claimed, tx_hash,
             block_number, claimed_at
         from chain.claims where $1::bytea is null or account = $1
         order by block_number desc, log_index desc limit $2",
    )
    .bind(query.account.as_ref().map(|account| account.0.as_slice()))
    .bind(LIMIT)
    .fetch_all(&mut *conn)
    .await?;
    let claims = rows.iter().map(|row| {
        Ok(Claim {
            account: Account(columns::address(row, "account")?),
            recipient: Account(columns::address(row, "recipient")?),
            amount: Wei(columns::wei(row, "amount")?),
            total_claimed: Wei(columns::wei(row, "total_claimed")?),
            tx_hash: Hash(columns::hash(row, "tx_hash")?),
            finality: conn.finality_of(columns::unsigned(row, "block_number")?),
            block: row.try_get("block_number")?,
            claimed_at: row.try_get("claimed_at")?,
        })
    });
    Ok(Json(claims.collect::<Result<_, sqlx::Error>>()?))
}
