use super::find;
use crate::api::{
    extract::Path,
    problem::Problem,
    snapshot::Reader,
    types::{Account, Hash, Wei},
};
use axum::Json;
use protocol::rewards;
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
    #[serde(flatten)]
    pub raw_pay: RawPay,
}

/// What the epoch adds to an account, before it is scaled to the budget.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RawPay {
    /// 1 + position of the account's leaf in the labels tree; 0 when it did not label in the epoch
    pub position: u32,
    pub raw: Wei,
    /// Sum of the raw pays of all leaves before this one
    pub running_raw: Wei,
    /// What stands in the leaf for these three
    pub raw_pay_hash: Hash,
}

impl From<rewards::RawPay> for RawPay {
    fn from(pay: rewards::RawPay) -> Self {
        Self {
            position: pay.position,
            raw: Wei(pay.raw),
            running_raw: Wei(pay.running_raw),
            raw_pay_hash: Hash(pay.hash()),
        }
    }
}

/// All leaves of an epoch's payouts tree in their order; empty until the payouts are computed
#[utoipa::path(get, path = "/epochs/{epoch}/payouts", tag = "epochs", operation_id = "listPayouts",
    params(("epoch" = u64, Path)),
    responses((status = 200, body = [PayoutLeaf]), (status = "default", body = Problem)))]
pub async fn list_payouts(reader: Reader, Path(epoch): Path<u64>) -> Result<Json<Vec<PayoutLeaf>>, Problem> {
    let mut conn = reader.snapshot().await?;
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
                raw_pay: leaf.raw_pay.into(),
            })
            .collect(),
    ))
}
