//! Trains a version from labels and proposes to serve it.
//!
//! `dataset → register → reward → policy → version → proposal → done`; `reward` only where the policy learns from one. Each stage writes what it made to
//! `app.runs.results` before the next begins; a restart repeats at most the stage that was running, and each stage
//! finds what an earlier attempt left.
use super::{GiveUp, Outcome, checkpoint, dataset, rlhf::Rlhf, run_request::RunRequest, votes::follow};
use crate::{
    app::AppState,
    chain::Action,
    settled::{self, Serve},
};
use alloy::primitives::B256;
use anyhow::{Context, bail};
use futures::FutureExt;
use protocol::{
    manifest::{Evaluation, RunParams, RunSpec, canonical_json},
    version::{VersionDigest, learned_from},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::PgPool;
use std::collections::BTreeMap;
use storage::app::{campaigns, checkpoints, runs};

/// Payload of the job.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AdvanceRun {
    pub run_id: i64,
}

/// What finished stages made: `app.runs.results`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Results {
    /// Version that training starts from, and its checkpoint.
    parent_version: B256,
    parent: B256,
    preferences: B256,
    prompts: B256,
    /// Checkpoint of the reward model, and its accuracy on held-out tasks.
    reward: Option<B256>,
    reward_accuracy: Option<f64>,
    /// Checkpoint of the trained policy.
    policy: Option<B256>,
    version_id: Option<B256>,
    version_number: Option<u32>,
    proposal_id: Option<String>,
}

/// Take the run from where it is to its end.
pub async fn run(app: &AppState, AdvanceRun { run_id }: AdvanceRun) -> anyhow::Result<Outcome> {
    let outcome = advance(app, run_id).await;
    if let Err(error) = &outcome
        && error.is::<GiveUp>()
    {
        let mut conn = app.pool.acquire().await?;
        runs::finish(&mut conn, run_id, Some(&format!("{error:#}")), app.clock.now()).await?;
    }
    outcome
}

async fn advance(app: &AppState, run_id: i64) -> anyhow::Result<Outcome> {
    loop {
        let run = runs::find(&mut *app.pool.acquire().await?, run_id).await?;
        let run = run.ok_or_else(|| GiveUp(format!("there is no run {run_id}")))?;
        let request: RunRequest = serde_json::from_value(run.request.clone())
            .map_err(|error| GiveUp(format!("the request of run {run_id} is wrong: {error}")))?;
        let mut results: Results = serde_json::from_value(run.results.clone())?;
        let next = match run.stage.as_str() {
            "dataset" => export(app, &run, &request, &mut results).await?,
            "register" => register_datasets(app, &request, &results).await?,
            "reward" => train_reward(app, run_id, &request, &mut results).await?,
            "policy" => train_policy(app, run_id, &request, &mut results).await?,
            "version" => register_version(app, &mut results).await?,
            "proposal" => propose(app, &mut results).await?,
            "done" => return Ok(Outcome::Done),
            other => return Err(GiveUp(format!("no stage is called {other}")).into()),
        };
        let mut conn = app.pool.acquire().await?;
        runs::set_stage(&mut conn, run_id, next, &serde_json::to_value(&results)?).await?;
        if next == "done" {
            runs::finish(&mut conn, run_id, None, app.clock.now()).await?;
        }
        tracing::info!(run.id = run_id, stage = next, "a training run goes on");
    }
}

async fn export(
    app: &AppState,
    run: &runs::Run,
    request: &RunRequest,
    results: &mut Results,
) -> anyhow::Result<&'static str> {
    let campaign = campaigns::find(&mut *app.pool.acquire().await?, run.campaign_id).await?;
    let campaign = campaign.context("a run belongs to a campaign")?;
    let family_id = campaign.family_id;
    results.parent_version = match settled::active_version(app, family_id).await? {
        Serve::Version(active) => active,
        Serve::Nothing => return Err(GiveUp("no version is active to train from".into()).into()),
        Serve::AsBefore => bail!("which version is active is not final yet"),
    };
    results.parent = app.chain.version_digest(results.parent_version).await?.manifest_hash;
    results.preferences = dataset::export_preferences(app, &request.epochs, family_id).await?;
    results.prompts = dataset::export_prompts(app, run.campaign_id, family_id).await?;
    Ok("register")
}

async fn register_datasets(
    app: &AppState,
    request: &RunRequest,
    results: &Results,
) -> anyhow::Result<&'static str> {
    dataset::register(app, results.preferences).await?;
    if request.reward.is_none() {
        return Ok("policy");
    }
    dataset::register(app, results.prompts).await?;
    Ok("reward")
}

async fn train_reward(
    app: &AppState,
    run_id: i64,
    request: &RunRequest,
    results: &mut Results,
) -> anyhow::Result<&'static str> {
    let inputs = [("parent", results.parent), ("preferences", results.preferences)];
    let params = request.reward.clone().context("only runs with a reward model get here")?;
    let params = RunParams::Reward(params);
    let trained = train(app, run_id, request, "reward", &inputs, params).await?;
    results.reward = Some(trained.manifest_hash);
    results.reward_accuracy = trained.manifest.metrics.get("heldOutAccuracy").copied();
    Ok("policy")
}

async fn train_policy(
    app: &AppState,
    run_id: i64,
    request: &RunRequest,
    results: &mut Results,
) -> anyhow::Result<&'static str> {
    let params = request.policy().map_err(|error| GiveUp(error.to_string()))?;
    let input = |&name: &&'static str| match name {
        "parent" => Ok((name, results.parent)),
        "preferences" => Ok((name, results.preferences)),
        "prompts" => Ok((name, results.prompts)),
        "reward" => Ok((name, results.reward.context("the stage before trained a reward model")?)),
        other => bail!("nothing here makes the input {other}"),
    };
    let inputs = params.task().inputs().iter().map(input).collect::<anyhow::Result<Vec<_>>>()?;
    let trained = train(app, run_id, request, "policy", &inputs, params).await?;
    results.policy = Some(trained.manifest_hash);
    Ok("version")
}

