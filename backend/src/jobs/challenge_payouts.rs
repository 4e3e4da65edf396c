//! Shows what is wrong with payouts that somebody else proposed, as `polity challenge` does for those who run no server.
use super::{Outcome, look_again};
use crate::{
    app::AppState,
    chain::EpochStatus,
    challenge::{Done, Hand, Party, Watcher},
};
use alloy::primitives::B256;
use serde::{Deserialize, Serialize};

/// Payload of the job; its key names the proposal's event.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChallengePayouts {
    pub epoch: u64,
    pub payouts_root: B256,
}

/// Do what can be done now; look again for as long as the proposal stands and is wrong.
pub async fn run(app: &AppState, payload: ChallengePayouts) -> anyhow::Result<Outcome> {
    let ChallengePayouts { epoch, payouts_root } = payload;
    let mut watcher = Watcher::of_server(app);
    let mut refused = None;
    loop {
        let on_chain = app.chain.epoch(epoch).await?;
        if on_chain.status != EpochStatus::Proposed || on_chain.payouts_root != payouts_root {
            return Ok(Outcome::Done);
        }
        let findings = watcher.look(epoch).await?;
        // What is wrong with labels is the operator's fault: perhaps our own.
        let Some(finding) = findings.iter().find(|finding| finding.against == Party::Proposer) else {
            return Ok(Outcome::Done);
        };
        match watcher.act(epoch, finding, &Hand::Queue(app)).await? {
            Done::Sent(tx_hash) => tracing::warn!(epoch, %tx_hash, "challenged payouts: {finding}"),
            Done::Refused(reason) if refused.as_ref() != Some(&reason) => refused = Some(reason),
            // A vote is proposed when the window is over.
            other => {
                tracing::warn!(epoch, ?other, "{finding}");
                return Ok(look_again(app.chain.response_window().await?));
            }
        }
    }
}
