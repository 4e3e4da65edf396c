use crate::{
    api::{
        extract::{Admin, Body},
        problem::{Problem, RouteError},
    },
    app::AppState,
    jobs::run_request::{Policy, RunRequest, RunRequestError},
};
use axum::{Json, extract::State, http::StatusCode};
use protocol::manifest::{
    DpoParams, GroupParams, PpoParams, Profile, RewardParams, SftParams, TrainingPrecision,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use storage::app::{campaigns, epochs, jobs, runs};
use utoipa::ToSchema;

/// What to train on and how.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateRun {
    pub campaign_id: i64,
    /// Closed epochs of the campaign, whose labels become the dataset
    pub epochs: Vec<u64>,
    /// Hyper-parameters of the reward model, all of them; for `ppo`, `grpo` and `rloo`
    #[schema(value_type = Option<Object>)]
    pub reward: Option<RewardParams>,
    /// Hyper-parameters of the policy, all of them: of one of `sft`, `dpo`, `ppo`, `grpo` and `rloo`
    #[schema(value_type = Option<Object>)]
    pub sft: Option<SftParams>,
    #[schema(value_type = Option<Object>)]
    pub dpo: Option<DpoParams>,
    #[schema(value_type = Option<Object>)]
    pub ppo: Option<PpoParams>,
    #[schema(value_type = Option<Object>)]
    pub grpo: Option<GroupParams>,
    #[schema(value_type = Option<Object>)]
    pub rloo: Option<GroupParams>,
    pub seed: u64,
    /// `cpu`, or `cpu-deterministic` for the same bytes on every machine
    #[schema(value_type = String)]
    pub profile: Profile,
    /// `float32` or `bfloat16`; that of the profile when absent
    #[schema(value_type = Option<String>)]
    pub precision: Option<TrainingPrecision>,
}

/// The new run.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreatedRun {
    pub run_id: i64,
}

/// Why a run was refused.
#[derive(Debug, thiserror::Error)]
pub enum CreateRunError {
    #[error("There is no campaign {0}.")]
    NoCampaign(i64),
    #[error("Name at least one closed epoch of the campaign.")]
    NoEpochs,
    #[error("Epoch {0} is not an epoch of this campaign.")]
    OtherEpoch(u64),
    #[error("Epoch {0} still takes answers; close it first.")]
    EpochOpen(u64),
    #[error(transparent)]
    Training(#[from] RunRequestError),
}

impl RouteError for CreateRunError {
    fn kind(&self) -> (StatusCode, &'static str) {
        match self {
            Self::NoCampaign(_) => (StatusCode::NOT_FOUND, "not-found"),
            Self::NoEpochs | Self::OtherEpoch(_) | Self::Training(_) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "invalid-run")
            }
            Self::EpochOpen(_) => (StatusCode::CONFLICT, "epoch-open"),
        }
    }
}

/// Train a new version from labels: reward model if the policy learns from one, policy, then a proposal to serve it
#[utoipa::path(post, path = "/runs", tag = "models", operation_id = "createRun", security(("accessToken" = [])),
    request_body = CreateRun,
    responses((status = 202, body = CreatedRun), (status = "default", body = Problem)))]
pub async fn create_run(
    State(state): State<AppState>,
    _: Admin,
    Body(request): Body<CreateRun>,
) -> Result<(StatusCode, Json<CreatedRun>), Problem> {
    let CreateRun { campaign_id, epochs, reward, sft, dpo, ppo, grpo, rloo, seed, profile, precision } =
        request;
    let policy = Policy { sft, dpo, ppo, grpo, rloo };
    let request = RunRequest { epochs, reward, policy, seed, profile, precision };
    request.policy().map_err(CreateRunError::from)?;
    let mut tx = state.pool.begin().await?;
    if campaigns::find(&mut tx, campaign_id).await?.is_none() {
        return Err(CreateRunError::NoCampaign(campaign_id).into());
    }
    if request.epochs.is_empty() {
        return Err(CreateRunError::NoEpochs.into());
    }
    for &number in &request.epochs {
        let epoch = epochs::find(&mut tx, number).await?;
        let epoch = epoch.filter(|epoch| epoch.campaign_id == campaign_id);
        let epoch = epoch.ok_or(CreateRunError::OtherEpoch(number))?;
        if epoch.closed_at.is_none() {
            return Err(CreateRunError::EpochOpen(number).into());
        }
    }
    let now = state.clock.now();
    let body = serde_json::to_value(&request).map_err(Problem::internal)?;
    let run_id = runs::insert(&mut tx, campaign_id, &body, now).await?;
    jobs::enqueue(&mut tx, "advance_run", &run_id.to_string(), &json!({ "runId": run_id }), now).await?;
    tx.commit().await?;
    Ok((StatusCode::ACCEPTED, Json(CreatedRun { run_id })))
}
