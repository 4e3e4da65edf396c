use crate::api::{
    problem::Problem,
    snapshot::Reader,
    types::{Account, Wei},
};
use axum::Json;
use serde::Serialize;
use sqlx::Row;
use storage::columns;
use utoipa::ToSchema;

const LIMIT: i64 = 200;

/// An account that others, or it itself, gave votes to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Delegate {
    pub account: Account,
    pub votes: Wei,
    /// Accounts that delegate to it, itself included
    pub n_delegators: i64,
    /// Proposals it voted on
    pub n_votes_cast: i64,
}

/// The 200 accounts with the most votes
#[utoipa::path(get, path = "/delegates", tag = "governance", operation_id = "listDelegates",
    responses((status = 200, body = [Delegate]), (status = "default", body = Problem)))]
pub async fn list_delegates(reader: Reader) -> Result<Json<Vec<Delegate>>, Problem> {
    let mut conn = reader.snapshot().await?;
    let rows = sqlx::query(
        "select a.account, a.votes::text as votes,
             (select count(*) from chain.accounts d where d.delegate = a.account) as n_delegators,
             (select count(distinct proposal_id) from chain.votes v where v.voter = a.account) as n_votes_cast
         from chain.accounts a where a.votes > 0 order by a.votes desc, a.account limit $1",
    )
    .bind(LIMIT)
    .fetch_all(&mut *conn)
    .await?;
    let delegates = rows.iter().map(|row| {
        Ok(Delegate {
            account: Account(columns::address(row, "account")?),
            votes: Wei(columns::wei(row, "votes")?),
            n_delegators: row.try_get("n_delegators")?,
            n_votes_cast: row.try_get("n_votes_cast")?,
        })
    });
    Ok(Json(delegates.collect::<Result<_, sqlx::Error>>()?))
}
