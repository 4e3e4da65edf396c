//! Payout periods: what the chain says about them and what people did in them.
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
    types::{Account, Finality, Hash, Wei},
};
use alloy::{primitives::U256, sol_types::SolCall};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{PgConnection, Row, postgres::PgRow};
use storage::{
    chain::{demands, disproofs, finality},
    columns,
};
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
    /// Blocks of the gold tree
    pub gold_blocks: u32,
    pub gold_root: Hash,
    pub secret_hash: Hash,
    pub campaign_hash: Hash,
}

/// A payouts root that was proposed for an epoch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Payouts {
    pub payouts_root: Hash,
    /// Accounts in the tree: all that labeled in the epoch or ever earned something
    pub account_count: i64,
    /// All that was ever earned, this epoch included
    pub total_cumulative: Wei,
    /// Sum of the epoch's pays before they are scaled to its budget
    pub total_raw: Wei,
    /// `proposed`, `rejected` (by a vote), `disproved` (by a proof) or `approved`
    pub status: String,
    /// Cannot be accepted before; an answered demand moves it
    pub challenge_ends_at: DateTime<Utc>,
    pub proposer: Account,
    /// What the proposer loses if an error is proved
    pub bond: Wei,
    /// The vote on it, once there is one
    pub proposal_id: Option<Wei>,
    /// How final its proposal and status are
    pub finality: Finality,
}

/// Somebody demands to see a leaf whose data was not published; the epoch is frozen until it is shown.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Demand {
    pub challenger: Account,
    /// `labels`, `payouts` or `gold`
    pub tree: String,
    /// Position in the tree
    pub index: u32,
    /// Without an answer by then, whoever committed the tree loses its bond
    pub answer_by: DateTime<Utc>,
}

/// A demand that freezes the epoch no more.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PastDemand {
    pub challenger: Account,
    /// `labels`, `payouts` or `gold`
    pub tree: String,
    /// Position in the tree
    pub index: u32,
    /// `answered`, or `closed`: overtaken by a proof, a rejection or the end of the epoch
    pub status: String,
    /// Who showed it
    pub responder: Option<Account>,
    pub demanded_at: DateTime<Utc>,
}

/// A fraud that was proved on chain.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Disproof {
    /// `order`, `runningTotal`, `total`, `carryOver`, `missingAccount`, `labelPosition`, `score` or `payoutsUnopened` of
    /// payouts; `duplicateLabeler`, `strayBits`, `receipt`, `labelsUnopened` or `goldUnopened` of labels
    pub fraud: String,
    pub challenger: Account,
    /// The root that was wrong; null for a fraud in the labels
    pub payouts_root: Option<Hash>,
    pub disproved_at: DateTime<Utc>,
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
    /// Opened the epoch and signs its receipts
    pub operator: Account,
    pub terms: EpochTerms,
    pub labels_root: Option<Hash>,
    /// Blocks of the labels tree, which has 32 positions each
    pub block_count: Option<i64>,
    /// The published answers: `/blobs/{bundleHash}`
    pub bundle_hash: Option<Hash>,
    pub block_hash: Option<Hash>,
    /// Revealed after the answers were committed
    pub secret: Option<Hash>,
    pub seed: Option<Hash>,
    pub payouts: Option<Payouts>,
    /// Whose demand freezes the epoch now
    pub challenger: Option<Account>,
    /// The demand that freezes it
    pub demand: Option<Demand>,
    /// Demands that are over, the newest first
    pub past_demands: Vec<PastDemand>,
    /// The newest first
    pub disproofs: Vec<Disproof>,
    pub n_preferences: i64,
    pub n_seats: i64,
    pub opened_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
    pub committed_at: Option<DateTime<Utc>>,
    pub revealed_at: Option<DateTime<Utc>>,
    /// How final its status on chain is
    pub finality: Finality,
}

