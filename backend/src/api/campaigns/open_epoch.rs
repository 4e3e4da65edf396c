use super::find;
use crate::{
    api::{
        extract::{Admin, Path},
        jobs::QueuedJob,
        problem::{Problem, RouteError},
    },
    app::AppState,
};
use axum::{Json, extract::State, http::StatusCode};
use serde_json::json;
use storage::app::{epochs, jobs, tasks};

/// Why no epoch is opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenEpochError {
    #[error("Epoch {0} of the campaign is open; close it first.")]
    Open(u64),
    #[error(
        "A seat has {slots} tasks without a known answer, the campaign has {tasks}; sample more completions first."
    )]
    FewTasks { slots: u64, tasks: u64 },
    #[error("A seat has {slots} gold tasks, the campaign has {gold}; set more gold answers first.")]
    FewGold { slots: u64, gold: u64 },
}

impl RouteError for OpenEpochError {
    fn kind(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Open(_) => (StatusCode::CONFLICT, "epoch-open"),
            Self::FewTasks { .. } => (StatusCode::CONFLICT, "too-few-tasks"),
            Self::FewGold { .. } => (StatusCode::CONFLICT, "too-few-gold-tasks"),
        }
    }
}

/// Open the next epoch of a campaign on chain
#[utoipa::path(post, path = "/campaigns/{id}/epochs", tag = "campaigns", operation_id = "openEpoch",
    security(("accessToken" = [])), params(("id" = i64, Path)),
    responses((status = 202, body = QueuedJob), (status = "default", body = Problem)))]
pub async fn open_epoch(
    State(state): State<AppState>,
    _: Admin,
    Path(id): Path<i64>,
) -> Result<(StatusCode, Json<QueuedJob>), Problem> {
    let mut tx = state.pool.begin().await?;
    let campaign = find(&mut tx, id).await?;
    if let Some(epoch) = epochs::find_open_by_campaign(&mut tx, id).await? {
        return Err(OpenEpochError::Open(epoch).into());
    }
    let pool = tasks::pool(&mut tx, id).await?;
    let gold = pool.values().flatten().count() as u64;
    let plain = pool.len() as u64 - gold;
    let slots = u64::from(campaign.terms.gold_slots);
    if gold < slots {
        return Err(OpenEpochError::FewGold { slots, gold }.into());
    }
    let slots = u64::from(campaign.terms.block_slots) - slots;
    if plain < slots {
        return Err(OpenEpochError::FewTasks { slots, tasks: plain }.into());
    }
    // One opening per state of the campaign: pressing the button twice is one epoch.
    let nonce = epochs::count_by_campaign(&mut tx, id).await?;
    let payload = json!({ "campaignId": id, "nonce": nonce });
    let key = format!("{id}/{nonce}");
    let job_id = jobs::enqueue_again(&mut tx, "open_epoch", &key, &payload, state.clock.now()).await?;
    tx.commit().await?;
    Ok((StatusCode::ACCEPTED, Json(QueuedJob { job_id })))
}
