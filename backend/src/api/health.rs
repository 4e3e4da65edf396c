//! For load balancers: is the process alive, and can it answer?
use super::problem::Problem;
use crate::app::AppState;
use alloy::providers::Provider;
use axum::{extract::State, http::StatusCode};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(2);

/// The process is alive
#[utoipa::path(get, path = "/health", tag = "status", operation_id = "getHealth", responses((status = 204)))]
pub async fn get_health() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// The database and the chain answer
#[utoipa::path(get, path = "/ready", tag = "status", operation_id = "getReady",
    responses((status = 204), (status = "default", body = Problem)))]
pub async fn get_ready(State(state): State<AppState>) -> Result<StatusCode, Problem> {
    let unready =
        |what| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not-ready", format!("{what} does not answer."));
    let database = tokio::time::timeout(PATIENCE, sqlx::query("select 1").execute(&state.pool)).await;
    if !matches!(database, Ok(Ok(_))) {
        return Err(unready("The database"));
    }
    let chain = tokio::time::timeout(PATIENCE, state.chain.provider.get_chain_id()).await;
    if !matches!(chain, Ok(Ok(_))) {
        return Err(unready("The chain"));
    }
    Ok(StatusCode::NO_CONTENT)
}
