use crate::{
    api::{
        problem::Problem,
        snapshot::Reader,
        types::{Hash, Wei},
    },
    app::AppState,
};
use axum::{Json, extract::State};
use serde::Serialize;
use sqlx::Row;
use storage::columns;
use utoipa::ToSchema;

/// The DAO's money.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Treasury {
    pub reward_pool: RewardPool,
    /// Tokens of the Timelock, which votes spend
    pub timelock_balance: Wei,
    /// Active stake of everybody
    pub total_staked: Wei,
}

/// The pool that claims are paid from: `totalPaid <= totalApproved <= totalFunded`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RewardPool {
    pub total_funded: Wei,
    pub total_approved: Wei,
    pub total_paid: Wei,
    /// Most that one epoch may be opened with
    pub epoch_budget: Wei,
    /// The root that claims are checked against
    pub payouts_root: Option<Hash>,
    pub payouts_epoch: Option<i64>,
}

/// The DAO's money
#[utoipa::path(get, path = "/treasury", tag = "governance", operation_id = "getTreasury",
    responses((status = 200, body = Treasury), (status = "default", body = Problem)))]
pub async fn get_treasury(State(state): State<AppState>, reader: Reader) -> Result<Json<Treasury>, Problem> {
    let mut conn = reader.snapshot().await?;
    let row = sqlx::query(
        "select coalesce(p.total_funded, 0)::text as total_funded, coalesce(p.total_approved, 0)::text as total_approved,
             coalesce(p.total_paid, 0)::text as total_paid, coalesce(p.epoch_budget, 0)::text as epoch_budget,
             p.payouts_root, p.payouts_epoch, coalesce(a.balance, 0)::text as timelock_balance,
             (select coalesce(sum(active), 0) from chain.stakes)::text as total_staked
         from (select $1::bytea as timelock) given
         left join chain.accounts a on a.account = given.timelock
         left join chain.reward_pool p on true",
    )
    .bind(state.chain.deployment.contracts.timelock.as_slice())
    .fetch_one(&mut *conn)
    .await?;
    Ok(Json(Treasury {
        reward_pool: RewardPool {
            total_funded: Wei(columns::wei(&row, "total_funded")?),
            total_approved: Wei(columns::wei(&row, "total_approved")?),
            total_paid: Wei(columns::wei(&row, "total_paid")?),
            epoch_budget: Wei(columns::wei(&row, "epoch_budget")?),
            payouts_root: columns::opt_hash(&row, "payouts_root")?.map(Hash),
            payouts_epoch: row.try_get("payouts_epoch")?,
        },
        timelock_balance: Wei(columns::wei(&row, "timelock_balance")?),
        total_staked: Wei(columns::wei(&row, "total_staked")?),
    }))
}
