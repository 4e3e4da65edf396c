use crate::api::{
    extract::Path,
    problem::Problem,
    snapshot::Reader,
    types::{Account, Wei},
};
use axum::Json;
use chrono::{DateTime, Utc};
use protocol::rewards::{self, gold_bound::is_slashable};
use serde::Serialize;
use sqlx::PgConnection;
use storage::{
    app::statements,
    chain::{demands, disproofs, epochs, slashes},
};
use utoipa::ToSchema;

/// Everything that an account was accused of or accused others of, newest first in each list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Disputes {
    /// Stake that was taken from it
    pub slashes: Vec<Slash>,
    /// Leaves that it demanded to see or showed
    pub demands: Vec<AccountDemand>,
    /// Frauds that it proved or that were proved against it
    pub disproofs: Vec<AccountDisproof>,
}

/// Stake that was taken.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Slash {
    /// Null for a slash by vote
    pub epoch: Option<u64>,
    pub reason: SlashReason,
    pub amount: Wei,
    /// Who proved it
    pub challenger: Option<Account>,
    /// What it got of the amount
    pub share: Wei,
    /// Gold slots of the seat answered right; null for another reason
    pub gold_right: Option<u16>,
    /// Gold slots of the seat answered at all; null for another reason
    pub gold_answered: Option<u16>,
    pub slashed_at: DateTime<Utc>,
}

/// What stake was taken for. The chain says in which epoch, and its labels say for what: `wrongGold` when the seat's gold is
/// so wrong that it costs stake, `twoAnswers` (two signed answers to one slot) otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum SlashReason {
    WrongGold,
    TwoAnswers,
    Vote,
}

/// A leaf that somebody wanted to see.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountDemand {
    pub epoch: u64,
    pub challenger: Account,
    /// `labels`, `payouts` or `gold`
    pub tree: String,
    /// Position in the tree
    pub index: u32,
    /// `open`; `answered`: the challenger lost its bond, half of it to the responder; `closed`: overtaken by a proof, a
    /// rejection or the end of the epoch, and the bond went back
    pub status: String,
    /// Who showed it
    pub responder: Option<Account>,
    pub answer_by: DateTime<Utc>,
    pub demanded_at: DateTime<Utc>,
}

/// A fraud that was proved.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountDisproof {
    pub epoch: u64,
    /// As in an epoch's `disproofs`
    pub fraud: String,
    /// Proved it, and got half of the bond
    pub challenger: Account,
    /// Lost its bond: the proposer of the payouts, or the operator for a fraud in the labels
    pub against: Account,
    pub disproved_at: DateTime<Utc>,
}

/// What an account was slashed for, demanded, showed and proved, and what was proved against it
#[utoipa::path(get, path = "/accounts/{address}/disputes", tag = "accounts", operation_id = "listDisputes",
    params(("address" = Account, Path, description = "Any capitals")),
    responses((status = 200, body = Disputes), (status = "default", body = Problem)))]
pub async fn list_disputes(reader: Reader, Path(account): Path<Account>) -> Result<Json<Disputes>, Problem> {
    let mut conn = reader.snapshot().await?;
    let mut slashes = Vec::new();
    for slash in slashes::list_by_account(&mut conn, account.0).await? {
        slashes.push(explain(&mut conn, slash).await?);
    }
    let demands = demands::list_by_account(&mut conn, account.0).await?;
    let disproofs = disproofs::list_by_account(&mut conn, account.0).await?;
    Ok(Json(Disputes {
        slashes,
        demands: demands.into_iter().map(AccountDemand::from).collect(),
        disproofs: disproofs.into_iter().map(AccountDisproof::from).collect(),
    }))
}

async fn explain(conn: &mut PgConnection, slash: slashes::Slash) -> Result<Slash, Problem> {
    let gold = match slash.epoch {
        Some(epoch) => gold_of(conn, epoch.0, &slash).await?,
        None => None,
    };
    let reason = match (slash.epoch, gold) {
        (None, _) => SlashReason::Vote,
        (Some(_), Some(_)) => SlashReason::WrongGold,
        (Some(_), None) => SlashReason::TwoAnswers,
    };
    Ok(Slash {
        epoch: slash.epoch.map(|epoch| epoch.0),
        reason,
        amount: Wei(slash.amount),
        challenger: slash.challenger.map(Account),
        share: Wei(slash.share),
        gold_right: gold.map(|(right, _)| right),
        gold_answered: gold.map(|(_, answered)| answered),
        slashed_at: slash.slashed_at,
    })
}

/// Right and answered gold of the slashed seat, if that alone costs stake.
async fn gold_of(
    conn: &mut PgConnection,
    epoch: u64,
    slash: &slashes::Slash,
) -> Result<Option<(u16, u16)>, Problem> {
    // Nobody knew the gold before the secret was revealed.
    let revealed_at = epochs::find(conn, protocol::Epoch(epoch)).await?.and_then(|epoch| epoch.revealed_at);
    if revealed_at.is_none_or(|revealed_at| slash.slashed_at < revealed_at) {
        return Ok(None);
    }
    let Some(statement) = statements::find(conn, epoch, slash.account).await? else { return Ok(None) };
    let statement: rewards::Statement = serde_json::from_value(statement).map_err(Problem::internal)?;
    let gold = (statement.gold_right, statement.gold_answered);
    Ok(is_slashable(gold.0, gold.1).then_some(gold))
}

impl From<demands::Demand> for AccountDemand {
    fn from(demand: demands::Demand) -> Self {
        Self {
            epoch: demand.epoch.0,
            challenger: Account(demand.challenger),
            tree: demand.tree,
            index: demand.index,
            status: demand.status,
            responder: demand.responder.map(Account),
            answer_by: demand.answer_by,
            demanded_at: demand.demanded_at,
        }
    }
}

impl From<disproofs::Part> for AccountDisproof {
    fn from(part: disproofs::Part) -> Self {
        Self {
            epoch: part.epoch.0,
            fraud: part.disproof.fraud,
            challenger: Account(part.disproof.challenger),
            against: Account(part.against),
            disproved_at: part.disproof.disproved_at,
        }
    }
}
