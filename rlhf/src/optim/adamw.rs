//! AdamW over one contiguous buffer.
//!
//! The trained weights of a model are views into one buffer, and so are their gradients and both moments. Norm, update, hash
//! and checkpoint are then one pass over memory each, in blocks that stay in the processor's cache.

use tch::{Device, Kind, Tensor, no_grad};

use crate::memory::{floats, floats_mut};
use crate::simd::{self, Vector, Work};

/// Elements that an update works on at a time; the block of weights, gradients, moments and temporaries fits a core's cache.
const BLOCK: i64 = 1 << 16;
/// Every tensor begins at a multiple of this many elements: 64 bytes of f32, a cache line and a vector register.
const ALIGNMENT: i64 = 16;

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
/// A step is [`AdamW::accumulate`] for each part of a batch and then [`AdamW::apply`], or [`AdamW::step`] for both.
pub struct AdamW {
    params: Vec<Tensor>,
    weights: Tensor,
    gradient: Tensor,
    first: Tensor,
    second: Tensor,
    /// Where each parameter's gradient goes, views into `gradient`.
    slots: Vec<Tensor>,
    /// Whether `gradient` holds something of the step that is being prepared.
    accumulated: bool,
    n_steps: i32,
    config: AdamWConfig,
}

impl AdamW {
    /// An optimiser for `params`, leaves of the graph, with moments zero.
    ///
    /// The values move into the optimiser's buffer: the given tensors and all their shallow clones are views of it from here
    /// on, so models made of them are trained without being made anew. All must have one kind and be on one device.
    pub fn new(params: &[Tensor], config: AdamWConfig) -> Self {
        let starts: Vec<i64> = params
            .iter()
            .scan(0, |end, param| {
                let start = *end;
                *end += (param.numel() as i64 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
                Some((start, *end))
            })
            .flat_map(|(start, end)| [start, end])
            .collect();
        let n = starts.last().copied().unwrap_or(0);
        let options = params.first().map_or((Kind::Float, tch::Device::Cpu), |p| (p.kind(), p.device()));
        let zeros = || Tensor::zeros([n], options);
        let (weights, gradient) = (zeros(), zeros());
        let view = |buffer: &Tensor, i: usize| {
            let param: &Tensor = &params[i];
            buffer.narrow(0, starts[2 * i], param.numel() as i64).view(param.size().as_slice())
        };
        let leaves = no_grad(|| {
            (0..params.len())
                .map(|i| {
                    let mut leaf = params[i].shallow_clone();
                    let mut place = view(&weights, i);
                    place.copy_(&leaf);
                    leaf.set_data(&place);
                    leaf
                })
                .collect()
        });
        let slots = (0..params.len()).map(|i| view(&gradient, i)).collect();
        let (first, second) = (zeros(), zeros());
        Self {
            params: leaves,
            weights,
            gradient,
            first,
            second,
            slots,
            accumulated: false,
            n_steps: 0,
            config,
        }
    }

    /// The parameters this optimiser updates, in the order in which gradients are expected.
    pub fn params(&self) -> &[Tensor] {
        &self.params
    }

    /// Number of steps so far, and the parameters, first and second moments that they led to: three vectors, sharing
    /// storage, in which every tensor is padded with zeros to 16 elements.
    pub fn state(&self) -> (i32, Vec<Tensor>) {
        let tensors = [&self.weights, &self.first, &self.second];
        (self.n_steps, tensors.map(Tensor::shallow_clone).into())
    }

    /// Goes back to what [`AdamW::state`] gave; `tensors` must have the same number and shapes.
    pub fn restore(&mut self, n_steps: i32, tensors: &[Tensor]) {
        self.n_steps = n_steps;
        self.accumulated = false;
        let own = [&mut self.weights, &mut self.first, &mut self.second];
        no_grad(|| own.into_iter().zip(tensors).for_each(|(own, tensor)| own.copy_(tensor)));
    }

    /// Adds a part's gradients to those of the next step; `gradients[i]` has the shape of `params()[i]`, in any kind.
    pub fn accumulate(&mut self, gradients: &[Tensor]) {
        debug_assert_eq!(gradients.len(), self.params.len());
        no_grad(|| {
            for (slot, gradient) in self.slots.iter_mut().zip(gradients) {
                if self.accumulated {
                    let _ = slot.g_add_(gradient);
                } else {
                    slot.copy_(gradient);
                }
            }
        });
        self.accumulated = true;
    }

    /// Updates every parameter with the accumulated gradients, scaled down together to the Euclidean norm `max_norm`, and
    /// forgets them. Returns their norm before; when it is not finite, nothing is updated.
    ///
    /// The factor is `min(1, max_norm / (norm + 1e-6))`, as in PyTorch.
    pub fn apply(&mut self, max_norm: f64, learning_rate: f64) -> f64 {
        let norm = self.gradient_norm();
        self.accumulated = false;
        if norm.is_finite() {
            self.update((max_norm / (norm + 1e-6)).min(1.0), learning_rate);
        }
        norm
    }

    /// Updates every parameter with its gradient, as it is; `gradients[i]` has the shape of `params()[i]`.
    pub fn step(&mut self, gradients: &[Tensor], learning_rate: f64) {
        self.accumulate(gradients);
        self.accumulated = false;
        self.update(1.0, learning_rate);
    }

    fn gradient_norm(&self) -> f64 {
        let square = |block: Tensor| block.dot(&block).double_value(&[]);
        self.blocks().map(|(start, n)| square(self.gradient.narrow(0, start, n))).sum::<f64>().sqrt()
    }

    /// Start and length of every block.
    fn blocks(&self) -> impl Iterator<Item = (i64, i64)> + use<> {
        let n = self.weights.size()[0];
        (0..n).step_by(BLOCK as usize).map(move |start| (start, BLOCK.min(n - start)))
    }

    fn update(&mut self, factor: f64, learning_rate: f64) {
        self.n_steps += 1;
        if self.weights.device() == Device::Cpu && self.weights.kind() == Kind::Float {
            self.update_on_host(factor, learning_rate);
        } else {
            self.update_by_libtorch(factor, learning_rate);
        }
    }

    /// What the moments of this many steps are multiplied by to be without bias, inverted.
    fn corrections(&self) -> [f64; 2] {
        [self.config.beta1, self.config.beta2].map(|beta| 1.0 - beta.powi(self.n_steps))
    }

    fn update_on_host(&mut self, factor: f64, learning_rate: f64) {
        let AdamWConfig { beta1, beta2, eps, weight_decay } = self.config;
        let [correction1, correction2] = self.corrections();
        simd::run(Update {
            weights: floats_mut(&mut self.weights),
            gradient: floats(&self.gradient),
            first: floats_mut(&mut self.first),
            second: floats_mut(&mut self.second),
            factor: factor as f32,
            decay: (1.0 - learning_rate * weight_decay) as f32,
            new: [(1.0 - beta1) as f32, (1.0 - beta2) as f32],
            rate: (learning_rate * correction2.sqrt() / correction1) as f32,
            eps: (eps * correction2.sqrt()) as f32,
        });
    }

    fn update_by_libtorch(&mut self, factor: f64, learning_rate: f64) {
        let AdamWConfig { beta1, beta2, eps, weight_decay } = self.config;
        let [correction1, correction2] = self.corrections();
        no_grad(|| {
            for (start, n) in self.blocks() {
                let of = |buffer: &Tensor| buffer.narrow(0, start, n);
                let (mut weights, mut first, mut second) =
                    (of(&self.weights), of(&self.first), of(&self.second));
                let mut gradient = of(&self.gradient);
                if factor < 1.0 {
                    let _ = gradient.g_mul_scalar_(factor);
                }
                if weight_decay != 0.0 {
                    let _ = weights.g_mul_scalar_(1.0 - learning_rate * weight_decay);
                }
                let _ = first.lerp_(&gradient, 1.0 - beta1);
                let _ = second.lerp_(&gradient.square(), 1.0 - beta2);
                // Both corrections in one factor: m / (√v / √c₂ + ε) = m · √c₂ / (√v + ε · √c₂).
                let root = second.sqrt().g_add_scalar_(eps * correction2.sqrt());
                let change = first * (-learning_rate * correction2.sqrt() / correction1);
                let _ = weights.addcdiv_(&change, &root);
            }
        });
    }
}

/// An update on the CPU: each number is read and written once.
struct Update<'a> {
    weights: &'a mut [f32],
    gradient: &'a [f32],
    first: &'a mut [f32],
    second: &'a mut [f32],
    /// Of the gradient.
    factor: f32,
    /// Of the weights.
    decay: f32,
    /// How much of the gradient and of its square goes into the moments.
    new: [f32; 2],
    /// Learning rate and `eps` with both corrections: m / (√v / √c₂ + ε) = m · √c₂ / (√v + ε · √c₂).
    rate: f32,
    eps: f32,
}

