//! Training runs: a spec and verified input folders in, one complete checkpoint folder out.
//!
//! A run reads nothing but its inputs and draws every random number from the spec's seed, so the same spec on the same
//! execution profile writes the same weights. A killed run leaves no result; started again, it goes on after its last saved
//! state ([`steps`]), to the same bytes.
//! To add a task: its parameters in `protocol::manifest`, one file here that fills the output folder, and a line in [`execute`].

mod adapters;
mod calibration;
pub mod checkpoint;
mod dpo;
mod eval;
mod evaluate;
mod exchange;
mod experience;
pub(crate) mod folder;
mod group;
mod oracle;
mod parallel;
mod ppo;
mod pretrain;
mod process_group;
mod profile;
mod replay;
mod reward;
mod reward_model;
mod reward_pairs;
mod rollout;
mod seed;
mod sft;
mod steps;
mod trunk;
mod update;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};

use alloy_primitives::B256;
use protocol::manifest::{CanonicalError, CheckpointTask, RunParams, RunSpec};

use crate::algo::ShapeError;
use crate::data::DatasetError;
use crate::generate::GenerateError;
use crate::model::ModelError;
use crate::report::{Event, Metrics, Report};
use crate::tokenizer::{Tokenizer, TokenizerError};

pub use checkpoint::{Checkpoint, CheckpointError};
pub use eval::{EvalArgs, EvalSettings, eval};
pub use folder::FolderError;
pub use process_group::{ProcessGroupConfig, ProcessGroupError};
pub use profile::Engine;
pub use replay::{ReplayArgs, replay};
pub use reward_model::RewardModel;
pub use steps::SaveStates;

use checkpoint::Provenance;
use folder::PendingFolder;
use group::Baseline;
use process_group::ProcessGroup;
use steps::Steps;

/// What `rlhf train` is asked to do.
#[derive(Clone, Debug)]
pub struct TrainArgs {
    /// The run spec, a JSON file.
    pub spec: PathBuf,
    /// Folder of every input that the spec names.
    pub inputs: BTreeMap<String, PathBuf>,
    /// Where the checkpoint folder shall appear; must not exist.
    pub out: PathBuf,
    /// What to save on the way.
    pub save: SaveStates,
    /// Take less memory and more time: layers are computed again for their gradient. The result is the same.
    pub gradient_checkpointing: bool,
}

