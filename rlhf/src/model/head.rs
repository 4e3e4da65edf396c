//! Scalar heads on top of the trunk: the reward model's score and the critic's value.

use rand::Rng;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use tch::{Device, Kind, Tensor};

use super::{Config, ModelError, Params};

/// Name of the head's weight in a sequence-classification checkpoint.
pub const SCORE_WEIGHT: &str = "score.weight";

/// A linear map `[.., d]` to `[..]` without bias, f32, requiring gradients; or several side by side, to `[.., k]`.
#[derive(Debug)]
pub struct ScalarHead {
    /// `[k, d]`, one row a head.
    pub weight: Tensor,
}

impl ScalarHead {
    /// All zero: a critic that starts by predicting 0 everywhere (Ziegler et al. 2019).
    pub fn zeros(config: &Config, device: Device) -> Self {
        Self { weight: Tensor::zeros([1, config.hidden_size], (Kind::Float, device)).set_requires_grad(true) }
    }

    /// Normal with standard deviation `1 / sqrt(d + 1)`, drawn on the host from `seed`: a reward model's start
    /// (Stiennon et al. 2020).
    pub fn normal(config: &Config, seed: u64, device: Device) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let std = 1.0 / ((config.hidden_size + 1) as f64).sqrt();
        let draws: Vec<f32> =
            (0..config.hidden_size).map(|_| (standard_normal(&mut rng) * std) as f32).collect();
        let weight = Tensor::from_slice(&draws).view([1, -1]).to_device(device);
        Self { weight: weight.set_requires_grad(true) }
    }

    /// Heads side by side, in order.
    pub fn stack(heads: &[Self]) -> Self {
        let weights: Vec<Tensor> = heads.iter().map(|head| head.weight.detach()).collect();
        Self { weight: Tensor::cat(&weights, 0).set_requires_grad(true) }
    }

    /// The `score.weight` of a reward model's weights.
    ///
    /// # Errors
    /// [`ModelError::MissingTensor`] or [`ModelError::WrongShape`] (more than one label, or another width).
    pub fn from_params(config: &Config, params: &Params, device: Device) -> Result<Self, ModelError> {
        params.check(&[(SCORE_WEIGHT.to_owned(), vec![1, config.hidden_size])])?;
        let weight = params.get(SCORE_WEIGHT)?.to_device(device).to_kind(Kind::Float).copy();
        Ok(Self { weight: weight.set_requires_grad(true) })
    }

    /// One number per position: `hidden` `[B, T, d]` after the final norm, returns `[B, T]` f32; of several heads `[B, T, k]`.
    pub fn forward(&self, hidden: &Tensor) -> Tensor {
        hidden.to_kind(Kind::Float).linear(&self.weight, None::<&Tensor>).squeeze_dim(-1)
    }
}

/// Box-Muller; one draw per call, so that the sequence does not depend on how many are asked for at a time.
pub(crate) fn standard_normal(rng: &mut impl Rng) -> f64 {
    // 1 - u lies in (0, 1], where the logarithm is finite.
    let (radius, angle): (f64, f64) = (1.0 - rng.random::<f64>(), rng.random::<f64>());
    (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
}
