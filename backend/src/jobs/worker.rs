//! The loop that leases jobs and does them.
use super::{
    ADVANCE_EPOCH, ADVANCE_PROPOSAL, ADVANCE_RUN, ANSWER_DEMAND, CHALLENGE_PAYOUTS, GiveUp, OPEN_EPOCH,
    Outcome, REGISTER_BASE, SAMPLE_COMPLETIONS, perform,
};
use crate::{app::AppState, metrics, settled, supervise::Shutdown};
use chrono::TimeDelta;
use sqlx::postgres::PgListener;
use std::time::{Duration, Instant};
use storage::app::jobs::{self, Job};

/// A worker that is silent for so long has lost its job to another one.
const LEASE: TimeDelta = TimeDelta::seconds(30);
const HEARTBEAT: Duration = Duration::from_secs(10);
/// Longest sleep without a look at the queue: a notification may get lost with its connection.
const LONGEST_SLEEP: Duration = Duration::from_secs(5);
const LONGEST_BACK_OFF_S: i64 = 60;

/// Kinds that wait for the chain most of the time.
pub const WAITING: &[&str] = &[OPEN_EPOCH, ADVANCE_EPOCH, ANSWER_DEMAND, CHALLENGE_PAYOUTS, ADVANCE_PROPOSAL];
/// Kinds that go on after a finality violation: their deadlines cost money, and the contracts check what they send.
const UNSTOPPABLE: &[&str] = &[ANSWER_DEMAND, CHALLENGE_PAYOUTS];
/// Kinds that occupy the machine for minutes, one at a time so that they do not slow each other down.
const HEAVY: &[&str] = &[SAMPLE_COMPLETIONS, ADVANCE_RUN, REGISTER_BASE];

/// Do jobs until `shutdown`: four that wait for the chain and one heavy one at a time.
pub async fn run(app: AppState, shutdown: Shutdown) {
    let mut lanes = tokio::task::JoinSet::new();
    for kinds in [WAITING, WAITING, WAITING, WAITING, HEAVY] {
        lanes.spawn(lane(app.clone(), kinds, shutdown.clone()));
    }
    lanes.join_all().await;
}

async fn lane(app: AppState, kinds: &'static [&'static str], mut shutdown: Shutdown) {
    let mut wake = listener(&app).await;
    while !shutdown.is_on() {
        let kinds = &allowed(&app, kinds).await;
        match next(&app, kinds).await {
            Ok(Some(job)) => {
                tokio::select! {
                    () = attempt(&app, &job) => {}
                    // Dropping the attempt ends its children; the job goes back to be taken up again.
                    () = shutdown.wait() => give_back(&app, &job).await,
                }
            }
            Ok(None) => {
                tokio::select! {
                    () = tokio::time::sleep(time_to_next(&app, kinds).await) => {}
                    () = notified(&mut wake) => {}
                    () = shutdown.wait() => {}
                }
            }
            Err(error) => {
                tracing::error!(%error, "the queue cannot be read");
                tokio::select! {
                    () = tokio::time::sleep(LONGEST_SLEEP) => wake = listener(&app).await,
                    () = shutdown.wait() => {}
                }
            }
        }
    }
}

/// The kinds that may run now. A block that was finalized and then replaced stops the others until it is acknowledged;
/// jobs that run already end by themselves.
async fn allowed(app: &AppState, kinds: &'static [&'static str]) -> Vec<&'static str> {
    let violated = settled::violated_block(app).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "it cannot be seen whether a final block was replaced");
        Some(0)
    });
    let runs = |kind: &&str| violated.is_none() || UNSTOPPABLE.contains(kind);
    kinds.iter().copied().filter(runs).collect()
}

async fn next(app: &AppState, kinds: &[&str]) -> Result<Option<Job>, sqlx::Error> {
    let now = app.clock.now();
    jobs::lease(&mut *app.pool.acquire().await?, kinds, now, now + LEASE).await
}

