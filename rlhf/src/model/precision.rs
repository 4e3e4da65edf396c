//! In which number format the large matrix products run.

use std::str::FromStr;

use tch::{Device, Kind};

use super::Config;

/// Hidden size from which bf16 products pay.
const MIN_BF16_WIDTH: i64 = 256;

/// Format of frozen weight matrices. Everything else (residual stream, norms, attention, adapters, heads, soft-max) is
/// f32 in both cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    F32,
    Bf16,
}

impl Precision {
    /// The faster one: bf16 where the processor multiplies it natively, f32 elsewhere (emulated bf16 is slower).
    pub fn fastest(device: Device) -> Self {
        if device.is_cuda() || cpu_has_bf16() { Self::Bf16 } else { Self::F32 }
    }

    /// The faster one for this model: matrices narrower than [`MIN_BF16_WIDTH`] gain less from bf16 than the conversions
    /// around each product cost (measured: 2275 against 3033 tokens per CPU second at width 128, 152 against 81 at 576).
    pub fn fastest_for(config: &Config, device: Device) -> Self {
        if config.hidden_size < MIN_BF16_WIDTH { Self::F32 } else { Self::fastest(device) }
    }

    pub fn kind(self) -> Kind {
        match self {
            Self::F32 => Kind::Float,
            Self::Bf16 => Kind::BFloat16,
        }
    }

    /// The name that manifests and `config.json` use.
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "float32",
            Self::Bf16 => "bfloat16",
        }
    }
}

impl FromStr for Precision {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "f32" | "float32" => Ok(Self::F32),
            "bf16" | "bfloat16" => Ok(Self::Bf16),
            other => Err(format!("unknown precision {other:?}; use f32 or bf16")),
        }
    }
}

#[cfg(target_arch = "x86_64")]
fn cpu_has_bf16() -> bool {
    std::is_x86_feature_detected!("avx512bf16")
}

#[cfg(not(target_arch = "x86_64"))]
fn cpu_has_bf16() -> bool {
    false
}
