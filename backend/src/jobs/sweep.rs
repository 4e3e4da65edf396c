//! Finds what should be on its way and is not queued: proposals that anybody made, epochs that were closed, payouts that
//! somebody else proposed, and demands that nobody answered. Closes epochs whose labels would else be committed too late.
use super::{ADVANCE_EPOCH, ADVANCE_PROPOSAL, ANSWER_DEMAND, CHALLENGE_PAYOUTS};
use crate::{app::AppState, supervise::Shutdown};
use serde_json::json;
use std::time::Duration;
use storage::app::{epochs, jobs};

/// Look every second until `shutdown`.
pub async fn run(app: AppState, mut shutdown: Shutdown) {
    let mut commit_window = None;
    while !shutdown.is_on() {
        if let Err(error) = sweep(&app, &mut commit_window).await {
            tracing::warn!(error = format!("{error:#}"), "could not look for work");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            () = shutdown.wait() => {}
        }
    }
}

/// `commit_window`: what the contract says, once it was asked; it never changes.
async fn sweep(app: &AppState, commit_window: &mut Option<u64>) -> anyhow::Result<()> {
    let now = app.clock.now();
    let mut conn = app.pool.acquire().await?;
    for id in jobs::proposals_without(&mut conn, ADVANCE_PROPOSAL).await? {
        jobs::enqueue(&mut conn, ADVANCE_PROPOSAL, &id, &json!({"proposalId": id}), now).await?;
    }
    for epoch in epochs::closed_without(&mut conn, ADVANCE_EPOCH).await? {
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
    let window = match *commit_window {
        Some(window) => window,
        None => *commit_window.insert(app.chain.commit_window().await?),
    };
    // Labels take a transaction; an epoch without any takes a vote that voids it before anybody else can.
    for epoch in epochs::open_longer_than(&mut conn, window - window / 10, window - window / 3).await? {
        tracing::warn!(epoch, "closing the epoch: its labels must be on chain before the commit window ends");
        epochs::close(&mut conn, epoch, now).await?;
    }
    Ok(())
}