/// Why a run gave no checkpoint.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The spec could not be read.
    #[error("read {path}")]
    ReadSpec {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The spec is not a run spec.
    #[error("parse {path}")]
    ParseSpec {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: serde_json::Error,
    },
    /// A number of the spec or of a result has no JSON form.
    #[error("write canonical JSON")]
    Canonical(#[from] CanonicalError),
    /// The spec names an input that was not given.
    #[error("no folder was given for the input {0}")]
    MissingInput(String),
    /// An input is another one than the spec names.
    #[error("input {name} is {found}, the spec names {expected}")]
    WrongInput {
        /// Name of the input.
        name: String,
        /// Hash of what was given.
        found: B256,
        /// Hash in the spec.
        expected: B256,
    },
    /// The inputs do not fit together or hold too little.
    #[error("{0}")]
    Unfit(String),
    /// The loss or a gradient is no number any more; the learning rate is probably too high.
    #[error("training diverged in step {step}: {quantity} is {value}")]
    Diverged {
        /// Step, counted from 1.
        step: u64,
        /// What is no number.
        quantity: &'static str,
        /// Its value.
        value: f64,
    },
    /// A repeated step made something else than the run did.
    #[error("step {step} leads to the state {found}, the run says {expected}")]
    Replay {
        /// Step, counted from 1; 0 is what the run started from.
        step: u64,
        /// Hash that the run's checkpoint has.
        expected: B256,
        /// Hash of what the step made here.
        found: B256,
    },
    /// No failure: the last step that a replay was asked for is repeated.
    #[error("the replay is complete")]
    Replayed,
    /// The processes that make the run together cannot go on.
    #[error(transparent)]
    ProcessGroup(#[from] ProcessGroupError),
    /// The output folder could not be made.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A checkpoint could not be read or written.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A dataset could not be read.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// A model could not be read or written.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// Text could not be encoded or decoded.
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    /// Completions could not be sampled.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// Two tensors that belong together do not fit, which is a fault of this crate.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// A file of the result could not be written.
    #[error("write {path}")]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

/// What every task starts from.
struct Job<'a> {
    spec: &'a RunSpec,
    engine: Engine,
    parent: Checkpoint,
    tokenizer: Tokenizer,
    inputs: &'a BTreeMap<String, PathBuf>,
    /// Unfinished output folder.
    out: &'a Path,
}

impl Job<'_> {
    /// Folder of an input that the spec is known to name.
    fn input(&self, name: &str) -> Result<(&Path, B256), TrainError> {
        find_input(self.spec, self.inputs, name)
    }

    /// Fails unless the dataset is the one that the spec names.
    fn expect_input(&self, name: &str, found: B256) -> Result<(), TrainError> {
        let (_, expected) = self.input(name)?;
        if found == expected {
            Ok(())
        } else {
            Err(TrainError::WrongInput { name: name.into(), found, expected })
        }
    }
}

/// What a task leaves behind besides the files in its folder.
struct Outcome {
    task: CheckpointTask,
    dataset_hashes: Vec<B256>,
    metrics: Metrics,
}

/// Runs a spec to its end and returns the manifest hash of the new checkpoint.
///
/// # Errors
/// [`TrainError`]; the output folder does not exist then.
pub fn train(args: &TrainArgs, report: &mut dyn Report) -> Result<B256, TrainError> {
    train_in_group(args, None, report)
}

/// The same by several processes, one call each, with the same spec and inputs. The one of rank 0 saves states and writes
/// the checkpoint, which is what [`train`] alone would write.
///
/// # Errors
/// As [`train`]; [`TrainError::ProcessGroup`] when another process is lost. What rank 0 saved is not: start all again.
pub fn train_in_group(
    args: &TrainArgs,
    group: Option<&ProcessGroupConfig>,
    report: &mut dyn Report,
) -> Result<B256, TrainError> {
    let spec = read_spec(&args.spec)?;
    let mut engine = Engine { gradient_checkpointing: args.gradient_checkpointing, ..Engine::of_run(&spec) };
    let Some(config) = group else { return train_here(args, &spec, engine, report) };
    // Tasks hand the engine around by value; a process is part of one run in its life.
    let group: &ProcessGroup =
        Box::leak(Box::new(ProcessGroup::join(config, steps::identity(&spec, &engine.describe())?)?));
    engine.group = Some(group);
    let outcome = catch_unwind(AssertUnwindSafe(|| train_here(args, &spec, engine, report)));
    group.leave();
    outcome.unwrap_or_else(|panic| match panic.downcast::<ProcessGroupError>() {
        Ok(lost) => Err(TrainError::ProcessGroup(*lost)),
        Err(panic) => resume_unwind(panic),
    })
}

fn train_here(
    args: &TrainArgs,
    spec: &RunSpec,
    engine: Engine,
    report: &mut dyn Report,
) -> Result<B256, TrainError> {
    let rank = engine.group.map_or(0, ProcessGroup::rank);
    let out = if rank == 0 { args.out.clone() } else { folder::beside(&args.out, &format!("rank-{rank}")) };
    let folder = PendingFolder::create(&out)?;
    let states = folder::beside(&args.out, "states");
    let mut steps = Steps::new(spec, &engine.describe(), states, args.save.clone())?;
    steps.group = engine.group;
    let outcome = execute(spec, engine, &args.inputs, folder.path(), &mut steps, report);
    if let Err(TrainError::Diverged { .. } | TrainError::Unfit(_)) = outcome {
        // It would end like this again; after other errors the states are worth keeping.
        steps.forget();
    }
    let provenance = outcome?;
    let manifest_hash = checkpoint::seal(folder.path(), provenance)?;
    if let Some(group) = engine.group {
        group.agree("checkpoint", manifest_hash)?;
    }
    if rank == 0 {
        folder.publish()?;
    }
    steps.forget();
    report.event(&Event::Done { manifest_hash });
    Ok(manifest_hash)
}

/// Does a spec's work in the folder `out`, from the last saved state on.
fn execute(
    spec: &RunSpec,
    engine: Engine,
    inputs: &BTreeMap<String, PathBuf>,
    out: &Path,
    steps: &mut Steps,
    report: &mut dyn Report,
) -> Result<Provenance, TrainError> {
    let (parent_dir, parent_hash) = find_input(spec, inputs, "parent")?;
    let parent = Checkpoint::open_expected(parent_dir, parent_hash)?;
    let tokenizer = Tokenizer::load(parent_dir)?;
    let job = Job { spec, engine, parent, tokenizer, inputs, out };
    let outcome = match &spec.params {
        RunParams::Sft(params) => sft::train(&job, params, steps, report)?,
        RunParams::Reward(params) => reward::train(&job, params, steps, report)?,
        RunParams::Ppo(params) => ppo::train(&job, params, steps, report)?,
        RunParams::Dpo(params) => dpo::train(&job, params, steps, report)?,
        RunParams::Pretrain(params) => pretrain::train(&job, params, steps, report)?,
        RunParams::Grpo(params) => group::train(&job, params, Baseline::Group, steps, report)?,
        RunParams::Rloo(params) => group::train(&job, params, Baseline::LeaveOneOut, steps, report)?,
    };
    checkpoint::copy_companions(&job.parent.dir, job.out)?;
    Ok(Provenance {
        task: outcome.task,
        parent: Some(job.parent.hash),
        inputs: spec.inputs.clone(),
        run_spec_hash: Some(spec.hash()?),
        dataset_hashes: outcome.dataset_hashes,
        steps_root: Some(steps.write(out)?),
        metrics: outcome.metrics,
        profile: engine.describe(),
    })
}

fn read_spec(path: &Path) -> Result<RunSpec, TrainError> {
    let bytes = std::fs::read(path).map_err(|source| TrainError::ReadSpec { path: path.into(), source })?;
    serde_json::from_slice(&bytes).map_err(|source| TrainError::ParseSpec { path: path.into(), source })
}

fn find_input<'a>(
    spec: &RunSpec,
    dirs: &'a BTreeMap<String, PathBuf>,
    name: &str,
) -> Result<(&'a Path, B256), TrainError> {
    let missing = || TrainError::MissingInput(name.into());
    let hash = spec.inputs.get(name).ok_or_else(missing)?;
    Ok((dirs.get(name).ok_or_else(missing)?, *hash))
}
