//! Walks a version back: digest → files → run → datasets → signed labels.
use super::{Evidence, agree, epoch};
use crate::{
    aggregation::{Verdict, verdicts},
    chain::VersionStatus,
    config::Config,
    jobs::rlhf::Rlhf,
};
use alloy::primitives::B256;
use anyhow::{Context, bail, ensure};
use protocol::{
    labels::Record,
    manifest::{
        Aggregation, CheckpointManifest, CheckpointTask, DatasetKind, DatasetManifest, PreferenceSample,
        RunSpec, parse_canonical, sample_root,
    },
    version::{VersionDigest, dataset_root, learned_from},
};
use std::collections::BTreeMap;

/// A checkpoint on the way back, and the run that made it.
pub struct Trained {
    manifest_hash: B256,
    manifest: CheckpointManifest,
    spec: RunSpec,
}

/// Check a version; returns the runs that made it, the last one first.
pub async fn verify(evidence: &Evidence, version_id: B256) -> anyhow::Result<Vec<Trained>> {
    let status = evidence.chain.version_status(version_id).await?;
    ensure!(status != VersionStatus::None, "the chain has no version {version_id}");
    let digest = evidence.chain.version_digest(version_id).await?;
    let family_id = evidence.chain.version_family(version_id).await?;
    agree("the version's id", &version_id, &digest.version_id(family_id))?;
    let manifest = manifest(evidence, digest.manifest_hash).await?;
    agree("weights hash", &digest.weights_hash, &manifest.weights_hash)?;
    agree("run spec hash", &digest.run_spec_hash, &manifest.run_spec_hash.unwrap_or_default())?;
    agree("evaluation hash", &digest.evaluation_hash, &manifest.evaluation_hash.unwrap_or_default())?;
    check_files(evidence, digest.manifest_hash, &manifest).await?;
    println!(
        "version {version_id}: {status:?}, {} files agree with manifest {}",
        manifest.files.len(),
        digest.manifest_hash
    );
    check_parent(evidence, &digest, &manifest).await?;
    if digest.run_spec_hash.is_zero() {
        agree("dataset root", &digest.dataset_root, &B256::ZERO)?;
        println!("imported from elsewhere: there is nothing to walk back to");
        return Ok(Vec::new());
    }
    walk_back(evidence, &digest, manifest).await
}

async fn manifest(evidence: &Evidence, manifest_hash: B256) -> anyhow::Result<CheckpointManifest> {
    let bytes = evidence.files.blob(manifest_hash).await.context("the checkpoint's manifest")?;
    Ok(parse_canonical(&bytes)?)
}

async fn check_files(
    evidence: &Evidence,
    manifest_hash: B256,
    manifest: &CheckpointManifest,
) -> anyhow::Result<()> {
    for file in &manifest.files {
        let actual = evidence.files.checkpoint_file_hash(manifest_hash, &file.name).await?;
        agree(format!("hash of {}", file.name), &file.hash, &actual)?;
    }
    let weights = manifest.files.iter().find(|file| file.name == "model.safetensors");
    let weights = weights.context("the manifest names no model.safetensors")?;
    agree("hash of model.safetensors", &manifest.weights_hash, &weights.hash)?;
    Ok(())
}

async fn check_parent(
    evidence: &Evidence,
    digest: &VersionDigest,
    manifest: &CheckpointManifest,
) -> anyhow::Result<()> {
    if digest.parent.is_zero() {
        return Ok(());
    }
    let parent = evidence.chain.version_digest(digest.parent).await?;
    agree("parent's manifest", &parent.manifest_hash, &manifest.parent.unwrap_or_default())?;
    println!("trained from version {}", digest.parent);
    Ok(())
}

/// The run that made the version, the run of its reward model, and everything that both learned from.
async fn walk_back(
    evidence: &Evidence,
    digest: &VersionDigest,
    manifest: CheckpointManifest,
) -> anyhow::Result<Vec<Trained>> {
    let mut runs = vec![trained(evidence, digest.manifest_hash, manifest).await?];
    if let Some(&reward) = runs[0].spec.inputs.get("reward") {
        let manifest = self::manifest(evidence, reward).await?;
        runs.push(trained(evidence, reward, manifest).await?);
    }
    let datasets = learned_from(runs.iter().rev().map(|run| run.manifest.dataset_hashes.as_slice()));
    agree("dataset root", &digest.dataset_root, &dataset_root(&datasets))?;
    for dataset in datasets {
        check_dataset(evidence, dataset).await?;
    }
    Ok(runs)
}

