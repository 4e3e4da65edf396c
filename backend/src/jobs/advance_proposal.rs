//! Queues a proposal that passed and executes it when its timelock is over, whoever made it.
use super::{Outcome, look_again};
use crate::{app::AppState, chain::Action};
use chrono::TimeDelta;
use protocol::{ProposalId, ProposalState};
use serde::{Deserialize, Serialize};

/// Payload of the job.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AdvanceProposal {
    pub proposal_id: ProposalId,
}

/// Do the next step of the proposal.
pub async fn run(
    app: &AppState,
    AdvanceProposal { proposal_id }: AdvanceProposal,
) -> anyhow::Result<Outcome> {
    let now = app.chain.head().await?.timestamp;
    let on_chain = app.chain.proposal(proposal_id).await?;
    match on_chain.state {
        ProposalState::Pending => Ok(look_again(on_chain.vote_start.saturating_sub(now))),
        ProposalState::Active => Ok(look_again(on_chain.vote_end.saturating_sub(now))),
        ProposalState::Succeeded => {
            let Some(action) = action(app, proposal_id).await? else { return Ok(NOT_INDEXED) };
            app.transactions()
                .send(&format!("proposal/{proposal_id}/queue"), &app.chain.queue(&action))
                .await?;
            Ok(Outcome::Again(TimeDelta::zero()))
        }
        ProposalState::Queued if now < on_chain.eta => Ok(look_again(on_chain.eta - now)),
        ProposalState::Queued => {
            let Some(action) = action(app, proposal_id).await? else { return Ok(NOT_INDEXED) };
            app.transactions()
                .send(&format!("proposal/{proposal_id}/execute"), &app.chain.execute(&action))
                .await?;
            Ok(Outcome::Done)
        }
        ProposalState::Canceled
        | ProposalState::Defeated
        | ProposalState::Expired
        | ProposalState::Executed => Ok(Outcome::Done),
    }
}

const NOT_INDEXED: Outcome = Outcome::Again(TimeDelta::seconds(1));

/// What the proposal does, as its creation said; `None` until the indexer has seen that.
async fn action(app: &AppState, proposal_id: ProposalId) -> anyhow::Result<Option<Action>> {
    let mut conn = app.pool.acquire().await?;
    let proposal = storage::chain::proposals::find(&mut conn, proposal_id).await?;
    Ok(proposal.map(|proposal| Action {
        targets: proposal.targets,
        values: proposal.values,
        calldatas: proposal.calldatas,
        description: proposal.description,
    }))
}
