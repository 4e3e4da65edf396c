//! For load balancers: is the process alive, and can it answer?
use super::problem::Problem;
use crate::{app::AppState, standing::Standing};
use axum::{extract::State, http::StatusCode};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(5);

/// The process is alive
#[utoipa::path(get, path = "/health", tag = "status", operation_id = "getHealth", responses((status = 204)))]
pub async fn get_health() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// The database and the chain answer, the tables are near the head, and no final block was replaced
#[utoipa::path(get, path = "/ready", tag = "status", operation_id = "getReady",
    responses((status = 204), (status = "default", body = Problem)))]
pub async fn get_ready(State(state): State<AppState>) -> Result<StatusCode, Problem> {
    let standing = tokio::time::timeout(PATIENCE, Standing::look(&state)).await;
    let troubles = match standing {
        Ok(Ok(standing)) => standing.troubles(state.config.chain.max_lag_s),
        _ => vec!["The database does not answer (database.url).".to_owned()],
    };
    if troubles.is_empty() {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not-ready", troubles.join(" ")))
}
