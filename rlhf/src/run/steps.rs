//! What every optimiser step made, as a hash that anybody can check by repeating the step, and now and then all that it
//! takes to go on from there.
//!
//! The state of a run is its trainable weights with both moments of their optimisers. Nothing else outlives a step: data
//! order and randomness are functions of the spec's seed and the step's number, frozen weights are those of the parent.
//! So a run that is killed and started again goes on after its last saved state and writes the same bytes, and a single
//! step can be repeated from the state before it.

use std::path::{Path, PathBuf};

use alloy_primitives::{B256, keccak256};
use protocol::Hasher;
use protocol::manifest::{ExecutionProfile, RunSpec, StepLog, canonical_json, parse_canonical};
use serde::{Deserialize, Serialize};
use tch::{Device, Tensor};

use super::TrainError;
use super::process_group::ProcessGroup;
use crate::model::{Params, Precision};
use crate::optim::AdamW;
use crate::report::Metrics;

/// Name of the file that lists the state hashes of a run.
pub const STEPS: &str = "steps.json";
/// Of a saved state: its numbers beside the tensors.
const ABOUT: &str = "state.json";

/// The optimisers of a run by name, in a fixed order.
pub type Optimisers<'a> = [(&'static str, &'a mut AdamW)];

/// Where states are saved, and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaveStates {
    /// Steps between two saved states.
    pub every: u64,
    /// Every saved state stays there; by default only the last is kept, beside the output, until the run is complete.
    pub keep: Option<PathBuf>,
}

impl Default for SaveStates {
    fn default() -> Self {
        Self { every: 1, keep: None }
    }
}

/// A stretch of a run that is repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// State hashes of the run, as its checkpoint has them.
    pub log: StepLog,
    /// Repeat from the last saved state at or before this step; 0 is the start of the run.
    pub from: u64,
    /// Stop after this step.
    pub to: u64,
}

/// Follows a run from step to step.
#[derive(Debug)]
pub struct Steps {
    /// What a saved state must belong to: spec, code and execution profile.
    run: B256,
    dir: PathBuf,
    save: SaveStates,
    replay: Option<Replay>,
    /// The processes that make the run together; rank 0's states are the run's.
    pub(super) group: Option<&'static ProcessGroup>,
    log: StepLog,
}

/// What states and processes of one run have in common: spec, release and execution profile.
///
/// # Errors
/// [`TrainError::Canonical`] when a parameter of the spec is not finite.
pub(super) fn identity(spec: &RunSpec, profile: &ExecutionProfile) -> Result<B256, TrainError> {
    Ok(keccak256(canonical_json(&(spec.hash()?, profile, env!("CARGO_PKG_VERSION")))?))
}

/// The numbers of a saved state.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct About {
    run: B256,
    log: StepLog,
    optimiser_steps: Vec<i32>,
    metrics: Metrics,
}

impl Steps {
    /// A run whose states go to `save.keep`, or to `dir`.
    ///
    /// # Errors
    /// [`TrainError::Canonical`] when a parameter of the spec is not finite.
    pub fn new(
        spec: &RunSpec,
        profile: &ExecutionProfile,
        dir: PathBuf,
        save: SaveStates,
    ) -> Result<Self, TrainError> {
        let run = identity(spec, profile)?;
        let dir = save.keep.clone().unwrap_or(dir);
        Ok(Self { run, dir, save, replay: None, group: None, log: StepLog::default() })
    }

    /// The same for a stretch that is repeated and compared; nothing is saved.
    #[must_use]
    pub fn replaying(mut self, replay: Replay) -> Self {
        self.replay = Some(replay);
        self
    }

    /// Puts the optimisers where the last usable saved state left them. Returns the number of completed steps and the
    /// metrics of the last one; 0 and none at the start of a run.
    ///
    /// # Errors
    /// [`TrainError::Replay`] when what a replay starts from is not what the run started from.
    pub fn resume(&mut self, optimisers: &mut Optimisers) -> Result<(u64, Metrics), TrainError> {
        let Some(group) = self.group else { return self.resume_here(optimisers) };
        let metrics = if group.rank() == 0 { self.resume_here(optimisers)?.1 } else { Metrics::new() };
        let numbers = self.about(optimisers, &metrics);
        let tensors = states(optimisers).into_iter().map(|(_, _, tensors)| tensors).collect::<Vec<_>>();
        let numbers = String::from_utf8(canonical_json(&numbers)?).expect("JSON is text");
        let (numbers, tensors) = group.broadcast((numbers, tensors))?;
        let about: About = parse_canonical(numbers.as_bytes())?;
        for (((_, optimiser), tensors), n_steps) in
            optimisers.iter_mut().zip(&tensors).zip(&about.optimiser_steps)
        {
            optimiser.restore(*n_steps, tensors);
        }
        self.log = about.log;
        Ok((self.log.n_steps(), about.metrics))
    }

