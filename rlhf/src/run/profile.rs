//! On what a run computes, and how strictly it can be repeated.

use protocol::manifest::{ExecutionProfile, Profile};
use tch::Device;

use crate::generate::GenerateOptions;
use crate::model::Precision;

/// The libtorch release that this crate's `tch` is bound to; other releases do not link.
const LIBTORCH: &str = "2.11.0";

/// Rows that one worker decodes together.
const ROWS_PER_WORKER: usize = 16;

/// Device, number format and threads of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Engine {
    /// Where tensors live.
    pub device: Device,
    /// Number format of the frozen matrices.
    pub precision: Precision,
    /// Threads of one operation.
    pub threads: u32,
}

impl Engine {
    /// The engine of a profile, with libtorch's thread pool set accordingly.
    ///
    /// `cpu-deterministic` is f32 on one thread, so that neither the machine's load nor its number of cores can change
    /// the order of a sum. `cpu` takes all cores and the faster number format. Both keep their bits only within one
    /// instruction set, which the manifest names.
    pub fn start(profile: Profile) -> Self {
        let device = Device::Cpu;
        let (precision, threads) = match profile {
            Profile::CpuDeterministic => (Precision::F32, 1),
            Profile::Cpu => (Precision::fastest(device), std::thread::available_parallelism().map_or(1, usize::from)),
        };
        tch::set_num_threads(threads as i32);
        Self { device, precision, threads: threads as u32 }
    }

    /// How to decode here: on one thread in the deterministic profile, else one single-threaded worker per core, which
    /// shares no barriers and so gets more out of small matrices.
    pub fn decoding(&self) -> GenerateOptions {
        GenerateOptions { workers: self.threads as usize, max_rows: ROWS_PER_WORKER, ..GenerateOptions::default() }
    }

    /// Gives libtorch its threads back after workers have set their own number.
    pub fn restore_threads(&self) {
        tch::set_num_threads(self.threads as i32);
    }

    /// The engine in the words of a checkpoint manifest.
    pub fn describe(&self) -> ExecutionProfile {
        ExecutionProfile {
            device: "cpu".into(),
            isa: instruction_set().into(),
            threads: self.threads,
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
