use super::{Campaign, describe};
use crate::{api::problem::Problem, app::AppState};
use axum::{Json, extract::State};
use storage::app::campaigns;

/// All campaigns, the newest first
#[utoipa::path(get, path = "/campaigns", tag = "campaigns", operation_id = "listCampaigns",
    responses((status = 200, body = [Campaign]), (status = "default", body = Problem)))]
pub async fn list_campaigns(State(state): State<AppState>) -> Result<Json<Vec<Campaign>>, Problem> {
    let mut conn = state.pool.acquire().await?;
    let mut answer = Vec::new();
    for campaign in campaigns::list(&mut conn).await? {
        answer.push(describe(&mut conn, campaign).await?);
    }
    Ok(Json(answer))
}
