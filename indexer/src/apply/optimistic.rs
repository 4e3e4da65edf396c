//! `OptimisticGovernor` → `routine_calls`, `routine_proposers`, `routine_proposals`, `vetoes`.

use super::{Context, change};
use crate::events::OptimisticEvent;
use sqlx::{Error, PgConnection};
use storage::chain::{
    feed::Change,
    routine::{self, RoutineCall, Veto},
};

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
        OptimisticEvent::VoteCast(cast) => {
            let [weight, _, _] = cast.split;
            if weight.is_zero() {
                return Ok(vec![]);
            }
            let (proposal_id, voter, reason) = (cast.proposal_id, cast.voter, cast.reason);
            let veto = Veto { proposal_id, voter, weight, reason, cast_at: at };
            routine::add_veto(conn, &veto, context.position).await?;
            proposal_id
        }
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
