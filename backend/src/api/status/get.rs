use crate::{
    api::{
        epochs::{self, Epoch},
        problem::Problem,
        types::Hash,
    },
    app::AppState,
};
use alloy::providers::Provider;
use axum::{Json, extract::State};
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;

/// What the chain, the indexer and the model server are at.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    pub chain_id: u64,
    /// Null when the RPC endpoint does not answer
    pub head_block: Option<u64>,
    /// Null before the first block is indexed
    pub indexed_block: Option<i64>,
    /// The approved version that answers prompts now
    pub served_version: Option<Hash>,
    /// The epoch that takes answers, else the latest
    pub epoch: Option<Epoch>,
    pub counts: Counts,
}

/// Totals over everything.
#[derive(Debug, Serialize, sqlx::FromRow, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    pub campaigns: i64,
    pub tasks: i64,
    pub labelers: i64,
    pub preferences: i64,
    pub epochs: i64,
    pub proposals: i64,
    pub model_versions: i64,
}

/// How the platform is
#[utoipa::path(get, path = "/status", tag = "status", operation_id = "getStatus",
    responses((status = 200, body = Status), (status = "default", body = Problem)))]
pub async fn get_status(State(state): State<AppState>) -> Result<Json<Status>, Problem> {
    let head = tokio::time::timeout(Duration::from_secs(2), state.chain.provider.get_block_number()).await;
    let mut conn = state.pool.acquire().await?;
    let indexed_block: Option<i64> =
        sqlx::query_scalar("select max(block_number) from chain.cursor").fetch_one(&mut *conn).await?;
    let counts: Counts = sqlx::query_as(
        "select (select count(*) from app.campaigns) as campaigns, (select count(*) from app.tasks) as tasks,
             (select count(distinct labeler) from app.seats) as labelers,
             (select count(*) from app.preferences) as preferences, (select count(*) from chain.epochs) as epochs,
             (select count(*) from chain.proposals) as proposals,
             (select count(*) from chain.model_versions) as model_versions",
    )
    .fetch_one(&mut *conn)
    .await?;
    let number: Option<i64> = sqlx::query_scalar(
        "select coalesce(max(e.epoch) filter (where e.status = 'open' and a.closed_at is null), max(e.epoch))
         from chain.epochs e left join app.epochs a using (epoch)",
    )
    .fetch_one(&mut *conn)
    .await?;
    let epoch = match number {
        Some(number) => epochs::load(&mut conn, Some(number.cast_unsigned())).await?.pop(),
        None => None,
    };
    Ok(Json(Status {
        chain_id: state.chain.chain_id,
        head_block: head.ok().and_then(Result::ok),
        indexed_block,
        served_version: state.engine.served().map(|served| Hash(served.version_id)),
        epoch,
        counts,
    }))
}
