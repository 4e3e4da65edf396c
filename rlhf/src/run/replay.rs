//! Repeating steps of somebody's run, to see whether it made what it says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use alloy_primitives::B256;
use protocol::manifest::StepLog;

use super::checkpoint::Checkpoint;
use super::profile::Engine;
use super::steps::{Replay, STEPS, SaveStates, Steps};
use super::{TrainError, execute, read_spec};
use crate::report::Report;

/// What `rlhf replay` is asked to do.
#[derive(Debug)]
pub struct ReplayArgs {
    /// The run spec, a JSON file.
    pub spec: PathBuf,
    /// Folder of every input that the spec names.
    pub inputs: BTreeMap<String, PathBuf>,
    /// The checkpoint that the run is said to have made.
    pub checkpoint: PathBuf,
    /// Folder with saved states of the run; without it, the run is repeated from its start.
    pub states: Option<PathBuf>,
    /// Repeat from the last saved state at or before this step.
    pub from: u64,
    /// Repeat up to this step; none: to the last.
    pub to: Option<u64>,
    /// Take less memory and more time: layers are computed again for their gradient. The result is the same.
    pub gradient_checkpointing: bool,
}

/// Repeats a stretch of a run and compares what each step makes with what the checkpoint says that it made. Returns the
/// last step that was repeated.
///
/// # Errors
/// [`TrainError::Replay`] names the first step that differs, [`TrainError::Unfit`] why nothing can be compared.
pub fn replay(args: &ReplayArgs, report: &mut dyn Report) -> Result<u64, TrainError> {
    let spec = read_spec(&args.spec)?;
    let checkpoint = Checkpoint::open(&args.checkpoint)?;
    let engine = Engine { gradient_checkpointing: args.gradient_checkpointing, ..Engine::of_run(&spec) };
    let manifest = &checkpoint.manifest;
    if manifest.run_spec_hash != Some(spec.hash()?) {
        return Err(TrainError::Unfit("the checkpoint was made by another spec".into()));
    }
    if manifest.profile != engine.describe() {
        let (there, here) = (&manifest.profile, engine.describe());
        return Err(TrainError::Unfit(format!("the run was made on {there:?}; here is {here:?}")));
    }
    let log = read_log(&args.checkpoint, manifest.steps_root)?;
    let to = args.to.unwrap_or(log.n_steps());
    if args.from >= to || to > log.n_steps() {
        let n = log.n_steps();
        return Err(TrainError::Unfit(format!(
            "steps {} to {to} are no stretch of a run of {n} steps",
            args.from
        )));
    }
    let scratch =
        tempfile::tempdir().map_err(|source| TrainError::Write { path: std::env::temp_dir(), source })?;
    let save = SaveStates { keep: args.states.clone(), ..SaveStates::default() };
    let steps = Steps::new(&spec, &engine.describe(), scratch.path().join("states"), save)?;
    let mut steps = steps.replaying(Replay { log, from: args.from, to });
    match execute(&spec, engine, &args.inputs, scratch.path(), &mut steps, report) {
        Err(TrainError::Replayed) => Ok(to),
        Ok(_) => Err(TrainError::Unfit("the run ended before the last step".into())),
        Err(error) => Err(error),
    }
}

fn read_log(checkpoint: &Path, root: Option<B256>) -> Result<StepLog, TrainError> {
    let path = checkpoint.join(STEPS);
    let bytes = std::fs::read(&path).map_err(|source| TrainError::ReadSpec { path: path.clone(), source })?;
    let log: StepLog =
        serde_json::from_slice(&bytes).map_err(|source| TrainError::ParseSpec { path, source })?;
    if Some(log.root()) == root {
        Ok(log)
    } else {
        Err(TrainError::Unfit(format!("{STEPS} is not what the manifest's stepsRoot commits to")))
    }
}