const QUERY: &str = "
    select e.epoch, e.status, e.terms, e.labels_root, e.block_count, e.bundle_hash, e.block_hash, e.secret, e.seed,
        e.operator, e.challenger, e.opened_at, e.committed_at, e.revealed_at, a.campaign_id, a.closed_at,
        (select count(*) from app.preferences p where p.epoch = e.epoch) as n_preferences,
        (select count(*) from app.seats s where s.epoch = e.epoch) as n_seats,
        r.payouts_root, r.account_count, r.total_cumulative::text as total_cumulative, r.status as payouts_status,
        r.total_raw::text as total_raw, r.block_number as payouts_block, r.bond::text as bond, r.challenge_ends_at, r.proposer
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
    let changed = finality::changed(conn, "epochs", "epoch").await?;
    let changed_roots = finality::changed(conn, "payouts_roots", "block_number").await?;
    let mut epochs = Vec::with_capacity(rows.len());
    for row in &rows {
        let mut epoch = from_row(row)?;
        epoch.finality = changed.finality(&epoch.epoch.to_string()).into();
        if let Some(payouts) = &mut epoch.payouts {
            let block: i64 = row.try_get("payouts_block")?;
            payouts.finality = changed_roots.finality(&block.to_string()).into();
            payouts.proposal_id = proposal_of(conn, epoch.epoch, payouts.payouts_root).await?;
        }
        judge(conn, &mut epoch).await?;
        epochs.push(epoch);
    }
    Ok(epochs)
}

/// Add what was demanded and proved.
async fn judge(conn: &mut PgConnection, epoch: &mut Epoch) -> Result<(), sqlx::Error> {
    let number = protocol::Epoch(epoch.epoch);
    let (open, past): (Vec<_>, Vec<_>) =
        demands::list_by_epoch(conn, number).await?.into_iter().partition(|demand| demand.status == "open");
    let past = past.into_iter().map(|demand| PastDemand {
        challenger: Account(demand.challenger),
        tree: demand.tree,
        index: demand.index,
        status: demand.status,
        responder: demand.responder.map(Account),
        demanded_at: demand.demanded_at,
    });
    epoch.past_demands = past.collect();
    epoch.demand = open.into_iter().next().map(|demand| Demand {
        challenger: Account(demand.challenger),
        tree: demand.tree,
        index: demand.index,
        answer_by: demand.answer_by,
    });
    let disproofs = disproofs::list_by_epoch(conn, number).await?.into_iter().map(|disproof| Disproof {
        fraud: disproof.fraud,
        challenger: Account(disproof.challenger),
        payouts_root: disproof.payouts_root.map(Hash),
        disproved_at: disproof.disproved_at,
    });
    epoch.disproofs = disproofs.collect();
    Ok(())
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
            total_raw: Wei(columns::wei(row, "total_raw")?),
            bond: Wei(columns::wei(row, "bond")?),
            status: row.try_get("payouts_status")?,
            challenge_ends_at: row.try_get("challenge_ends_at")?,
            proposer: Account(columns::address(row, "proposer")?),
            proposal_id: None,
            finality: Finality::Head,
        }),
    };
    Ok(Epoch {
        epoch: columns::unsigned(row, "epoch")?,
        takes_answers: status == "open" && campaign_id.is_some() && closed_at.is_none(),
        status,
        campaign_id,
        operator: Account(columns::address(row, "operator")?),
        terms: EpochTerms {
            campaign: terms.campaign.into(),
            gold_blocks: terms.gold_blocks,
            gold_root: Hash(terms.gold_root),
            secret_hash: Hash(terms.secret_hash),
            campaign_hash: Hash(terms.campaign_hash),
        },
        labels_root: columns::opt_hash(row, "labels_root")?.map(Hash),
        block_count: row.try_get("block_count")?,
        bundle_hash: columns::opt_hash(row, "bundle_hash")?.map(Hash),
        block_hash: columns::opt_hash(row, "block_hash")?.map(Hash),
        secret: columns::opt_hash(row, "secret")?.map(Hash),
        seed: columns::opt_hash(row, "seed")?.map(Hash),
        payouts,
        challenger: columns::opt_address(row, "challenger")?.map(Account),
        demand: None,
        past_demands: Vec::new(),
        disproofs: Vec::new(),
        n_preferences: row.try_get("n_preferences")?,
        n_seats: row.try_get("n_seats")?,
        opened_at: row.try_get("opened_at")?,
        closed_at,
        committed_at: row.try_get("committed_at")?,
        revealed_at: row.try_get("revealed_at")?,
        finality: Finality::Head,
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
