//! On what a run computes, and how strictly it can be repeated.

use protocol::manifest::{ExecutionProfile, Profile, RunSpec, RunTask, TrainingPrecision};
use tch::Device;

use super::parallel::Workers;
use super::process_group::ProcessGroup;
use crate::generate::{Completion, GenerateError, GenerateOptions, generate};
use crate::model::{Llama, Precision};

/// The libtorch release that this crate's `tch` is bound to; other releases do not link.
const LIBTORCH: &str = "2.11.0";

/// Rows that one worker decodes together.
const ROWS_PER_WORKER: usize = 16;

/// Device, number format and workers of a run.
#[derive(Clone, Copy, Debug)]
pub struct Engine {
    /// Where tensors live.
    pub device: Device,
    /// Number format of the frozen matrices.
    pub precision: Precision,
    /// Number format of whole training passes: f32 unless a spec asks for bf16.
    pub passes: Precision,
    /// Single-threaded engines that work side by side; results do not depend on it.
    pub workers: usize,
    /// Whether passes compute layers again for their gradient instead of keeping them; results do not depend on it.
    pub gradient_checkpointing: bool,
    /// The other processes of this run; results do not depend on them either.
    pub group: Option<&'static ProcessGroup>,
}

impl Engine {
    /// The engine of a profile; every operation of libtorch runs on one thread from here on.
    ///
    /// `cpu-deterministic` computes in f32 on one core, `cpu` on all cores with frozen matrices in the faster number format. Both keep their
    /// bits only within one instruction set, which the manifest names.
    pub fn start(profile: Profile) -> Self {
        let device = Device::Cpu;
        let (precision, workers) = match profile {
            Profile::CpuDeterministic => (Precision::F32, 1),
            Profile::Cpu => {
                (Precision::fastest(device), std::thread::available_parallelism().map_or(1, usize::from))
            }
        };
        tch::set_num_threads(1);
        Self {
            device,
            precision,
            passes: Precision::F32,
            workers,
            gradient_checkpointing: false,
            group: None,
        }
    }

    /// The engine of a run.
    pub fn of_run(spec: &RunSpec) -> Self {
        let engine = Self::start(spec.profile).computing_in(spec.precision);
        match spec.task() {
            // Nothing is frozen, so nothing is kept in a format of its own.
            RunTask::Pretrain => Self { precision: engine.passes, ..engine },
            _ => engine,
        }
    }

    /// The same engine with the number format that a spec asks for.
    #[must_use]
    pub fn computing_in(self, precision: Option<TrainingPrecision>) -> Self {
        let precision = match precision {
            None => return self,
            Some(TrainingPrecision::Float32) => Precision::F32,
            Some(TrainingPrecision::Bfloat16) => Precision::Bf16,
        };
        Self { precision, passes: precision, ..self }
    }

    /// How to decode here. Rows per batch are fixed, because rounding depends on them.
    pub fn decoding(&self) -> GenerateOptions {
        GenerateOptions { workers: self.workers, max_rows: ROWS_PER_WORKER, ..GenerateOptions::default() }
    }

    /// Samples with all workers of all processes.
    ///
    /// # Errors
    /// [`GenerateError`].
    pub fn generate(
        &self,
        model: &Llama,
        prompts: &[Vec<i64>],
        options: &GenerateOptions,
    ) -> Result<Vec<Completion>, GenerateError> {
        let Some(group) = self.group else { return generate(model, prompts, options) };
        let options = GenerateOptions { share: group.share(), ..options.clone() };
        let own = generate(model, prompts, &options)?;
        let all = group.exchange(own).unwrap_or_else(|lost| std::panic::resume_unwind(Box::new(lost)));
        let mut all: Vec<Completion> = all.into_iter().flatten().collect();
        all.sort_by_key(|completion| (completion.prompt, completion.sample));
        Ok(all)
    }

    /// One object a worker.
    pub fn each_worker<W>(&self, make: impl Fn() -> W) -> Workers<W> {
        Workers { each: (0..self.workers.max(1)).map(|_| make()).collect(), group: self.group }
    }

    /// The engine in the words of a checkpoint manifest.
    pub fn describe(&self) -> ExecutionProfile {
        ExecutionProfile {
            device: "cpu".into(),
            isa: instruction_set().into(),
            threads: 1,
            libtorch: LIBTORCH.into(),
            precision: self.precision.name().into(),
        }
    }
}

/// Widest vector instructions that libtorch's kernels can use here.
#[cfg(target_arch = "x86_64")]
fn instruction_set() -> &'static str {
    if std::is_x86_feature_detected!("avx512f") {
        "avx512"
    } else if std::is_x86_feature_detected!("avx2") {
        "avx2"
    } else {
        "x86-64"
    }
}

/// Widest vector instructions that libtorch's kernels can use here.
#[cfg(not(target_arch = "x86_64"))]
fn instruction_set() -> &'static str {
    std::env::consts::ARCH
}