impl Work for Update<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector>(self) {
        let Self { weights, gradient, first, second, factor, decay, new, rate, eps } = self;
        let moments = first.iter_mut().zip(second);
        for ((weight, gradient), (first, second)) in weights.iter_mut().zip(gradient).zip(moments) {
            let gradient = gradient * factor;
            *first = (gradient - *first).mul_add(new[0], *first);
            *second = gradient.mul_add(gradient, -*second).mul_add(new[1], *second);
            *weight = *weight * decay - rate * *first / (second.sqrt() + eps);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves() -> Vec<Tensor> {
        let leaf = |n: i64| Tensor::randn([n, 3], (Kind::Float, Device::Cpu)).set_requires_grad(true);
        vec![leaf(5), leaf(1), leaf(BLOCK / 2)]
    }

    #[test]
    fn what_was_made_of_the_parameters_before_is_trained() {
        tch::manual_seed(1);
        let leaves = leaves();
        let before: Vec<Tensor> = leaves.iter().map(|leaf| leaf.detach().copy()).collect();
        let elsewhere = leaves[0].shallow_clone();
        let mut optimiser = AdamW::new(&leaves, AdamWConfig { eps: 0.0, ..AdamWConfig::default() });
        assert!(leaves.iter().zip(&before).all(|(leaf, before)| leaf.detach() == *before));
        let ones: Vec<Tensor> = leaves.iter().map(|leaf| leaf.detach().ones_like()).collect();
        optimiser.step(&ones, 0.5);
        for (leaf, before) in leaves.iter().zip(&before).chain([(&elsewhere, &before[0])]) {
            // The first step of Adam is the sign of the gradient.
            assert!((leaf.detach() + 0.5 - before).abs().max().double_value(&[]) < 1e-6);
            assert!(leaf.requires_grad() && leaf.is_leaf());
        }
    }

    #[test]
    fn parts_of_a_gradient_add_up_and_are_clipped_together() {
        tch::manual_seed(2);
        let leaves = leaves();
        let mut optimiser = AdamW::new(&leaves, AdamWConfig::default());
        let part =
            |value: f64| leaves.iter().map(|leaf| leaf.detach().ones_like() * value).collect::<Vec<_>>();
        let n: usize = leaves.iter().map(Tensor::numel).sum();
        for _ in 0..2 {
            optimiser.accumulate(&part(1.0));
            optimiser.accumulate(&part(2.0));
            let norm = optimiser.apply(1.0, 1e-3);
            assert!(
                (norm - 3.0 * (n as f64).sqrt()).abs() < 1e-6 * norm,
                "nothing is left of an earlier step"
            );
        }
        // Two steps with the same gradient: 0.1 and 0.9 · 0.1 of it.
        let moment = optimiser.first.square().sum(Kind::Double).sqrt().double_value(&[]);
        assert!((moment / 0.19 - 1.0).abs() < 1e-4);
    }

    #[test]
    fn updates_are_those_of_libtorch() {
        let config = AdamWConfig { weight_decay: 0.1, ..AdamWConfig::default() };
        let optimiser = || {
            tch::manual_seed(3);
            AdamW::new(&leaves(), config)
        };
        let (mut ours, mut theirs) = (optimiser(), optimiser());
        for step in 1..=4 {
            let gradients: Vec<Tensor> =
                ours.params().iter().map(|param| param.detach().sin() * step).collect();
            for optimiser in [&mut ours, &mut theirs] {
                optimiser.accumulate(&gradients);
                optimiser.accumulated = false;
                optimiser.n_steps += 1;
            }
            ours.update_on_host(0.3, 1e-2);
            theirs.update_by_libtorch(0.3, 1e-2);
            for (ours, theirs) in ours.state().1.iter().zip(theirs.state().1) {
                assert!((ours - theirs).abs().max().double_value(&[]) < 1e-6, "step {step}");
            }
        }
    }

    #[test]
    fn a_gradient_that_is_no_number_changes_nothing() {
        let leaf = Tensor::from_slice(&[1.0f32, 2.0]).set_requires_grad(true);
        let mut optimiser = AdamW::new(&[leaf.shallow_clone()], AdamWConfig::default());
        optimiser.accumulate(&[Tensor::from_slice(&[0.0f32, f32::NAN])]);
        assert!(optimiser.apply(1.0, 0.1).is_nan());
        assert_eq!(leaf.detach(), Tensor::from_slice(&[1.0f32, 2.0]));
        assert_eq!(optimiser.state().0, 0);
    }
}
