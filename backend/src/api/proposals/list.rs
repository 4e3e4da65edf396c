use super::{Proposal, describe};
use crate::{api::problem::Problem, app::AppState};
use axum::{Json, extract::State};
use storage::chain::proposals;

/// All proposals, the newest first
#[utoipa::path(get, path = "/proposals", tag = "governance", operation_id = "listProposals",
    responses((status = 200, body = [Proposal]), (status = "default", body = Problem)))]
pub async fn list_proposals(State(state): State<AppState>) -> Result<Json<Vec<Proposal>>, Problem> {
    let stored = proposals::list(&mut *state.pool.acquire().await?).await?;
    Ok(Json(describe(&state, stored).await?))
}
