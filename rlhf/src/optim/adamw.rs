//! AdamW on a list of f32 tensors.

use tch::Tensor;

/// Constants of [`AdamW`]; the learning rate is given at every step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamWConfig {
    /// Decay of the first moment.
    pub beta1: f64,
    /// Decay of the second moment.
    pub beta2: f64,
    /// Added to the bias-corrected root of the second moment. 1e-5 in RLHF: with 1e-8 the first step is the sign of
    /// the gradient, noise included.
    pub eps: f64,
    /// Decoupled weight decay: each step multiplies the weights by `1 − lr · weight_decay`.
    pub weight_decay: f64,
}

impl Default for AdamWConfig {
    fn default() -> Self {
        Self { beta1: 0.9, beta2: 0.999, eps: 1e-5, weight_decay: 0.0 }
    }
}

/// Adam with decoupled weight decay (Loshchilov & Hutter, arXiv 1711.05101, algorithm 2; bias correction as in PyTorch).
///
/// Holds shallow clones of the parameters and updates them in place.
pub struct AdamW {
    params: Vec<Tensor>,
    first: Vec<Tensor>,
    second: Vec<Tensor>,
    n_steps: i32,
    config: AdamWConfig,
}

impl AdamW {
    /// An optimiser for `params`, leaves of the graph, with moments zero.
    pub fn new(params: &[Tensor], config: AdamWConfig) -> Self {
        let zeros = || params.iter().map(|param| param.detach().zeros_like()).collect();
        Self {
            params: params.iter().map(Tensor::shallow_clone).collect(),
            first: zeros(),
            second: zeros(),
            n_steps: 0,
            config,
        }
    }

    /// The parameters this optimiser updates, in the order in which [`AdamW::step`] expects gradients.
    pub fn params(&self) -> &[Tensor] {
        &self.params
    }

    /// Number of steps so far, and the parameters, first and second moments that they led to, sharing storage.
    pub fn state(&self) -> (i32, Vec<Tensor>) {
        let tensors = self.params.iter().chain(&self.first).chain(&self.second);
        (self.n_steps, tensors.map(Tensor::shallow_clone).collect())
    }

    /// Goes back to what [`AdamW::state`] gave; `tensors` must have the same number and shapes.
    pub fn restore(&mut self, n_steps: i32, tensors: &[Tensor]) {
        self.n_steps = n_steps;
        let own = self.params.iter_mut().chain(&mut self.first).chain(&mut self.second);
        tch::no_grad(|| own.zip(tensors).for_each(|(own, tensor)| own.copy_(tensor)));
    }

    /// Updates every parameter with its gradient; `gradients[i]` has the shape of `params()[i]`.
    pub fn step(&mut self, gradients: &[Tensor], learning_rate: f64) {
        debug_assert_eq!(gradients.len(), self.params.len());
        self.n_steps += 1;
        let AdamWConfig { beta1, beta2, eps, weight_decay } = self.config;
        let correction1 = 1.0 - beta1.powi(self.n_steps);
        let correction2 = 1.0 - beta2.powi(self.n_steps);
        tch::no_grad(|| {
            for (i, gradient) in gradients.iter().enumerate() {
                let (param, first, second) = (&mut self.params[i], &mut self.first[i], &mut self.second[i]);
                let gradient = gradient.to_kind(first.kind());
                let _ = param.g_mul_scalar_(1.0 - learning_rate * weight_decay);
                let _ = first.g_mul_scalar_(beta1).g_add_(&(&gradient * (1.0 - beta1)));
                let _ = second.g_mul_scalar_(beta2).g_add_(&(gradient.square() * (1.0 - beta2)));
                let root = second.sqrt() / correction2.sqrt() + eps;
                let _ = param.g_sub_(&(&*first / root * (learning_rate / correction1)));
            }
        });
    }
}
