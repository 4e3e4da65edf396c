//! Frozen samples: labels and prompts as files named by their hash, registered on chain.
use super::GiveUp;
use crate::{
    aggregation::{Verdict, verdicts},
    app::AppState,
};
use alloy::primitives::{B256, hex};
use protocol::manifest::{
    Aggregation, DatasetKind, DatasetManifest, FileEntry, PreferenceSample, PromptSample, Split,
    canonical_json, sample_root,
};
use serde::Serialize;
use std::{collections::BTreeSet, path::PathBuf};
use storage::app::{datasets, preferences, prompts, tasks};

/// Labels and completions are published under it.
const LICENCE: &str = "CC-BY-4.0";
/// One task in so many is held out.
const TEST_ONE_IN: u8 = 10;

/// Folder of a dataset: `<data>/datasets/<dataset hash>`.
pub fn folder(app: &AppState, dataset_hash: B256) -> PathBuf {
    app.config.data.dir.join("datasets").join(hex::encode(dataset_hash))
}

/// Freeze the labels of these epochs.
pub async fn export_preferences(app: &AppState, epochs: &[u64], family_id: B256) -> anyhow::Result<B256> {
    let mut conn = app.pool.acquire().await?;
    let mut answers = Vec::new();
    for &epoch in epochs {
        let stored = storage::app::epochs::find(&mut conn, epoch).await?;
        if stored.is_none_or(|epoch| epoch.closed_at.is_none()) {
            return Err(GiveUp(format!("epoch {epoch} is not closed, so its labels are not final")).into());
        }
        for preference in preferences::list_by_epoch(&mut conn, epoch).await? {
            answers.push((preference.task_id, preference.labeler, preference.choice));
        }
    }
    let numbers: Vec<i64> = epochs.iter().map(|epoch| epoch.cast_signed()).collect();
    let tasks = tasks::list_answered(&mut conn, &numbers).await?;
    drop(conn);
    let verdicts = tokio::task::spawn_blocking(|| verdicts(answers)).await?;
    let samples: Vec<PreferenceSample> =
        tasks.iter().filter_map(|task| Some(sample(task, verdicts.get(&task.task_id)?))).collect();
    let version_ids: BTreeSet<B256> = tasks.iter().map(|task| task.version_id).collect();
    let epochs: BTreeSet<u64> = epochs.iter().copied().collect();
    freeze(app, DatasetKind::Preferences, &samples, family_id, epochs, version_ids).await
}

/// Freeze the prompts of a campaign, in their order: the last ones are held out by the trainer.
pub async fn export_prompts(app: &AppState, campaign_id: i64, family_id: B256) -> anyhow::Result<B256> {
    let prompts = prompts::list(&mut *app.pool.acquire().await?, campaign_id).await?;
    let samples: Vec<_> = prompts.into_iter().map(|prompt| PromptSample { prompt: prompt.prompt }).collect();
    freeze(app, DatasetKind::Prompts, &samples, family_id, BTreeSet::new(), BTreeSet::new()).await
}

/// Register a frozen dataset, once.
pub async fn register(app: &AppState, dataset_hash: B256) -> anyhow::Result<()> {
    if app.chain.dataset(dataset_hash).await?.is_some() {
        return Ok(());
    }
    let stored = datasets::find(&mut *app.pool.acquire().await?, dataset_hash).await?;
    let stored = stored.ok_or_else(|| GiveUp(format!("dataset {dataset_hash} was never exported")))?;
    let manifest: DatasetManifest = serde_json::from_value(stored.manifest)?;
    let uri = format!("{}/api/v1/datasets/{dataset_hash}", app.public_url);
    let call = app.chain.register_dataset(
        dataset_hash,
        manifest.sample_root,
        manifest.sample_count,
        manifest.licence,
        uri,
    );
    app.transactions().send(&format!("dataset/{dataset_hash}"), &call).await?;
    Ok(())
}

