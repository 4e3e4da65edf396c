use super::find;
use crate::{
    api::{
        extract::{Admin, Path},
        problem::Problem,
        types::Hash,
    },
    app::AppState,
};
use axum::{Json, extract::State};
use serde::Serialize;
use storage::app::tasks;
use utoipa::ToSchema;

/// A prompt and two completions to choose from.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    pub task_id: Hash,
    /// Number of the prompt in the campaign
    pub prompt_position: u32,
    pub prompt: String,
    pub completion_a: String,
    pub completion_b: String,
    /// The version that wrote both completions
    pub version_id: Hash,
    /// Answer known beforehand: 0 A, 1 B
    #[schema(value_type = Option<u8>)]
    pub gold_choice: Option<protocol::Choice>,
}

/// All tasks of a campaign with their gold answers
#[utoipa::path(get, path = "/campaigns/{id}/tasks", tag = "campaigns", operation_id = "listTasks",
    security(("accessToken" = [])), params(("id" = i64, Path)),
    responses((status = 200, body = [Task]), (status = "default", body = Problem)))]
pub async fn list_tasks(
    State(state): State<AppState>,
    _: Admin,
    Path(id): Path<i64>,
) -> Result<Json<Vec<Task>>, Problem> {
    let mut conn = state.pool.acquire().await?;
    find(&mut conn, id).await?;
    let tasks = tasks::list_by_campaign(&mut conn, id).await?;
    Ok(Json(
        tasks
            .into_iter()
            .map(|task| Task {
                task_id: Hash(task.task_id),
                prompt_position: task.prompt_position,
                prompt: task.prompt,
                completion_a: task.completion_a,
                completion_b: task.completion_b,
                version_id: Hash(task.version_id),
                gold_choice: task.gold_choice,
            })
            .collect(),
    ))
}