/// One run of the trainer, or what an earlier attempt of it left.
async fn train(
    app: &AppState,
    run_id: i64,
    request: &RunRequest,
    stage: &str,
    inputs: &[(&'static str, B256)],
    params: RunParams,
) -> anyhow::Result<checkpoint::Stored> {
    let spec = RunSpec {
        inputs: inputs.iter().map(|(name, hash)| ((*name).to_owned(), *hash)).collect::<BTreeMap<_, _>>(),
        seed: request.seed,
        profile: request.profile,
        precision: request.precision,
        params,
    };
    let bytes = canonical_json(&spec)?;
    let folder = app.config.data.dir.join("runs").join(run_id.to_string());
    tokio::fs::create_dir_all(&folder).await?;
    let spec_file = folder.join(format!("{stage}.json"));
    tokio::fs::write(&spec_file, &bytes).await?;
    let spec_hash = app.blobs.put(bytes).await?;
    if let Some(stored) = trained_before(app, spec_hash).await? {
        return Ok(stored);
    }
    let out = folder.join(stage);
    if !out.join("manifest.json").exists() {
        let folders = inputs.iter().map(|&(name, hash)| match name {
            "parent" | "reward" => (name, checkpoint::folder(app, hash)),
            _ => (name, dataset::folder(app, hash)),
        });
        let folders: Vec<_> = folders.collect();
        let pool = app.pool.clone();
        let show = move |progress| show(pool.clone(), run_id, progress).boxed();
        Rlhf::find(&app.config.model).train(&spec_file, &folders, &out, &show).await?;
    }
    checkpoint::adopt(app, &out).await
}

async fn show(pool: PgPool, run_id: i64, progress: Value) -> anyhow::Result<()> {
    runs::set_progress(&mut *pool.acquire().await?, run_id, &progress).await?;
    Ok(())
}

/// The checkpoint that this very spec made, if it is in its place.
async fn trained_before(app: &AppState, spec_hash: B256) -> anyhow::Result<Option<checkpoint::Stored>> {
    let all = checkpoints::list(&mut *app.pool.acquire().await?).await?;
    let found = all.into_iter().find(|stored| {
        let hash = stored.manifest["runSpecHash"].as_str();
        hash == Some(spec_hash.to_string().as_str()) && checkpoint::folder(app, stored.manifest_hash).is_dir()
    });
    found.map(|stored| checkpoint::read_manifest(&checkpoint::folder(app, stored.manifest_hash))).transpose()
}

async fn register_version(app: &AppState, results: &mut Results) -> anyhow::Result<&'static str> {
    let policy = results.policy.context("the stage before trained a policy")?;
    let runs = results.reward.into_iter().chain([policy]);
    let runs: Vec<_> = runs
        .map(|hash| checkpoint::read_manifest(&checkpoint::folder(app, hash)))
        .collect::<Result<_, _>>()?;
    let datasets = learned_from(runs.iter().map(|run| run.manifest.dataset_hashes.as_slice()));
    let policy = runs.last().context("the policy is the last of them")?;
    let registered = checkpoint::register(app, policy, datasets, results.parent_version).await?;
    results.version_id = Some(registered.version_id);
    results.version_number = Some(registered.number);
    Ok("proposal")
}

async fn propose(app: &AppState, results: &mut Results) -> anyhow::Result<&'static str> {
    let version_id = results.version_id.context("the stage before registered a version")?;
    let digest = app.chain.version_digest(version_id).await?;
    let description = description(app, results, version_id, &digest).await?;
    let action = Action::new(vec![app.chain.activate_version(version_id)], description);
    app.transactions().send(&format!("version/{version_id}/proposal"), &app.chain.propose(&action)).await?;
    follow(app, &action).await?;
    results.proposal_id = Some(action.proposal_id().to_string());
    Ok("done")
}

async fn description(
    app: &AppState,
    results: &Results,
    version_id: B256,
    digest: &VersionDigest,
) -> anyhow::Result<String> {
    let stored = checkpoints::find(&mut *app.pool.acquire().await?, digest.manifest_hash).await?;
    let evaluation = stored.and_then(|stored| stored.evaluation);
    let evaluation: Option<Evaluation> = evaluation.map(serde_json::from_value).transpose()?;
    let name = &app.chain.deployment.family.name;
    let number = results.version_number.unwrap_or_default();
    let percent = |bps: u32| format!("{:.1} %", f64::from(bps) / 100.0);
    let (title, measured) = match &evaluation {
        Some(e) => (
            format!("win rate {}", percent(e.win_rate_bps)),
            format!(
                "Against its parent on {} held-out comparisons it wins {} (95 % interval {} to {}), judged by the reward model.",
                e.n_comparisons,
                percent(e.win_rate_bps),
                percent(e.ci_low_bps),
                percent(e.ci_high_bps)
            ),
        ),
        None => ("not evaluated".to_owned(), "It was not compared with its parent.".to_owned()),
    };
    Ok(format!(
        "# Serve {name} v{number}: {title}\n\n{measured}\n\nVersion {version_id}, trained from version {} on preferences {} \
         and prompts {}. Anybody can check it with `polity verify model {version_id}`.",
        results.parent_version, results.preferences, results.prompts
    ))
}
