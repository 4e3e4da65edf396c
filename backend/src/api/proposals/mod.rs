//! What is voted on, what it would do, and how it stands.
mod actions;
pub mod get;
mod governor;
pub mod list;
pub mod list_routine;
mod state;
mod words;

pub use governor::Governor;

use super::types::{Account, Finality, HexBytes, Wei};
use crate::{app::AppState, clock::Clock};
use chrono::{DateTime, Utc};
use protocol::ProposalState;
use serde::Serialize;
use sqlx::PgConnection;
use storage::chain::{finality, proposals};
use utoipa::ToSchema;

/// A proposal with its decoded actions.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Proposal {
    pub proposal_id: Wei,
    /// First line of the description
    pub title: String,
    /// All of it, Markdown
    pub description: String,
    pub proposer: Account,
    /// `pending`, `active`, `canceled`, `defeated`, `succeeded`, `queued`, `expired` or `executed`
    #[schema(value_type = String)]
    pub state: ProposalState,
    /// Votes count as held at this moment
    pub vote_start: DateTime<Utc>,
    pub vote_end: DateTime<Utc>,
    /// Earliest execution, once queued
    pub eta: Option<DateTime<Utc>>,
    pub for_votes: Wei,
    pub against_votes: Wei,
    pub abstain_votes: Wei,
    /// For votes needed
    pub quorum: Wei,
    pub actions: Vec<Action>,
    pub created_at: DateTime<Utc>,
    pub queued_at: Option<DateTime<Utc>>,
    pub executed_at: Option<DateTime<Utc>>,
    pub canceled_at: Option<DateTime<Utc>>,
    /// How final its tally, queueing and execution are
    pub finality: Finality,
}

/// A call that the Timelock makes when the proposal is executed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Action {
    pub target: Account,
    /// Our name of the target; null for a contract that is not ours
    pub contract: Option<String>,
    /// Null when the call cannot be decoded
    pub function: Option<String>,
    pub args: Vec<Argument>,
    /// What it means, in a sentence
    pub summary: String,
    pub calldata: HexBytes,
    /// Ether that is sent along
    pub value: Wei,
}

/// A decoded argument.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Argument {
    pub name: String,
    /// Solidity type
    #[serde(rename = "type")]
    pub kind: String,
    /// Numbers are decimal strings, bytes and addresses hex, tuples and arrays arrays
    #[schema(value_type = Object)]
    pub value: serde_json::Value,
}

/// Stored proposals as they are shown.
async fn describe(
    state: &AppState,
    conn: &mut PgConnection,
    stored: Vec<proposals::Proposal>,
) -> Result<Vec<Proposal>, sqlx::Error> {
    let now = mined_at(conn, &state.clock).await?;
    let contracts = &state.chain.deployment.contracts;
    let expiry_s = state.governor.expiry_s(&state.chain.provider, contracts.governor).await;
    let changed = finality::changed(conn, "proposals", "proposal_id").await?;
    let mut shown = Vec::with_capacity(stored.len());
    for p in stored {
        let mut actions = Vec::with_capacity(p.targets.len());
        for ((target, value), calldata) in p.targets.iter().zip(&p.values).zip(&p.calldatas) {
            let action = actions::decode(contracts, *target, *value, calldata);
            actions.push(words::describe(conn, contracts, action).await?);
        }
        shown.push(Proposal {
            proposal_id: Wei(p.proposal_id.0),
            finality: changed.finality(&p.proposal_id.to_string()).into(),
            state: state::state(&p, expiry_s, now),
            title: title(&p.description),
            description: p.description,
            proposer: Account(p.proposer),
            vote_start: p.vote_start,
            vote_end: p.vote_end,
            eta: p.eta,
            for_votes: Wei(p.for_votes),
            against_votes: Wei(p.against_votes),
            abstain_votes: Wei(p.abstain_votes),
            quorum: Wei(p.quorum),
            actions,
            created_at: p.created_at,
            queued_at: p.queued_at,
            executed_at: p.executed_at,
            canceled_at: p.canceled_at,
        });
    }
    Ok(shown)
}

/// The contracts' clock is the block's; a quiet development chain may be behind ours, a shifted one ahead.
async fn mined_at(conn: &mut PgConnection, clock: &Clock) -> Result<DateTime<Utc>, sqlx::Error> {
    let last: Option<DateTime<Utc>> =
        sqlx::query_scalar("select max(mined_at) from chain.blocks").fetch_one(conn).await?;
    Ok(last.map_or(clock.now(), |at| at.max(clock.now())))
}

/// The first line, without Markdown's heading sign, in at most 120 characters.
fn title(description: &str) -> String {
    let line = description.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("Untitled");
    line.trim_start_matches('#').trim().chars().take(120).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_is_the_first_line_without_its_heading_sign() {
        assert_eq!(title("\n# Pay epoch 3\n\nBecause."), "Pay epoch 3");
        assert_eq!(title(""), "Untitled");
        assert_eq!(title(&"é".repeat(200)).chars().count(), 120);
    }
}
