use crate::{
    api::{
        extract::{Admin, Body, Path},
        problem::{Problem, RouteError},
        types::Hash,
    },
    app::AppState,
};
use axum::{Json, extract::State, http::StatusCode};
use protocol::Choice;
use serde::{Deserialize, Serialize};
use storage::app::{campaigns, epochs, tasks};
use utoipa::ToSchema;

/// Answers that are known beforehand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetGold {
    pub answers: Vec<GoldAnswer>,
}

/// The right answer to a task.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GoldAnswer {
    pub task_id: Hash,
    /// 0 A, 1 B; null makes the task an ordinary one again
    #[schema(value_type = Option<u8>)]
    pub choice: Option<Choice>,
}

/// How many gold tasks the campaign has now.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GoldSet {
    pub n_gold: usize,
}

/// Why gold answers were refused.
#[derive(Debug, thiserror::Error)]
pub enum SetGoldError {
    #[error("There is no campaign {0}.")]
    NoCampaign(i64),
    #[error("Epoch {0} of the campaign is open and has committed to the gold answers; close it first.")]
    EpochOpen(u64),
    #[error("The campaign has no task {0}.")]
    NoTask(alloy::primitives::B256),
    #[error("The gold answer of task {0} must be 0 (A), 1 (B) or null.")]
    Choice(alloy::primitives::B256),
}

impl RouteError for SetGoldError {
    fn kind(&self) -> (StatusCode, &'static str) {
        match self {
            Self::NoCampaign(_) => (StatusCode::NOT_FOUND, "not-found"),
            Self::EpochOpen(_) => (StatusCode::CONFLICT, "epoch-open"),
            Self::NoTask(_) | Self::Choice(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid-gold"),
        }
    }
}

/// Set the answers that are known beforehand; all or none of them are set
#[utoipa::path(put, path = "/campaigns/{id}/gold", tag = "campaigns", operation_id = "setGold",
    security(("accessToken" = [])), params(("id" = i64, Path)), request_body = SetGold,
    responses((status = 200, body = GoldSet), (status = "default", body = Problem)))]
pub async fn set_gold(
    State(state): State<AppState>,
    _: Admin,
    Path(id): Path<i64>,
    Body(request): Body<SetGold>,
) -> Result<Json<GoldSet>, Problem> {
    let mut tx = state.pool.begin().await?;
    // Opening an epoch takes the same lock.
    if !campaigns::lock(&mut tx, id).await? {
        return Err(SetGoldError::NoCampaign(id).into());
    }
    if let Some(epoch) = epochs::find_open_by_campaign(&mut tx, id).await? {
        return Err(SetGoldError::EpochOpen(epoch).into());
    }
    for answer in &request.answers {
        let task_id = answer.task_id.0;
        if answer.choice.is_some_and(|choice| !choice.is_valid_for_pay()) {
            return Err(SetGoldError::Choice(task_id).into());
        }
        if !tasks::set_gold(&mut tx, id, task_id, answer.choice).await? {
            return Err(SetGoldError::NoTask(task_id).into());
        }
    }
    let n_gold = tasks::pool(&mut tx, id).await?.values().flatten().count();
    tx.commit().await?;
    Ok(Json(GoldSet { n_gold }))
}