fn sample(task: &tasks::Task, verdict: &Verdict) -> PreferenceSample {
    let (a, b) = (&task.completion_a, &task.completion_b);
    let (chosen, rejected) = if verdict.a_is_better { (a, b) } else { (b, a) };
    PreferenceSample {
        task_id: task.task_id,
        prompt: task.prompt.clone(),
        chosen: chosen.clone(),
        rejected: rejected.clone(),
        chosen_votes: verdict.votes.0,
        rejected_votes: verdict.votes.1,
        soft: Some(verdict.soft),
        margin_bps: None,
        // Task ids are hashes, so this is a fixed draw that no one chooses.
        split: if task.task_id[31].is_multiple_of(TEST_ONE_IN) { Split::Test } else { Split::Train },
    }
}

async fn freeze(
    app: &AppState,
    kind: DatasetKind,
    samples: &[impl Serialize],
    family_id: B256,
    epochs: BTreeSet<u64>,
    version_ids: BTreeSet<B256>,
) -> anyhow::Result<B256> {
    if samples.is_empty() {
        return Err(GiveUp(format!("there are no {kind:?} to train on")).into());
    }
    let lines: Vec<Vec<u8>> = samples.iter().map(canonical_json).collect::<Result<_, _>>()?;
    let data = lines.iter().flat_map(|line| line.iter().copied().chain([b'\n'])).collect::<Vec<u8>>();
    let manifest = DatasetManifest {
        format: Default::default(),
        kind,
        files: vec![FileEntry::of("data.jsonl", &data)],
        sample_count: lines.len() as u64,
        sample_root: sample_root(lines.iter().map(Vec::as_slice)),
        licence: LICENCE.to_owned(),
        family_id,
        epochs: epochs.into_iter().collect(),
        version_ids: version_ids.into_iter().collect(),
        aggregation: (kind == DatasetKind::Preferences).then_some(Aggregation::DawidSkene),
    };
    let bytes = canonical_json(&manifest)?;
    let dataset_hash = manifest.hash()?;
    let folder = folder(app, dataset_hash);
    tokio::fs::create_dir_all(&folder).await?;
    tokio::fs::write(folder.join("data.jsonl"), &data).await?;
    tokio::fs::write(folder.join("manifest.json"), &bytes).await?;
    app.blobs.put(data).await?;
    app.blobs.put(bytes).await?;
    let manifest = serde_json::to_value(&manifest)?;
    let kind = manifest["kind"].as_str().unwrap_or_default().to_owned();
    datasets::insert(&mut *app.pool.acquire().await?, dataset_hash, &kind, &manifest, app.clock.now())
        .await?;
    Ok(dataset_hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::manifest::SoftLabel;

    fn sampled(last_byte: u8, a_is_better: bool) -> PreferenceSample {
        let mut task_id = B256::ZERO;
        task_id[31] = last_byte;
        let task = tasks::Task {
            task_id,
            campaign_id: 1,
            prompt_position: 0,
            prompt: "p".into(),
            completion_a: "a".into(),
            completion_b: "b".into(),
            version_id: B256::ZERO,
            gold_choice: None,
        };
        let soft = SoftLabel { probability_bps: 9_000, weight_bps: 8_000 };
        sample(&task, &Verdict { a_is_better, votes: (5, 3), soft })
    }

    #[test]
    fn the_better_completion_is_the_chosen_one() {
        let sample = sampled(1, false);
        assert_eq!((sample.chosen.as_str(), sample.rejected.as_str()), ("b", "a"));
        assert_eq!((sample.chosen_votes, sample.rejected_votes), (5, 3));
        assert_eq!(sampled(1, true).chosen, "a");
    }

    #[test]
    fn the_split_depends_on_the_task_alone() {
        assert_eq!(sampled(20, true).split, Split::Test);
        assert_eq!(sampled(21, true).split, Split::Train);
    }
}