async fn trained(
    evidence: &Evidence,
    manifest_hash: B256,
    manifest: CheckpointManifest,
) -> anyhow::Result<Trained> {
    let spec_hash = manifest.run_spec_hash.context("a trained checkpoint names its run spec")?;
    let spec: RunSpec = parse_canonical(&evidence.files.blob(spec_hash).await.context("the run spec")?)?;
    ensure!(
        spec.inputs == manifest.inputs,
        "checkpoint {manifest_hash} names other inputs than its run spec"
    );
    match manifest.task {
        CheckpointTask::Import => {
            println!("made elsewhere after {:?} run {spec_hash}: nobody can repeat it", spec.task());
        }
        _ => println!("made by {:?} run {spec_hash}", spec.task()),
    }
    Ok(Trained { manifest_hash, manifest, spec })
}

async fn check_dataset(evidence: &Evidence, dataset_hash: B256) -> anyhow::Result<()> {
    let bytes = evidence.files.blob(dataset_hash).await.context("a dataset's manifest")?;
    let manifest: DatasetManifest = parse_canonical(&bytes)?;
    let registered = evidence.chain.dataset(dataset_hash).await?;
    let registered = registered.with_context(|| format!("dataset {dataset_hash} is not registered"))?;
    let file =
        manifest.files.iter().find(|file| file.name == "data.jsonl").context("a dataset has data.jsonl")?;
    let data = evidence.files.blob(file.hash).await.context("a dataset's samples")?;
    let lines: Vec<&[u8]> = data.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).collect();
    agree(
        format!("dataset {dataset_hash}: sample root"),
        &registered.sample_root,
        &sample_root(lines.iter().copied()),
    )?;
    agree(format!("dataset {dataset_hash}: samples"), &registered.sample_count, &(lines.len() as u64))?;
    if manifest.kind == DatasetKind::Preferences {
        check_labels(evidence, &manifest, &lines).await?;
    }
    println!(
        "dataset {dataset_hash}: {} {:?}, registered under {}",
        lines.len(),
        manifest.kind,
        registered.licence
    );
    Ok(())
}

/// Every sample is what the signed labels say by the manifest's rule, and no task that they decide was left out.
async fn check_labels(
    evidence: &Evidence,
    manifest: &DatasetManifest,
    lines: &[&[u8]],
) -> anyhow::Result<()> {
    ensure!(
        manifest.aggregation == Some(Aggregation::DawidSkene),
        "the dataset does not say how its labels follow from the answers"
    );
    let mut answers = Vec::new();
    for &number in &manifest.epochs {
        let on_chain = evidence.chain.epoch(number).await?;
        let terms = evidence.chain.epoch_terms(number).await?;
        let collect = |record| {
            let Record::Seat(seat) = record else { return };
            let task = |slot| seat.task_ids[usize::from(slot)];
            answers
                .extend(seat.answers.iter().map(|answer| (task(answer.slot), seat.labeler, answer.choice)));
        };
        epoch::audit(evidence, number, &terms, &on_chain, None, collect).await?;
    }
    check_samples(manifest, lines, verdicts(answers))?;
    println!("every sample follows from the signed labels of epochs {:?}", manifest.epochs);
    Ok(())
}

fn check_samples(
    manifest: &DatasetManifest,
    lines: &[&[u8]],
    mut verdicts: BTreeMap<B256, Verdict>,
) -> anyhow::Result<()> {
    for line in lines {
        let sample: PreferenceSample = parse_canonical(line)?;
        let task_id = sample.task_id;
        let verdict = verdicts.remove(&task_id);
        let verdict = verdict.with_context(|| format!("no signed label takes a side on task {task_id}"))?;
        let (first, second) = if verdict.a_is_better {
            (&sample.chosen, &sample.rejected)
        } else {
            (&sample.rejected, &sample.chosen)
        };
        let id_of = |&version: &B256| protocol::task_id(&sample.prompt, first, second, version) == task_id;
        ensure!(
            manifest.version_ids.iter().any(id_of),
            "the texts of task {task_id} are not those labeled, or not the right way round"
        );
        // Labelers choose and do not say by how much.
        let labels = (verdict.votes, Some(verdict.soft), None);
        let said = ((sample.chosen_votes, sample.rejected_votes), sample.soft, sample.margin_bps);
        ensure!(labels == said, "the answers to task {task_id} say {labels:?}, the dataset says {said:?}");
    }
    if let Some(left_out) = verdicts.keys().next() {
        bail!("the dataset leaves out task {left_out}, on which the labels take a side");
    }
    Ok(())
}

