//! Work that is not done while a request waits, queued in Postgres. One file per kind.
//!
//! A job may be killed at any point and run again from its start: it looks at what the chain, the database and the data
//! folder hold already and does only what is missing. To add a kind: a file with its payload and `run`, a constant here and in [`KINDS`],
//! and a line in [`perform`].
//!
//! | kind | does |
//! |---|---|
//! | [`SAMPLE_COMPLETIONS`] | has the served version answer a campaign's prompts and makes tasks of the answers |
//! | [`OPEN_EPOCH`] | commits to gold and secret, opens an epoch on chain |
//! | [`ADVANCE_EPOCH`] | takes a closed epoch from its labels to the vote that pays it |
//! | [`ANSWER_DEMAND`] | shows a leaf of an epoch's trees that somebody demands to see |
//! | [`CHALLENGE_PAYOUTS`] | proves that payouts which somebody else proposed are wrong |
//! | [`ADVANCE_PROPOSAL`] | queues and executes a proposal that passed |
//! | [`ADVANCE_RUN`] | trains a version from labels and proposes to serve it |
//! | [`REGISTER_BASE`] | imports weights from elsewhere and registers them as a version |
mod advance_epoch;
mod advance_proposal;
mod advance_run;
mod answer_demand;
pub(crate) mod bonds;
mod challenge_payouts;
pub mod checkpoint;
mod dataset;
mod open_epoch;
mod payouts;
mod register_base;
pub mod rlhf;
pub mod run_request;
mod sample_completions;
pub mod sweep;
mod votes;
pub mod worker;

pub use advance_epoch::AdvanceEpoch;
pub use advance_proposal::AdvanceProposal;
pub use advance_run::AdvanceRun;
pub use answer_demand::AnswerDemand;
pub use challenge_payouts::ChallengePayouts;
pub use open_epoch::OpenEpoch;
pub use register_base::RegisterBase;
pub use sample_completions::SampleCompletions;

use crate::app::AppState;
use chrono::TimeDelta;
use serde::de::DeserializeOwned;
use storage::app::jobs::Job;

pub const SAMPLE_COMPLETIONS: &str = "sample_completions";
pub const OPEN_EPOCH: &str = "open_epoch";
pub const ADVANCE_EPOCH: &str = "advance_epoch";
pub const ANSWER_DEMAND: &str = "answer_demand";
pub const CHALLENGE_PAYOUTS: &str = "challenge_payouts";
pub const ADVANCE_PROPOSAL: &str = "advance_proposal";
pub const ADVANCE_RUN: &str = "advance_run";
pub const REGISTER_BASE: &str = "register_base";

/// All kinds.
pub const KINDS: [&str; 8] = [
    SAMPLE_COMPLETIONS,
    OPEN_EPOCH,
    ADVANCE_EPOCH,
    ANSWER_DEMAND,
    CHALLENGE_PAYOUTS,
    ADVANCE_PROPOSAL,
    ADVANCE_RUN,
    REGISTER_BASE,
];

/// What a job that went well wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing is left to do.
    Done,
    /// Look again after this time.
    Again(TimeDelta),
}

/// An error that trying again cannot mend. Every other error is retried.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct GiveUp(pub String);

/// Do what `job` asks for.
async fn perform(app: &AppState, job: &Job) -> anyhow::Result<Outcome> {
    match job.kind.as_str() {
        SAMPLE_COMPLETIONS => sample_completions::run(app, payload(job)?).await,
        OPEN_EPOCH => open_epoch::run(app, &job.key, payload(job)?).await,
        ADVANCE_EPOCH => advance_epoch::run(app, payload(job)?).await,
        ANSWER_DEMAND => answer_demand::run(app, payload(job)?).await,
        CHALLENGE_PAYOUTS => challenge_payouts::run(app, payload(job)?).await,
        ADVANCE_PROPOSAL => advance_proposal::run(app, payload(job)?).await,
        ADVANCE_RUN => advance_run::run(app, payload(job)?).await,
        REGISTER_BASE => register_base::run(app, payload(job)?).await,
        other => Err(GiveUp(format!("no job is called {other}")).into()),
    }
}

fn payload<T: DeserializeOwned>(job: &Job) -> anyhow::Result<T> {
    serde_json::from_value(job.payload.clone())
        .map_err(|error| GiveUp(format!("the payload of a {} job is wrong: {error}", job.kind)).into())
}

/// How long to wait for something that is due in `seconds` by the chain's clock: a twentieth of it, between one second
/// and a minute, because a local chain's clock can be moved.
fn look_again(seconds: u64) -> Outcome {
    Outcome::Again(TimeDelta::seconds(i64::try_from(seconds / 20).unwrap_or(60).clamp(1, 60)))
}
