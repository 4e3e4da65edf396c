//! Rotary position embedding in the half-split layout of Hugging Face Llama (`rotate_half`).

use tch::{Device, Kind, Tensor};

use super::{Config, ModelError, config::RopeScaling};
use crate::memory::floats;

/// Positions for which the table is built; longer contexts than this are refused by [`super::Llama::max_positions`].
const MAX_POSITIONS: i64 = 8192;

/// Cosines and sines, each `[P, head_dim]` f32.
#[derive(Debug)]
pub struct Rope {
    cos: Tensor,
    sin: Tensor,
}

impl Rope {
    /// The table for a model's positions.
    ///
    /// # Errors
    /// [`ModelError::Unsupported`] for a scaling that is not computed.
    pub fn new(config: &Config, device: Device) -> Result<Self, ModelError> {
        let n_positions = config.max_position_embeddings.min(MAX_POSITIONS);
        let half = config.head_dim / 2;
        // f32 throughout, as the reference computes it: the same inputs give the same angles.
        let exponents = Tensor::arange(half, (Kind::Float, Device::Cpu)) * 2.0 / config.head_dim as f64;
        let inv_freq = Tensor::from(config.rope_theta as f32).pow(&exponents).reciprocal();
        let inv_freq = scale(&inv_freq, config.rope_scaling()?);
        let angles = Tensor::arange(n_positions, (Kind::Float, Device::Cpu)).outer(&inv_freq);
        let angles = Tensor::cat(&[&angles, &angles], -1);
        Ok(Self { cos: angles.cos().to_device(device), sin: angles.sin().to_device(device) })
    }

    pub fn share(&self) -> Self {
        Self { cos: self.cos.shallow_clone(), sin: self.sin.shallow_clone() }
    }

    pub fn max_positions(&self) -> i64 {
        self.cos.size()[0]
    }

    /// Factors for `t` positions from `start` on, shaped to broadcast over `[B, H, T, head_dim]`.
    pub fn range(&self, start: i64, t: i64) -> (Tensor, Tensor) {
        (self.cos.narrow(0, start, t), self.sin.narrow(0, start, t))
    }

    /// Cosines and sines of a position, `[head_dim]` each, on the CPU.
    pub fn of(&self, position: usize) -> (&[f32], &[f32]) {
        let n = self.cos.size()[1] as usize;
        let row = position * n..(position + 1) * n;
        (&floats(&self.cos)[row.clone()], &floats(&self.sin)[row])
    }

    /// Factors for one position per row, `positions` `[B]`, shaped to broadcast over `[B, H, 1, head_dim]`.
    pub fn at(&self, positions: &Tensor) -> (Tensor, Tensor) {
        let pick = |table: &Tensor| table.index_select(0, positions).unsqueeze(1).unsqueeze(1);
        (pick(&self.cos), pick(&self.sin))
    }

    /// Factors for positions of its own for each token, `[B, T]`, shaped to broadcast over `[B, H, T, head_dim]`.
    pub fn each(&self, positions: &Tensor) -> (Tensor, Tensor) {
        let (b, t) = (positions.size()[0], positions.size()[1]);
        let pick = |table: &Tensor| table.index_select(0, &positions.flatten(0, 1)).view([b, 1, t, -1]);
        (pick(&self.cos), pick(&self.sin))
    }
}

/// Frequencies for a stretched context, `[head_dim / 2]` (Llama 3.1 as Hugging Face computes it).
fn scale(inv_freq: &Tensor, scaling: RopeScaling) -> Tensor {
    match scaling {
        RopeScaling::None => inv_freq.shallow_clone(),
        RopeScaling::Linear { factor } => inv_freq / factor,
        RopeScaling::Llama3 { factor, low, high, original_positions } => {
            let wavelength = inv_freq.reciprocal() * (2.0 * std::f64::consts::PI);
            let divided = inv_freq / factor;
            let smooth = (wavelength.reciprocal() * original_positions - low) / (high - low);
            let between = (1.0 - &smooth) * inv_freq / factor + &smooth * inv_freq;
            let (is_low, is_high) =
                (wavelength.gt(original_positions / low), wavelength.lt(original_positions / high));
            inv_freq.where_self(&is_high, &divided.where_self(&is_low, &between))
        }
    }
}

/// Rotates `x` `[B, H, T, head_dim]`.
pub fn rotate(x: &Tensor, (cos, sin): &(Tensor, Tensor)) -> Tensor {
    let halves = x.chunk(2, -1);
    let rotated = Tensor::cat(&[&-&halves[1], &halves[0]], -1);
    x * cos + rotated * sin
}