/// Train again, the reward model first, and compare the weights.
pub async fn replay(config: &Config, evidence: &Evidence, runs: &[Trained]) -> anyhow::Result<()> {
    let elsewhere = runs.iter().find(|run| run.manifest.task == CheckpointTask::Import);
    if let Some(run) = elsewhere {
        bail!("checkpoint {} was made by another trainer, so it cannot be made again", run.manifest_hash);
    }
    let work = tempfile::tempdir()?;
    for run in runs.iter().rev() {
        let spec_file = work.path().join("run.json");
        std::fs::write(&spec_file, protocol::manifest::canonical_json(&run.spec)?)?;
        let mut inputs = Vec::new();
        for (name, &hash) in &run.spec.inputs {
            let folder = match name.as_str() {
                "parent" | "reward" => evidence.files.checkpoint_folder(hash)?,
                _ => evidence.files.dataset_folder(hash)?,
            };
            inputs.push((name.as_str(), folder));
        }
        let out = work.path().join(run.spec.task().name());
        println!("training {} again", run.manifest_hash);
        Rlhf::find(&config.model).train(&spec_file, &inputs, &out, &|_| Box::pin(async { Ok(()) })).await?;
        let bytes = std::fs::read(out.join("manifest.json"))?;
        let again: CheckpointManifest = parse_canonical(&bytes)?;
        if again.profile != run.manifest.profile {
            println!(
                "trained here on {:?}, the original on {:?}: bits may differ",
                again.profile, run.manifest.profile
            );
        }
        agree("weights hash of the replay", &run.manifest.weights_hash, &again.weights_hash)?;
        println!("the same weights: {}", again.weights_hash);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::Address;
    use protocol::{
        Choice,
        manifest::{Split, canonical_json},
    };

    fn manifest(version: B256) -> DatasetManifest {
        DatasetManifest {
            format: Default::default(),
            kind: DatasetKind::Preferences,
            files: vec![],
            sample_count: 0,
            sample_root: B256::ZERO,
            licence: String::new(),
            family_id: B256::ZERO,
            epochs: vec![1],
            version_ids: vec![version],
            aggregation: Some(Aggregation::DawidSkene),
        }
    }

    /// Two tasks, both with A better, and their samples as they must be.
    fn honest(version: B256) -> (BTreeMap<B256, Verdict>, Vec<PreferenceSample>) {
        let ids = ["p", "q"].map(|prompt| protocol::task_id(prompt, "a", "b", version));
        let answers = ids.iter().flat_map(|&id| {
            [(1, Choice::A), (2, Choice::A), (3, Choice::B)]
                .map(|(labeler, choice)| (id, Address::repeat_byte(labeler), choice))
        });
        let verdicts = verdicts(answers);
        let sample = |prompt: &str, id: B256| PreferenceSample {
            task_id: id,
            prompt: prompt.into(),
            chosen: "a".into(),
            rejected: "b".into(),
            chosen_votes: verdicts[&id].votes.0,
            rejected_votes: verdicts[&id].votes.1,
            soft: Some(verdicts[&id].soft),
            margin_bps: None,
            split: Split::Train,
        };
        let samples = vec![sample("p", ids[0]), sample("q", ids[1])];
        (verdicts, samples)
    }

    fn check(change: impl Fn(&mut Vec<PreferenceSample>)) -> Result<(), String> {
        let version = B256::repeat_byte(7);
        let (verdicts, mut samples) = honest(version);
        change(&mut samples);
        let lines: Vec<Vec<u8>> = samples.iter().map(|sample| canonical_json(sample).unwrap()).collect();
        let lines: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
        check_samples(&manifest(version), &lines, verdicts).map_err(|error| error.to_string())
    }

    #[test]
    fn only_the_samples_that_follow_from_the_answers_pass() {
        assert_eq!(check(|_| ()), Ok(()));
        let refused = |change: fn(&mut Vec<PreferenceSample>), why: &str| {
            let error = check(change).unwrap_err();
            assert!(error.contains(why), "{error}");
        };
        refused(|s| s[0].soft.as_mut().unwrap().probability_bps += 1, "say");
        refused(|s| s[0].soft.as_mut().unwrap().weight_bps = 10_000, "say");
        refused(|s| s[0].soft = None, "say");
        refused(|s| s[0].margin_bps = Some(1), "say");
        refused(|s| s[0].chosen_votes += 1, "say");
        refused(|s| (s[0].chosen, s[0].rejected) = ("b".into(), "a".into()), "right way round");
        refused(|s| s[0].chosen = "c".into(), "not those labeled");
        refused(|s| s[1] = s[0].clone(), "takes a side");
        refused(|s| s.truncate(1), "leaves out");
    }
}
