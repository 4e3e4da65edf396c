use super::find;
use crate::{
    api::{
        extract::Path,
        problem::Problem,
        types::{Account, Wei},
    },
    app::AppState,
};
use axum::{Json, extract::State};
use serde::Serialize;
use storage::app::payout_leaves;
use utoipa::ToSchema;

/// A leaf of the payouts tree.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PayoutLeaf {
    pub account: Account,
    /// Position in the tree
    pub index: u64,
    /// All that the account has earned up to this epoch
    pub cumulative: Wei,
    /// Sum of the cumulative amounts of all leaves before this one
    pub running_total: Wei,
}

/// All leaves of an epoch's payouts tree in their order; empty until the payouts are computed
#[utoipa::path(get, path = "/epochs/{epoch}/payouts", tag = "epochs", operation_id = "listPayouts",
    params(("epoch" = u64, Path)),
    responses((status = 200, body = [PayoutLeaf]), (status = "default", body = Problem)))]
pub async fn list_payouts(
    State(state): State<AppState>,
    Path(epoch): Path<u64>,
) -> Result<Json<Vec<PayoutLeaf>>, Problem> {
    let mut conn = state.pool.acquire().await?;
    find(&mut conn, epoch).await?;
    let leaves = payout_leaves::list(&mut conn, epoch).await?;
    Ok(Json(
        leaves
            .into_iter()
            .zip(0..)
            .map(|(leaf, index)| PayoutLeaf {
                account: Account(leaf.account),
                index,
                cumulative: Wei(leaf.cumulative),
                running_total: Wei(leaf.running_total),
            })
            .collect(),
    ))
}
