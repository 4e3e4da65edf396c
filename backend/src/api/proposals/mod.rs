//! What is voted on, what it would do, and how it stands.
mod actions;
pub mod get;
mod governor;
pub mod list;
mod state;
mod words;

pub use governor::Governor;

use super::types::{Account, HexBytes, Wei};
use crate::app::AppState;
use chrono::{DateTime, Utc};
use protocol::ProposalState;
use serde::Serialize;
use sqlx::{Row, postgres::PgRow};
use storage::columns;
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
    /// For votes needed; null when the chain does not answer
    pub quorum: Option<Wei>,
    pub actions: Vec<Action>,
    pub created_at: DateTime<Utc>,
    pub queued_at: Option<DateTime<Utc>>,
    pub executed_at: Option<DateTime<Utc>>,
    pub canceled_at: Option<DateTime<Utc>>,
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

/// A proposal as the indexer stored it.
struct Stored {
    proposal: Proposal,
    targets: Vec<Vec<u8>>,
    values: Vec<String>,
    calldatas: Vec<Vec<u8>>,
}

const QUERY: &str = "
    select proposal_id::text as proposal_id, proposer, targets, \"values\"::text[] as amounts, calldatas, description,
        vote_start, vote_end, for_votes::text as for_votes, against_votes::text as against_votes,
        abstain_votes::text as abstain_votes, eta, queued_at, executed_at, canceled_at, created_at
    from chain.proposals where $1::numeric is null or proposal_id = $1::numeric
    order by created_at desc, proposal_id";

/// One proposal, or all of them with the newest first.
async fn load(state: &AppState, proposal_id: Option<Wei>) -> Result<Vec<Proposal>, sqlx::Error> {
    let mut conn = state.pool.acquire().await?;
    let rows = sqlx::query(QUERY).bind(proposal_id.map(|id| id.to_string())).fetch_all(&mut *conn).await?;
    // The contract's clock is the block's; a quiet development chain may be behind ours, a shifted one ahead.
    let mined_at: Option<DateTime<Utc>> =
        sqlx::query_scalar("select max(mined_at) from chain.blocks").fetch_one(&mut *conn).await?;
    let now = mined_at.map_or(state.clock.now(), |at| at.max(state.clock.now()));
    let governor = state.chain.deployment.contracts.governor;
    let expiry = state.governor.expiry(&state.chain.provider, governor).await;
    let mut proposals = Vec::with_capacity(rows.len());
    for row in &rows {
        let Stored { mut proposal, targets, values, calldatas } = from_row(row)?;
        let quorum = state.governor.quorum(&state.chain.provider, governor, proposal.vote_start, now).await;
        proposal.quorum = quorum.map(Wei);
        proposal.state = state::state(&proposal, quorum, expiry, now);
        for ((target, value), calldata) in targets.iter().zip(&values).zip(&calldatas) {
            let action = actions::decode(&state.chain.deployment.contracts, target, value, calldata);
            proposal.actions.push(words::describe(&mut conn, action).await?);
        }
        proposals.push(proposal);
    }
    Ok(proposals)
}

fn from_row(row: &PgRow) -> Result<Stored, sqlx::Error> {
    let description: String = row.try_get("description")?;
    let proposal = Proposal {
        proposal_id: Wei(columns::wei(row, "proposal_id")?),
        title: title(&description),
        description,
        proposer: Account(columns::address(row, "proposer")?),
        state: ProposalState::Pending,
        vote_start: row.try_get("vote_start")?,
        vote_end: row.try_get("vote_end")?,
        eta: row.try_get("eta")?,
        for_votes: Wei(columns::wei(row, "for_votes")?),
        against_votes: Wei(columns::wei(row, "against_votes")?),
        abstain_votes: Wei(columns::wei(row, "abstain_votes")?),
        quorum: None,
        actions: Vec::new(),
        created_at: row.try_get("created_at")?,
        queued_at: row.try_get("queued_at")?,
        executed_at: row.try_get("executed_at")?,
        canceled_at: row.try_get("canceled_at")?,
    };
    Ok(Stored {
        proposal,
        targets: row.try_get("targets")?,
        values: row.try_get("amounts")?,
        calldatas: row.try_get("calldatas")?,
    })
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
