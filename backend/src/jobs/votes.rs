//! Votes that a job asks for: made once, followed to their end, and held again when they decided nothing.
use super::{ADVANCE_PROPOSAL, advance_epoch, payouts};
use crate::{
    app::AppState,
    chain::{Action, EpochOnChain},
    epoch_votes,
};
use anyhow::bail;
use protocol::ProposalState;
use serde_json::json;
use storage::app::{jobs, transactions};

/// What a vote decides.
#[derive(Clone, Copy)]
pub(super) enum Matter<'a> {
    Accept(&'a EpochOnChain),
    Reject(&'a EpochOnChain),
    Void,
}

impl Matter<'_> {
    async fn action(self, app: &AppState, epoch: u64, vote: u32) -> anyhow::Result<Action> {
        Ok(match self {
            Self::Accept(on_chain) => {
                let payouts = payouts::compute(app, epoch, on_chain).await?;
                epoch_votes::accept(&app.chain, epoch, on_chain, &payouts, vote)
            }
            Self::Reject(on_chain) => {
                let recomputed = payouts::compute(app, epoch, on_chain).await?.tree.root();
                epoch_votes::reject(&app.chain, epoch, on_chain, recomputed, vote)
            }
            Self::Void => epoch_votes::void(&app.chain, epoch, vote),
        })
    }
}

/// Make a proposal that settles the epoch and have it followed. One that ended without a decision is made again.
///
/// # Errors
/// The voters said no, or the proposal was canceled: people must decide how it goes on. It is looked at again all the
/// same, because they may do so on chain.
pub(super) async fn put_to_vote(
    app: &AppState,
    epoch: u64,
    step: &str,
    matter: Matter<'_>,
) -> anyhow::Result<()> {
    for vote in 1..=epoch_votes::MAX_VOTES {
        let step = if vote == 1 { step.to_owned() } else { format!("{step}/{vote}") };
        let Some(action) = proposed(app, &advance_epoch::tx_key(epoch, &step)).await? else {
            let action = matter.action(app, epoch, vote).await?;
            advance_epoch::send(app, epoch, &step, &app.chain.propose(&action)).await?;
            return follow(app, &action).await;
        };
        let id = action.proposal_id();
        let refused = match app.chain.proposal(id).await?.state {
            ProposalState::Canceled => true,
            ProposalState::Defeated => {
                let (r#for, against) = app.chain.proposal_votes(id).await?;
                against >= r#for && !against.is_zero()
            }
            ProposalState::Expired => false,
            _ => return follow(app, &action).await,
        };
        if refused {
            bail!(
                "proposal {id} about epoch {epoch} was refused or canceled; until a vote accepts, rejects or voids it, no \
                 later epoch is paid (`polity epoch status {epoch}` says who can do what)"
            );
        }
        tracing::warn!(epoch, proposal.id = %id, vote, "the vote ended without a decision");
    }
    bail!(
        "{} votes about epoch {epoch} ended without a decision; voters must be found, or the epoch voided",
        epoch_votes::MAX_VOTES
    )
}

/// The proposal that a mined transaction made.
async fn proposed(app: &AppState, key: &str) -> anyhow::Result<Option<Action>> {
    let mut conn = app.pool.acquire().await?;
    let stored = transactions::find(&mut conn, key).await?;
    let mined = stored.filter(|transaction| transaction.state == "mined");
    Ok(mined.and_then(|transaction| Action::from_propose(&transaction.data)))
}

/// Have the proposal queued and executed when it passes.
pub(super) async fn follow(app: &AppState, action: &Action) -> anyhow::Result<()> {
    let id = action.proposal_id().to_string();
    let mut conn = app.pool.acquire().await?;
    jobs::enqueue(&mut conn, ADVANCE_PROPOSAL, &id, &json!({"proposalId": id}), app.clock.now()).await?;
    Ok(())
}
