use super::{Proposal, load};
use crate::{api::problem::Problem, app::AppState};
use axum::{Json, extract::State};

/// All proposals, the newest first
#[utoipa::path(get, path = "/proposals", tag = "governance", operation_id = "listProposals",
    responses((status = 200, body = [Proposal]), (status = "default", body = Problem)))]
pub async fn list_proposals(State(state): State<AppState>) -> Result<Json<Vec<Proposal>>, Problem> {
    Ok(Json(load(&state, None).await?))
}
