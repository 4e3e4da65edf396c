use super::providers::{Provider, providers};
use crate::{
    api::{
        epochs::{self, Epoch},
        problem::Problem,
        snapshot::Reader,
        types::Hash,
    },
    app::AppState,
    standing::{Standing, violation},
};
use axum::{Json, extract::State};
use serde::Serialize;
use sqlx::PgConnection;
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
    /// What the tables are at; null before the first block is indexed
    pub index: Option<Index>,
    /// The configured endpoints in their order
    pub providers: Vec<Provider>,
    /// Why nothing should rely on this server now; empty when all is well
    pub troubles: Vec<String>,
    /// The approved version that answers prompts now
    pub served_version: Option<Hash>,
    /// The epoch that takes answers, else the latest
    pub epoch: Option<Epoch>,
    pub counts: Counts,
}

/// The tables that the indexer writes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Index {
    pub block: u64,
    pub block_hash: Hash,
    pub safe_block: u64,
    pub finalized_block: u64,
    /// What cannot be taken back is done on `head`, `safe` or `finalized` blocks
    pub acts_on: String,
    /// Blocks of the node that are missing; null when the node does not answer
    pub lag_blocks: Option<u64>,
    pub lag_seconds: Option<u64>,
    /// Blocks whose events are not proved to be complete yet
    pub unproved_blocks: i64,
    /// Last block before the first that is not proved
    pub proved_to: u64,
    /// Events that could not be decoded or applied
    pub quarantined_events: i64,
    /// A block that was finalized and then replaced
    pub violated_block: Option<u64>,
    /// What that means; null when there is none
    pub violation: Option<String>,
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
pub async fn get_status(State(state): State<AppState>, reader: Reader) -> Result<Json<Status>, Problem> {
    let (standing, providers) = tokio::join!(Standing::look(&state), providers(&state));
    let mut conn = reader.snapshot().await?;
    // The cursor of the snapshot, so that the headers and the answer say the same.
    let standing = Standing { cursor: conn.cursor.clone(), ..standing? };
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
        head_block: standing.head.map(|head| head.number),
        indexed_block: standing.cursor.as_ref().map(|cursor| cursor.block_number.cast_signed()),
        index: index(&state, &mut conn, &standing).await?,
        providers,
        troubles: standing.troubles(state.config.chain.max_lag_s),
        served_version: state.engine.served().map(|served| Hash(served.version_id)),
        epoch,
        counts,
    }))
}

async fn index(
    state: &AppState,
    conn: &mut PgConnection,
    standing: &Standing,
) -> Result<Option<Index>, sqlx::Error> {
    let Some(cursor) = &standing.cursor else { return Ok(None) };
    let (unproved_blocks, first, quarantined_events): (i64, Option<i64>, i64) = sqlx::query_as(
        "select count(*), min(number), (select count(*) from chain.quarantine) from chain.blocks where verified = 0",
    )
    .fetch_one(conn)
    .await?;
    Ok(Some(Index {
        block: cursor.block_number,
        block_hash: Hash(cursor.block_hash),
        safe_block: cursor.marks.safe,
        finalized_block: cursor.marks.finalized,
        acts_on: state.act_on().as_str().into(),
        lag_blocks: standing.lag_blocks(),
        lag_seconds: standing.lag_s(),
        unproved_blocks,
        proved_to: first.map_or(cursor.block_number, |first| first.cast_unsigned().saturating_sub(1)),
        quarantined_events,
        violated_block: cursor.violated_block,
        violation: cursor.violated_block.map(violation),
    }))
}
