//! `ProtocolGovernor` → `proposals`, `votes`, `quorums`.

use super::{Context, change};
use crate::events::GovernorEvent;
use sqlx::{Error, PgConnection};
use storage::chain::{
    feed::Change,
    proposals, quorums,
    votes::{self, Vote},
};

pub async fn apply(
    conn: &mut PgConnection,
    context: &Context,
    event: GovernorEvent,
) -> Result<Vec<Change>, Error> {
    let proposal_id = match event {
        GovernorEvent::Created(proposal) => {
            proposals::insert(conn, &proposal, context.position.block_number, context.mined_at).await?;
            proposal.proposal_id
        }
        GovernorEvent::Extended { proposal_id, vote_end } => {
            proposals::set_vote_end(conn, proposal_id, vote_end).await?;
            proposal_id
        }
        GovernorEvent::VoteCast { proposal_id, voter, support, weight, split, reason } => {
            let (position, cast_at) = (context.position, context.mined_at);
            let vote = Vote { proposal_id, voter, support, weight, reason, position, cast_at };
            votes::insert(conn, &vote).await?;
            proposals::add_votes(conn, proposal_id, split).await?;
            let key = format!("{proposal_id}:{voter}");
            return Ok(vec![change("votes", key), change("proposals", proposal_id)]);
        }
        GovernorEvent::Queued { proposal_id, eta } => {
            proposals::set_queued(conn, proposal_id, eta, context.mined_at).await?;
            proposal_id
        }
        GovernorEvent::Executed { proposal_id } => {
            proposals::set_executed(conn, proposal_id, context.mined_at).await?;
            proposal_id
        }
        GovernorEvent::Canceled { proposal_id } => {
            proposals::set_canceled(conn, proposal_id, context.mined_at).await?;
            proposal_id
        }
        GovernorEvent::QuorumChanged { quorum_bps } => {
            quorums::insert(conn, context.position, quorum_bps, context.mined_at).await?;
            return Ok(vec![change("quorums", quorum_bps)]);
        }
    };
    Ok(vec![change("proposals", proposal_id)])
}