    fn resume_here(&mut self, optimisers: &mut Optimisers) -> Result<(u64, Metrics), TrainError> {
        let latest = self.replay.as_ref().map_or(u64::MAX, |replay| replay.from);
        for (step, dir) in self.saved().into_iter().rev().filter(|(step, _)| *step <= latest) {
            match self.load(&dir, optimisers) {
                Some(about) if about.log.n_steps() == step => {
                    tracing::info!(step, "going on after a saved state");
                    self.log = about.log;
                    self.compare()?;
                    return Ok((step, about.metrics));
                }
                _ => tracing::warn!(path = %dir.display(), "not a state of this run; it is not used"),
            }
        }
        self.log = StepLog { states: vec![hash(&states(optimisers))], ..StepLog::default() };
        self.compare()?;
        Ok((0, Metrics::new()))
    }

    /// Notes that a step is complete, and saves the state if it is time.
    ///
    /// # Errors
    /// [`TrainError::Write`] when the state cannot be saved; in a replay [`TrainError::Replay`] when the step made
    /// something else than the run did, [`TrainError::ProcessGroup`] when the processes of a group made different things, and [`TrainError::Replayed`] after the last step that was asked for.
    pub fn complete(&mut self, optimisers: &mut Optimisers, metrics: &Metrics) -> Result<(), TrainError> {
        let state = hash(&states(optimisers));
        self.log.states.push(state);
        self.compare()?;
        if let Some(group) = self.group {
            group.agree("state after a step", state)?;
            if group.rank() != 0 {
                return Ok(());
            }
        }
        match &self.replay {
            Some(replay) if self.log.n_steps() >= replay.to => Err(TrainError::Replayed),
            None if self.log.n_steps().is_multiple_of(self.save.every.max(1)) => {
                self.save(optimisers, metrics)
            }
            _ => Ok(()),
        }
    }

    /// Writes the list of state hashes into the output folder; returns its root.
    ///
    /// # Errors
    /// [`TrainError::Write`].
    pub fn write(&self, out: &Path) -> Result<B256, TrainError> {
        let path = out.join(STEPS);
        std::fs::write(&path, canonical_json(&self.log)?)
            .map_err(|source| TrainError::Write { path, source })?;
        Ok(self.log.root())
    }

    /// Removes states that nobody asked to keep; the result makes them useless.
    pub fn forget(&self) {
        let rank = self.group.map_or(0, ProcessGroup::rank);
        if self.save.keep.is_none() && self.replay.is_none() && rank == 0 {
            // What cannot be removed is in nobody's way: a state is only used by the run that it belongs to.
            let _ = std::fs::remove_dir_all(&self.dir);
        }
    }

    fn compare(&self) -> Result<(), TrainError> {
        let Some(replay) = &self.replay else { return Ok(()) };
        let step = self.log.n_steps();
        let found = *self.log.states.last().expect("a log begins with the first state");
        match replay.log.states.get(step as usize) {
            Some(&expected) if expected != found => Err(TrainError::Replay { step, expected, found }),
            Some(_) => Ok(()),
            None => Err(TrainError::Unfit(format!("the run has no step {step}"))),
        }
    }

