//! Payout periods: what the chain says about them and what people did in them.
mod assignment;
pub mod close;
pub mod create_leases;
pub mod get;
pub mod get_statement;
pub mod list;
pub mod list_payouts;
pub mod list_statements;

use super::{
    campaigns::Terms,
    problem::Problem,
    types::{Account, Hash, Wei},
};
use alloy::{primitives::U256, sol_types::SolCall};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{PgConnection, Row, postgres::PgRow};
use storage::columns;
use utoipa::ToSchema;

alloy::sol! {
    function acceptPayouts(uint64 epoch, bytes32 payoutsRoot) external;
}

/// An epoch's terms as they are on chain.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EpochTerms {
    #[serde(flatten)]
    pub campaign: Terms,
    pub gold_root: Hash,
    pub secret_hash: Hash,
    pub campaign_hash: Hash,
}

/// A payouts root that was proposed for an epoch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Payouts {
    pub payouts_root: Hash,
    /// Accounts in the tree: all that ever earned something
    pub account_count: i64,
    /// All that was ever earned, this epoch included
    pub total_cumulative: Wei,
    /// `proposed`, `rejected` or `approved`
    pub status: String,
    pub challenge_ends_at: DateTime<Utc>,
    pub proposer: Account,
    /// The vote on it, once there is one
    pub proposal_id: Option<Wei>,
}

/// A payout period.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Epoch {
    pub epoch: u64,
    /// `open`, `committed`, `revealed`, `proposed`, `accepted` or `voided`: the state on chain
    pub status: String,
    /// Whether this server still takes answers; the labels root follows soon after it stops
    pub takes_answers: bool,
    pub campaign_id: Option<i64>,
    pub terms: EpochTerms,
    pub labels_root: Option<Hash>,
    pub leaf_count: Option<i64>,
    /// The published answers: `/blobs/{bundleHash}`
    pub bundle_hash: Option<Hash>,
    pub block_hash: Option<Hash>,
    /// Revealed after the answers were committed
    pub secret: Option<Hash>,
    pub seed: Option<Hash>,
    pub payouts: Option<Payouts>,
    pub n_preferences: i64,
    pub n_seats: i64,
    pub opened_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
    pub committed_at: Option<DateTime<Utc>>,
    pub revealed_at: Option<DateTime<Utc>>,
}

const QUERY: &str = "
    select e.epoch, e.status, e.terms, e.labels_root, e.leaf_count, e.bundle_hash, e.block_hash, e.secret, e.seed,
        e.opened_at, e.committed_at, e.revealed_at, a.campaign_id, a.closed_at,
        (select count(*) from app.preferences p where p.epoch = e.epoch) as n_preferences,
        (select count(*) from app.seats s where s.epoch = e.epoch) as n_seats,
        r.payouts_root, r.account_count, r.total_cumulative::text as total_cumulative, r.status as payouts_status,
        r.challenge_ends_at, r.proposer
    from chain.epochs e
    left join app.epochs a on a.epoch = e.epoch
    left join lateral (
        select * from chain.payouts_roots where epoch = e.epoch order by block_number desc, log_index desc limit 1
    ) r on true
    where $1::bigint is null or e.epoch = $1
    order by e.epoch desc";

/// One epoch, or all of them with the newest first.
pub(super) async fn load(conn: &mut PgConnection, epoch: Option<u64>) -> Result<Vec<Epoch>, sqlx::Error> {
    let rows = sqlx::query(QUERY).bind(epoch.map(u64::cast_signed)).fetch_all(&mut *conn).await?;
    let mut epochs = Vec::with_capacity(rows.len());
    for row in &rows {
        let mut epoch = from_row(row)?;
        if let Some(payouts) = &mut epoch.payouts {
            payouts.proposal_id = proposal_of(conn, epoch.epoch, payouts.payouts_root).await?;
        }
        epochs.push(epoch);
    }
    Ok(epochs)
}

/// The epoch, or the problem that there is none.
pub(super) async fn find(conn: &mut PgConnection, epoch: u64) -> Result<Epoch, Problem> {
    let found = load(conn, Some(epoch)).await?.pop();
    found.ok_or_else(|| Problem::not_found(format!("epoch {epoch} on chain")))
}

fn from_row(row: &PgRow) -> Result<Epoch, sqlx::Error> {
    let terms: protocol::EpochTerms = columns::json(row, "terms")?;
    let status: String = row.try_get("status")?;
    let campaign_id: Option<i64> = row.try_get("campaign_id")?;
    let closed_at: Option<DateTime<Utc>> = row.try_get("closed_at")?;
    let payouts = match columns::opt_hash(row, "payouts_root")? {
        None => None,
        Some(root) => Some(Payouts {
            payouts_root: Hash(root),
            account_count: row.try_get("account_count")?,
            total_cumulative: Wei(columns::wei(row, "total_cumulative")?),
            status: row.try_get("payouts_status")?,
            challenge_ends_at: row.try_get("challenge_ends_at")?,
            proposer: Account(columns::address(row, "proposer")?),
            proposal_id: None,
        }),
    };
    Ok(Epoch {
        epoch: columns::unsigned(row, "epoch")?,
        takes_answers: status == "open" && campaign_id.is_some() && closed_at.is_none(),
        status,
        campaign_id,
        terms: EpochTerms {
            campaign: terms.campaign.into(),
            gold_root: Hash(terms.gold_root),
            secret_hash: Hash(terms.secret_hash),
            campaign_hash: Hash(terms.campaign_hash),
        },
        labels_root: columns::opt_hash(row, "labels_root")?.map(Hash),
        leaf_count: row.try_get("leaf_count")?,
        bundle_hash: columns::opt_hash(row, "bundle_hash")?.map(Hash),
        block_hash: columns::opt_hash(row, "block_hash")?.map(Hash),
        secret: columns::opt_hash(row, "secret")?.map(Hash),
        seed: columns::opt_hash(row, "seed")?.map(Hash),
        payouts,
        n_preferences: row.try_get("n_preferences")?,
        n_seats: row.try_get("n_seats")?,
        opened_at: row.try_get("opened_at")?,
        closed_at,
        committed_at: row.try_get("committed_at")?,
        revealed_at: row.try_get("revealed_at")?,
    })
}

/// The latest proposal that would accept this root.
async fn proposal_of(conn: &mut PgConnection, epoch: u64, root: Hash) -> Result<Option<Wei>, sqlx::Error> {
    let calldata = acceptPayoutsCall { epoch, payoutsRoot: root.0 }.abi_encode();
    let id: Option<String> = sqlx::query_scalar(
        "select proposal_id::text from chain.proposals where $1 = any(calldatas) order by created_at desc limit 1",
    )
    .bind(calldata)
    .fetch_optional(conn)
    .await?;
    Ok(id.and_then(|id| id.parse::<U256>().ok()).map(Wei))
}