async fn time_to_next(app: &AppState, kinds: &[&str]) -> Duration {
    let due = async { jobs::next_due(&mut *app.pool.acquire().await?, kinds).await }.await.ok().flatten();
    let wait = due.map(|due| (due - app.clock.now()).to_std().unwrap_or(Duration::from_millis(10)));
    wait.unwrap_or(LONGEST_SLEEP).min(LONGEST_SLEEP)
}

/// A connection that hears of new jobs; without one the lane still polls.
async fn listener(app: &AppState) -> Option<PgListener> {
    let mut listener = PgListener::connect_with(&app.pool).await.ok()?;
    listener.listen(jobs::CHANNEL).await.ok()?;
    Some(listener)
}

async fn notified(wake: &mut Option<PgListener>) {
    let heard = match wake {
        Some(listener) => listener.recv().await.is_ok(),
        None => std::future::pending().await,
    };
    if !heard {
        *wake = None;
    }
}

/// One attempt at a job, with its lease kept alive, and the record of how it went.
async fn attempt(app: &AppState, job: &Job) {
    let begun = Instant::now();
    let outcome = tokio::select! {
        outcome = perform(app, job) => outcome,
        () = heartbeat(app, job) => {
            tracing::warn!(job.kind, job.key, "lost the lease; another worker has the job");
            return;
        }
    };
    let word = match &outcome {
        Ok(Outcome::Done) => "done",
        Ok(Outcome::Again(_)) => "again",
        Err(error) if error.is::<GiveUp>() => "gave_up",
        Err(_) => "failed",
    };
    metrics::job_ended(&job.kind, word, begun);
    if let Err(error) = record(app, job, outcome).await {
        tracing::error!(job.kind, job.key, %error, "how the job went cannot be stored; it will run again");
    }
}

/// Ends only when the job is not ours any more.
async fn heartbeat(app: &AppState, job: &Job) {
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        let until = app.clock.now() + LEASE;
        let renewed =
            async { jobs::renew(&mut *app.pool.acquire().await?, job.job_id, job.attempts, until).await }
                .await;
        match renewed {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => tracing::warn!(job.kind, %error, "the lease cannot be renewed"),
        }
    }
}

async fn record(app: &AppState, job: &Job, outcome: anyhow::Result<Outcome>) -> Result<(), sqlx::Error> {
    let now = app.clock.now();
    let mut conn = app.pool.acquire().await?;
    match outcome {
        Ok(Outcome::Done) => jobs::complete(&mut conn, job.job_id, now).await,
        Ok(Outcome::Again(after)) => jobs::reschedule(&mut conn, job.job_id, &job.payload, now + after).await,
        Err(error) => {
            let retry_at = (!error.is::<GiveUp>()).then(|| now + back_off(job.attempts));
            tracing::warn!(job.kind, job.key, job.attempts, error = format!("{error:#}"), "a job failed");
            jobs::fail(&mut conn, job.job_id, &format!("{error:#}"), retry_at, now).await
        }
    }
}

async fn give_back(app: &AppState, job: &Job) {
    let now = app.clock.now();
    let given = async {
        let mut conn = app.pool.acquire().await?;
        jobs::reschedule(&mut conn, job.job_id, &job.payload, now).await
    };
    if let Err(error) = given.await {
        tracing::warn!(job.kind, job.key, %error, "the job is taken up again when its lease ends");
    }
}

/// 1, 2, 4 … seconds, a minute at most.
fn back_off(attempts: u32) -> TimeDelta {
    let exponent = attempts.saturating_sub(1).min(6);
    TimeDelta::seconds((1i64 << exponent).min(LONGEST_BACK_OFF_S))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_minute() {
        let waits = [1, 2, 3, 7, 40].map(|attempts| back_off(attempts).num_seconds());
        assert_eq!(waits, [1, 2, 4, 60, 60]);
    }
}
