use crate::api::{
    epochs::list_payouts::RawPay,
    extract::Path,
    problem::{Problem, RouteError},
    snapshot::Reader,
    types::{Account, Finality, Hash, Wei},
};
use alloy::primitives::{B256, U256};
use axum::{Json, http::StatusCode};
use protocol::rewards::payouts_tree;
use serde::Serialize;
use sqlx::Row;
use storage::{app::payout_leaves, chain::finality, columns};
use utoipa::ToSchema;

/// Everything that `RewardDistributor.claim` needs, and what it would pay.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Payout {
    pub account: Account,
    /// The epoch whose payouts root is approved
    pub epoch: u64,
    /// Position of the leaf in the tree
    pub index: u64,
    /// All that the account has earned
    pub cumulative: Wei,
    pub running_total: Wei,
    #[serde(flatten)]
    pub raw_pay: RawPay,
    pub proof: Vec<Hash>,
    /// Paid already
    pub claimed: Wei,
    /// What a claim pays now
    pub claimable: Wei,
    pub payouts_root: Hash,
    /// How final the approval of the root is
    pub finality: Finality,
}

/// Why there is nothing to claim with.
#[derive(Debug, thiserror::Error)]
pub enum GetPayoutError {
    #[error("No payouts root is approved yet; wait for the vote on the first epoch's pay.")]
    NotApproved,
    #[error("{0} has not earned anything in an approved epoch.")]
    NoLeaf(Account),
    #[error(
        "This server does not have the leaves of epoch {0}, whose payouts root is approved; ask its operator."
    )]
    NoLeaves(i64),
    #[error("The leaves of epoch {epoch} have the root {actual}, approved is {approved}; ask the operator.")]
    OtherRoot { epoch: i64, actual: B256, approved: B256 },
}

impl RouteError for GetPayoutError {
    fn kind(&self) -> (StatusCode, &'static str) {
        match self {
            Self::NotApproved => (StatusCode::NOT_FOUND, "no-approved-payouts"),
            Self::NoLeaf(_) => (StatusCode::NOT_FOUND, "nothing-earned"),
            Self::NoLeaves(_) | Self::OtherRoot { .. } => {
                (StatusCode::SERVICE_UNAVAILABLE, "payouts-unavailable")
            }
        }
    }
}

/// What an account can claim, with its proof against the approved payouts root
#[utoipa::path(get, path = "/payouts/{account}", tag = "payouts", operation_id = "getPayout",
    params(("account" = Account, Path)),
    responses((status = 200, body = Payout), (status = "default", body = Problem)))]
pub async fn get_payout(reader: Reader, Path(account): Path<Account>) -> Result<Json<Payout>, Problem> {
    let mut conn = reader.snapshot().await?;
    let row = sqlx::query(
        "select p.payouts_root, p.payouts_epoch,
             (select coalesce(sum(amount), 0) from chain.claims where account = $1)::text as claimed
         from chain.reward_pool p where p.payouts_root is not null",
    )
    .bind(account.0.as_slice())
    .fetch_optional(&mut *conn)
    .await?;
    let row = row.ok_or(GetPayoutError::NotApproved)?;
    let approved = columns::hash(&row, "payouts_root")?;
    let epoch: i64 = row.try_get("payouts_epoch")?;
    let claimed = columns::wei(&row, "claimed")?;
    let changed = finality::changed(&mut conn, "epochs", "epoch").await?;
    let leaves = payout_leaves::list(&mut conn, epoch.cast_unsigned()).await?;
    if leaves.is_empty() && !approved.is_zero() {
        return Err(GetPayoutError::NoLeaves(epoch).into());
    }
    let index = leaves.binary_search_by_key(&account.0, |leaf| leaf.account);
    let index = index.map_err(|_| GetPayoutError::NoLeaf(account))?;
    let tree = payouts_tree(&leaves);
    if tree.root() != approved {
        return Err(GetPayoutError::OtherRoot { epoch, actual: tree.root(), approved }.into());
    }
    let proof = tree.proof(index as u64).unwrap_or_default();
    let leaf = leaves[index];
    Ok(Json(Payout {
        account,
        epoch: epoch.cast_unsigned(),
        index: index as u64,
        cumulative: Wei(leaf.cumulative),
        running_total: Wei(leaf.running_total),
        raw_pay: leaf.raw_pay.into(),
        proof: proof.into_iter().map(Hash).collect(),
        claimed: Wei(claimed),
        claimable: Wei(leaf.cumulative.checked_sub(claimed).unwrap_or(U256::ZERO)),
        payouts_root: Hash(approved),
        finality: changed.finality(&epoch.to_string()).into(),
    }))
}
