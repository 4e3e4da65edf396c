use crate::{
    api::{
        extract::{Admin, Body},
        jobs::QueuedJob,
        problem::{Problem, RouteError},
    },
    app::AppState,
    jobs::{REGISTER_BASE, RegisterBase},
};
use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::path::PathBuf;
use storage::app::jobs;
use utoipa::ToSchema;

/// A folder on the server's machine with a model in Hugging Face layout.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateBaseModel {
    /// Absolute path of the folder
    #[schema(value_type = String)]
    pub path: PathBuf,
}

/// Why a folder is not taken.
#[derive(Debug, thiserror::Error)]
pub enum CreateBaseModelError {
    #[error("{0} is not an absolute path of a folder with a config.json.")]
    NoModel(PathBuf),
}

impl RouteError for CreateBaseModelError {
    fn kind(&self) -> (StatusCode, &'static str) {
        (StatusCode::UNPROCESSABLE_ENTITY, "no-model")
    }
}

/// Import a model folder and register it as a version that a vote can activate
#[utoipa::path(post, path = "/base-models", tag = "models", operation_id = "createBaseModel",
    security(("accessToken" = [])), request_body = CreateBaseModel,
    responses((status = 202, body = QueuedJob), (status = "default", body = Problem)))]
pub async fn create_base_model(
    State(state): State<AppState>,
    _: Admin,
    Body(request): Body<CreateBaseModel>,
) -> Result<(StatusCode, Json<QueuedJob>), Problem> {
    if !request.path.is_absolute() || !request.path.join("config.json").is_file() {
        return Err(CreateBaseModelError::NoModel(request.path).into());
    }
    let payload = RegisterBase { path: request.path };
    let key = payload.path.display().to_string();
    let mut conn = state.pool.acquire().await?;
    let job_id =
        jobs::enqueue_again(&mut conn, REGISTER_BASE, &key, &json!(payload), state.clock.now()).await?;
    Ok((StatusCode::ACCEPTED, Json(QueuedJob { job_id })))
}
