//! `OptimisticGovernor` → `routine_calls`, `routine_proposers`, `routine_proposals`, `vetoes`.

use super::{Changes, Context, change};
use crate::events::{CastVote, OptimisticEvent};
use sqlx::{Error, PgConnection};
use storage::chain::{
    Position,
    feed::Change,
    routine::{self, RoutineCall, Veto},
};

/// A run of votes, of which only those against count.
#[derive(Default)]
pub struct Vetoes(Vec<(Position, Veto)>);

impl Vetoes {
    pub fn add(&mut self, context: &Context, cast: CastVote, changes: &mut Changes) {
        let [weight, _, _] = cast.split;
        if weight.is_zero() {
            return;
        }
        let (proposal_id, voter, reason) = (cast.proposal_id, cast.voter, cast.reason);
        let veto = Veto { proposal_id, voter, weight, reason, cast_at: context.mined_at };
        self.0.push((context.position, veto));
        changes.add(context, "routine_proposals", proposal_id);
    }

    pub async fn write(self, conn: &mut PgConnection) -> Result<(), Error> {
        routine::add_vetoes(conn, &self.0).await
    }
}

pub async fn apply(
    conn: &mut PgConnection,
    context: &Context,
    event: OptimisticEvent,
) -> Result<Vec<Change>, Error> {
    let at = context.mined_at;
    let proposal_id = match event {
        OptimisticEvent::CallSet { target, selector, words, allowed } => {
            if allowed {
                routine::allow_call(conn, &RoutineCall { target, selector, words, since: at }).await?;
            } else {
                routine::forbid_call(conn, target, selector).await?;
            }
            return Ok(vec![change("routine_calls", target)]);
        }
        OptimisticEvent::ProposerSet { account, allowed } => {
            if allowed {
                routine::allow_proposer(conn, account, at).await?;
            } else {
                routine::forbid_proposer(conn, account).await?;
            }
            return Ok(vec![change("routine_proposers", account)]);
        }
        OptimisticEvent::Created(proposal) => {
            routine::insert(conn, &proposal, context.position.block_number, at).await?;
            proposal.proposal_id
        }
        // Folded by `Vetoes`.
        OptimisticEvent::VoteCast(_) => return Ok(vec![]),
        OptimisticEvent::Executed { proposal_id } => {
            routine::set_executed(conn, proposal_id, at).await?;
            proposal_id
        }
        OptimisticEvent::Canceled { proposal_id } => {
            routine::set_canceled(conn, proposal_id, at).await?;
            proposal_id
        }
    };
    Ok(vec![change("routine_proposals", proposal_id)])
}
