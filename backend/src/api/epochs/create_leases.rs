use crate::{
    api::{
        extract::{Body, Path, SignedIn},
        problem::{Problem, RouteError},
        types::{Hash, Wei},
    },
    app::AppState,
    assignment::{Assignment, PoolTooSmall},
};
use alloy::primitives::Address;
use axum::{Json, extract::State, http::StatusCode};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use storage::{
    app::{campaigns, epochs, seats, secrets, slots, tasks},
    columns,
};
use utoipa::ToSchema;
use uuid::Uuid;

/// How many tasks to lend.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateLeases {
    /// 1 to 8
    pub count: u16,
}

/// The caller's place in the epoch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Seat {
    pub epoch: u64,
    pub block: u32,
    pub seat: u32,
}

/// How much of the queue is done.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    pub answered: u64,
    pub total: u64,
}

/// A task in the caller's hands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LeasedTask {
    pub lease_id: Uuid,
    pub leased_until: DateTime<Utc>,
    pub epoch: u64,
    pub block: u32,
    pub seat: u32,
    pub slot: u16,
    pub task_id: Hash,
    pub prompt: String,
    pub completion_a: String,
    pub completion_b: String,
}

/// The caller's next tasks; none when the queue is done.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Leases {
    pub seat: Seat,
    pub progress: Progress,
    pub tasks: Vec<LeasedTask>,
}

/// Why no tasks are lent.
#[derive(Debug, thiserror::Error)]
pub enum CreateLeasesError {
    #[error("Ask for 1 to 8 tasks.")]
    Count,
    #[error("There is no epoch {0} here.")]
    NoEpoch(u64),
    #[error("Epoch {0} takes no more answers.")]
    Closed(u64),
    #[error("The campaign is paused.")]
    Paused,
    #[error(
        "Labeling needs an active stake of {needed} wei and you have {active}; stake {missing} wei more."
    )]
    Stake { needed: Wei, active: Wei, missing: Wei },
    #[error(
        "No seat can be given now: {0}. The operator must add tasks or gold answers before the next epoch."
    )]
    Pool(#[from] PoolTooSmall),
}

/// The database lost what an epoch was opened with.
#[derive(Debug, thiserror::Error)]
#[error("the gold of epoch {0} is not in the database")]
struct MissingGold(u64);

impl RouteError for CreateLeasesError {
    fn kind(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Count => (StatusCode::UNPROCESSABLE_ENTITY, "invalid-count"),
            Self::NoEpoch(_) => (StatusCode::NOT_FOUND, "not-found"),
            Self::Closed(_) => (StatusCode::CONFLICT, "epoch-closed"),
            Self::Paused => (StatusCode::CONFLICT, "campaign-paused"),
            Self::Stake { .. } => (StatusCode::FORBIDDEN, "stake-too-small"),
            Self::Pool(_) => (StatusCode::SERVICE_UNAVAILABLE, "too-few-tasks"),
        }
    }
}

/// Get the next tasks to answer
///
/// Takes a seat in the epoch if the caller has none. Tasks stay the caller's until `leasedUntil`; asking again renews
/// them, answers them no more.
#[utoipa::path(post, path = "/epochs/{epoch}/leases", tag = "labels", operation_id = "createLeases",
    security(("accessToken" = [])), params(("epoch" = u64, Path)), request_body = CreateLeases,
    responses((status = 200, body = Leases), (status = "default", body = Problem)))]
