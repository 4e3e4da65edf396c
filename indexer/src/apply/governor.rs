//! `ProtocolGovernor` → `proposals`, `votes`, `quorums`.

use super::{Changes, Context, change};
use crate::events::{CastVote, GovernorEvent};
use alloy::primitives::U256;
use sqlx::{Error, PgConnection};
use std::collections::BTreeMap;
use storage::chain::{
    feed::Change,
    proposals, quorums,
    votes::{self, Vote},
};

/// A run of votes: tallies do not depend on their order.
#[derive(Default)]
pub struct Votes {
    votes: Vec<Vote>,
    tallies: BTreeMap<U256, [U256; 3]>,
}

impl Votes {
    pub fn add(&mut self, context: &Context, cast: CastVote, changes: &mut Changes) {
        let CastVote { proposal_id, voter, support, weight, split, reason } = cast;
        let tally = self.tallies.entry(proposal_id.0).or_default();
        for (pot, weight) in tally.iter_mut().zip(split) {
            *pot = pot.saturating_add(weight);
        }
        let (position, cast_at) = (context.position, context.mined_at);
        self.votes.push(Vote { proposal_id, voter, support, weight, reason, position, cast_at });
        changes.add(context, "votes", format_args!("{proposal_id}:{voter}"));
        changes.add(context, "proposals", proposal_id);
    }

    pub async fn write(self, conn: &mut PgConnection) -> Result<(), Error> {
        if self.votes.is_empty() {
            return Ok(());
        }
        votes::insert_many(conn, &self.votes).await?;
        proposals::add_votes(conn, &self.tallies).await
    }
}

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
        // Folded by `Votes`.
        GovernorEvent::VoteCast(_) => return Ok(vec![]),
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
