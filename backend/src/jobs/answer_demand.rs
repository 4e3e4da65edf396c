//! Shows a leaf that somebody demands to see. Without an answer in time, whoever is responsible for the tree loses its bond.
use super::{GiveUp, Outcome, payouts};
use crate::{
    app::AppState,
    chain::{Call, Demand, DemandedTree, EpochOnChain},
};
use protocol::{
    Epoch,
    rewards::openings::{Gold, Labels, Payouts},
};
use serde::{Deserialize, Serialize};
use storage::app::payout_leaves;

/// Payload of the job; its key names the demand's event.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AnswerDemand {
    pub epoch: u64,
}

/// Answer, unless somebody did or the demand is over for another reason.
pub async fn run(app: &AppState, AnswerDemand { epoch }: AnswerDemand) -> anyhow::Result<Outcome> {
    let on_chain = app.chain.epoch(epoch).await?;
    let demand = app.chain.demand(epoch).await?;
    if on_chain.challenger != Some(demand.challenger) {
        return Ok(Outcome::Done);
    }
    let call = answer(app, epoch, &on_chain, &demand).await?;
    // The same leaf may be demanded again, by the same account, but not until the same second.
    let key = format!("demand/{epoch}/{}/{}", demand.challenger, demand.answer_by);
    app.transactions().send(&key, &call).await?;
    tracing::info!(epoch, index = demand.index, tree = ?demand.tree, "answered a demand");
    Ok(Outcome::Done)
}

async fn answer(
    app: &AppState,
    epoch: u64,
    on_chain: &EpochOnChain,
    demand: &Demand,
) -> anyhow::Result<Call> {
    let unknown = || GiveUp(format!("{:?} of epoch {epoch} has no position {}", demand.tree, demand.index));
    Ok(match demand.tree {
        DemandedTree::Labels => {
            let labels = Labels::new(Epoch(epoch), &payouts::bundle(app, on_chain).await?.label_words());
            app.chain.answer_label(epoch, &labels.open(demand.index).ok_or_else(unknown)?)
        }
        DemandedTree::Gold => {
            let gold = Gold::new(&payouts::bundle(app, on_chain).await?.gold_words());
            app.chain.answer_gold(epoch, &gold.open(demand.index).ok_or_else(unknown)?)
        }
        DemandedTree::Payouts => {
            let leaves = payout_leaves::list(&mut *app.pool.acquire().await?, epoch).await?;
            let payouts = Payouts::new(leaves);
            if payouts.tree().root() != on_chain.payouts_root {
                return Err(GiveUp(format!(
                    "the payouts of epoch {epoch} were proposed by {} and are not ours: only it can open them",
                    on_chain.proposer
                ))
                .into());
            }
            app.chain.answer_payout(epoch, &payouts.open(demand.index).ok_or_else(unknown)?)
        }
    })
}
