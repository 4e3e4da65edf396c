//! Gradient clipping.

use tch::{Kind, Tensor};

/// Scales all gradients together so that their joint Euclidean norm is at most `max_norm`; returns the norm before.
///
/// The factor is `min(1, max_norm / (norm + 1e-6))`, as in PyTorch. A NaN norm scales everything to NaN: the caller
/// looks at the returned norm and skips the step. Panics on an empty list.
pub fn clip_by_global_norm(gradients: &mut [Tensor], max_norm: f64) -> f64 {
    let norms: Vec<Tensor> = gradients.iter().map(|gradient| gradient.square().sum(Kind::Double)).collect();
    let norm = Tensor::stack(&norms, 0).sum(Kind::Double).sqrt().double_value(&[]);
    let factor = (max_norm / (norm + 1e-6)).min(1.0);
    if factor < 1.0 {
        for gradient in gradients {
            *gradient = &*gradient * factor;
        }
    }
    norm
}
