use super::{Campaign, describe, find};
use crate::{
    api::{extract::Path, problem::Problem},
    app::AppState,
};
use axum::{Json, extract::State};

/// One campaign
#[utoipa::path(get, path = "/campaigns/{id}", tag = "campaigns", operation_id = "getCampaign",
    params(("id" = i64, Path)),
    responses((status = 200, body = Campaign), (status = "default", body = Problem)))]
pub async fn get_campaign(
    State(state): State<AppState>,
    Path(id): Path<i64>,
) -> Result<Json<Campaign>, Problem> {
    let mut conn = state.pool.acquire().await?;
    let campaign = find(&mut conn, id).await?;
    Ok(Json(describe(&mut conn, campaign).await?))
}