    fn save(&self, optimisers: &Optimisers, metrics: &Metrics) -> Result<(), TrainError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| TrainError::Write { path, source }
        };
        let dir = self.dir.join(format!("step-{:08}", self.log.n_steps()));
        let unfinished = self.dir.join(".unfinished");
        let _ = std::fs::remove_dir_all(&unfinished);
        std::fs::create_dir_all(&unfinished).map_err(failed(&unfinished))?;
        let states = states(optimisers);
        let named = |(name, _, tensors): &State| {
            let name = *name;
            let named =
                tensors.iter().enumerate().map(move |(i, tensor)| (tensor_name(name, i), tensor.detach()));
            named.collect::<Vec<_>>()
        };
        states.iter().flat_map(named).collect::<Params>().save(&unfinished, Precision::F32)?;
        let about = self.about(optimisers, metrics);
        let path = unfinished.join(ABOUT);
        std::fs::write(&path, canonical_json(&about)?).map_err(failed(&path))?;
        let earlier = self.saved();
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::rename(&unfinished, &dir).map_err(failed(&dir))?;
        for (_, path) in earlier.iter().filter(|(_, path)| self.save.keep.is_none() && *path != dir) {
            std::fs::remove_dir_all(path).map_err(failed(path))?;
        }
        Ok(())
    }

    fn about(&self, optimisers: &Optimisers, metrics: &Metrics) -> About {
        let metrics = metrics.iter().filter(|(_, value)| value.is_finite());
        About {
            run: self.run,
            log: self.log.clone(),
            optimiser_steps: optimisers.iter().map(|(_, optimiser)| optimiser.state().0).collect(),
            metrics: metrics.map(|(name, value)| (name.clone(), *value)).collect(),
        }
    }

    /// Saved states by their step, ascending.
    fn saved(&self) -> Vec<(u64, PathBuf)> {
        let entries = std::fs::read_dir(&self.dir).into_iter().flatten().flatten();
        let state = |path: PathBuf| {
            let step = path.file_name()?.to_str()?.strip_prefix("step-")?.parse().ok()?;
            Some((step, path))
        };
        let mut states: Vec<_> = entries.filter_map(|entry| state(entry.path())).collect();
        states.sort_unstable();
        states
    }

    /// Reads a state into the optimisers. None when it is torn, belongs to another run or does not fit; the optimisers are
    /// then as before.
    fn load(&self, dir: &Path, optimisers: &mut Optimisers) -> Option<About> {
        let about: About = parse_canonical(&std::fs::read(dir.join(ABOUT)).ok()?).ok()?;
        let saved = Params::load(dir).ok()?;
        if about.run != self.run || about.optimiser_steps.len() != optimisers.len() {
            return None;
        }
        let mut states = Vec::new();
        for ((name, optimiser), &n_steps) in optimisers.iter().zip(&about.optimiser_steps) {
            let (_, now) = optimiser.state();
            let tensors: Vec<Tensor> =
                (0..now.len()).map(|i| saved.get(&tensor_name(name, i)).ok()).collect::<Option<_>>()?;
            let fits = now.iter().zip(&tensors).all(|(a, b)| a.size() == b.size() && a.kind() == b.kind());
            states.push(fits.then_some((*name, n_steps, tensors))?);
        }
        if about.log.states.last() != Some(&hash(&states)) {
            return None;
        }
        for ((_, optimiser), (_, n_steps, tensors)) in optimisers.iter_mut().zip(&states) {
            optimiser.restore(*n_steps, tensors);
        }
        Some(about)
    }
}

/// An optimiser's name, its number of steps, and its tensors.
type State = (&'static str, i32, Vec<Tensor>);

fn states(optimisers: &Optimisers) -> Vec<State> {
    let state = |(name, optimiser): &(&'static str, &mut AdamW)| {
        let (n_steps, tensors) = optimiser.state();
        (*name, n_steps, tensors)
    };
    optimisers.iter().map(state).collect()
}

fn tensor_name(optimiser: &str, index: usize) -> String {
    format!("{optimiser}.{index:05}")
}

/// keccak256 over each optimiser's name, steps (8 bytes, big-endian) and the little-endian bytes of its tensors.
fn hash(states: &[State]) -> B256 {
    let mut hasher = Hasher::default();
    for (name, n_steps, tensors) in states {
        hasher.update(name.as_bytes());
        hasher.update(&i64::from(*n_steps).to_be_bytes());
        for tensor in tensors {
            hasher.update(&bytes(tensor));
        }
    }
    hasher.finalize()
}

fn bytes(tensor: &Tensor) -> Vec<u8> {
    let tensor = tensor.detach().to_device(Device::Cpu).contiguous();
    let mut bytes = vec![0; tensor.numel() * tensor.kind().elt_size_in_bytes()];
    tensor.copy_data_u8(&mut bytes, tensor.numel());
    bytes
}