pub async fn create_leases(
    State(state): State<AppState>,
    caller: SignedIn,
    Path(number): Path<u64>,
    Body(request): Body<CreateLeases>,
) -> Result<Json<Leases>, Problem> {
    if !(1..=8).contains(&request.count) {
        return Err(CreateLeasesError::Count.into());
    }
    let now = state.clock.now();
    let mut tx = state.pool.begin().await?;
    let epoch = epochs::find_unclosable(&mut tx, number).await?.ok_or(CreateLeasesError::NoEpoch(number))?;
    if epoch.closed_at.is_some() {
        return Err(CreateLeasesError::Closed(number).into());
    }
    let campaign = campaigns::find(&mut tx, epoch.campaign_id).await?;
    let campaign = campaign.ok_or_else(|| Problem::not_found(format!("campaign {}", epoch.campaign_id)))?;
    if campaign.status != "active" {
        return Err(CreateLeasesError::Paused.into());
    }
    require_stake(&mut tx, caller.0, Wei(campaign.minimum_stake)).await?;
    let seat = match seats::find_by_labeler(&mut tx, number, caller.0).await? {
        Some(seat) => seat,
        None => take_seat(&mut tx, &epoch, &campaign, caller.0, now).await?,
    };
    let until = now + TimeDelta::seconds(i64::from(state.config.labels.lease_s));
    let leases = slots::lease(&mut tx, &seat, request.count, now, until).await?;
    let (answered, total) = slots::progress(&mut tx, &seat).await?;
    tx.commit().await?;
    let tasks = leases.into_iter().map(|lease| LeasedTask {
        lease_id: lease.lease_id,
        leased_until: lease.leased_until,
        epoch: number,
        block: seat.block,
        seat: seat.seat,
        slot: lease.slot,
        task_id: Hash(lease.task_id),
        prompt: lease.prompt,
        completion_a: lease.completion_a,
        completion_b: lease.completion_b,
    });
    Ok(Json(Leases {
        seat: Seat { epoch: number, block: seat.block, seat: seat.seat },
        progress: Progress { answered, total },
        tasks: tasks.collect(),
    }))
}

async fn require_stake(conn: &mut PgConnection, labeler: Address, needed: Wei) -> Result<(), Problem> {
    let row = sqlx::query(
        "select coalesce((select active from chain.stakes where account = $1), 0)::text as active",
    )
    .bind(labeler.as_slice())
    .fetch_one(conn)
    .await?;
    let active = Wei(columns::wei(&row, "active")?);
    if active < needed {
        let missing = Wei(needed.0 - active.0);
        return Err(CreateLeasesError::Stake { needed, active, missing }.into());
    }
    Ok(())
}

/// Give the labeler the next free seat: block 0 is filled first, then block 1, and so on.
async fn take_seat(
    tx: &mut PgConnection,
    epoch: &epochs::Epoch,
    campaign: &campaigns::Campaign,
    labeler: Address,
    now: DateTime<Utc>,
) -> Result<seats::Seat, Problem> {
    seats::lock(tx, epoch.epoch).await?;
    // The same labeler may have got it while this request waited for the lock.
    if let Some(seat) = seats::find_by_labeler(tx, epoch.epoch, labeler).await? {
        return Ok(seat);
    }
    let taken = seats::count(tx, epoch.epoch).await?;
    let max_seats = u64::from(campaign.max_seats);
    let seat = seats::Seat {
        epoch: epoch.epoch,
        block: u32::try_from(taken / max_seats).map_err(Problem::internal)?,
        seat: u32::try_from(taken % max_seats).map_err(Problem::internal)?,
        labeler,
    };
    let committed = secrets::find(tx, epoch.terms.secret_hash).await?;
    let committed = committed.ok_or_else(|| Problem::internal(MissingGold(epoch.epoch)))?;
    let pool = tasks::pool(tx, campaign.campaign_id).await?;
    let assignment = Assignment {
        secret: epoch.secret,
        terms: &epoch.terms.campaign,
        max_seats: campaign.max_seats,
        gold: &committed.gold,
        pool: &pool,
    };
    let queue = assignment.queue(seat.block, seat.seat).map_err(CreateLeasesError::from)?;
    seats::insert(tx, &seat, now).await?;
    slots::insert_all(tx, &seat, &queue.task_ids, &queue.display_order).await?;
    Ok(seat)
}
