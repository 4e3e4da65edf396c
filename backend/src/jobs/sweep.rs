//! Finds what should be on its way and is not queued: proposals that anybody made, epochs that were closed, payouts that
//! somebody else proposed, and demands that nobody answered.
use super::{ADVANCE_EPOCH, ADVANCE_PROPOSAL, ANSWER_DEMAND, CHALLENGE_PAYOUTS};
use crate::{app::AppState, supervise::Shutdown};
use serde_json::json;
use std::time::Duration;
use storage::app::jobs;

/// Look every second until `shutdown`.
pub async fn run(app: AppState, mut shutdown: Shutdown) {
    while !shutdown.is_on() {
        if let Err(error) = sweep(&app).await {
            tracing::warn!(error = format!("{error:#}"), "could not look for work");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            () = shutdown.wait() => {}
        }
    }
}

async fn sweep(app: &AppState) -> anyhow::Result<()> {
    let now = app.clock.now();
    let mut conn = app.pool.acquire().await?;
    for id in jobs::proposals_without(&mut conn, ADVANCE_PROPOSAL).await? {
        jobs::enqueue(&mut conn, ADVANCE_PROPOSAL, &id, &json!({"proposalId": id}), now).await?;
    }
    for epoch in storage::app::epochs::closed_without(&mut conn, ADVANCE_EPOCH).await? {
        jobs::enqueue(&mut conn, ADVANCE_EPOCH, &epoch.to_string(), &json!({"epoch": epoch}), now).await?;
    }
    let operator = app.chain.operator.address();
    for (key, epoch, payouts_root) in jobs::payouts_without(&mut conn, CHALLENGE_PAYOUTS, operator).await? {
        let payload = json!({"epoch": epoch, "payoutsRoot": payouts_root});
        jobs::enqueue(&mut conn, CHALLENGE_PAYOUTS, &key, &payload, now).await?;
    }
    for (key, epoch) in jobs::demands_without(&mut conn, ANSWER_DEMAND).await? {
        jobs::enqueue(&mut conn, ANSWER_DEMAND, &key, &json!({"epoch": epoch}), now).await?;
    }
    Ok(())
}
