use super::{Proposal, describe};
use crate::{
    api::{problem::Problem, snapshot::Reader},
    app::AppState,
};
use axum::{Json, extract::State};
use storage::chain::proposals;

/// All proposals, the newest first
#[utoipa::path(get, path = "/proposals", tag = "governance", operation_id = "listProposals",
    responses((status = 200, body = [Proposal]), (status = "default", body = Problem)))]
pub async fn list_proposals(
    State(state): State<AppState>,
    reader: Reader,
) -> Result<Json<Vec<Proposal>>, Problem> {
    let mut conn = reader.snapshot().await?;
    let stored = proposals::list(&mut conn).await?;
    Ok(Json(describe(&state, &mut conn, stored).await?))
}
