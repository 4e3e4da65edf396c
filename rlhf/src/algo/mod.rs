//! The mathematics of preference learning: pure functions on tensors, no model, no files, no randomness.
//!
//! Everything here works in the dtype of its arguments (f32 in training, f64 in the golden tests) and takes a
//! `mask` of real tokens instead of looking at token ids, so a sampled padding token is an ordinary token.
//! To add an algorithm, add one file with its loss and its source, and a case in `tests/formulas.rs`.

pub mod calibration;
pub mod gae;
pub mod group;
pub mod kl;
pub mod loss;
pub mod masked;
pub mod preference_loss;
pub mod reward_assembly;
pub mod reward_loss;
pub mod win_rate;

use tch::Tensor;

/// Two tensors that belong together do not have the same shape.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{name} has shape {found:?}, expected {expected:?}")]
pub struct ShapeError {
    /// Name of the argument with the wrong shape.
    pub name: &'static str,
    /// Its shape.
    pub found: Vec<i64>,
    /// The shape of the first argument.
    pub expected: Vec<i64>,
}

/// Checks that every named tensor has the shape of `reference`.
///
/// # Errors
/// [`ShapeError`] for the first one that differs.
pub fn same_shape(reference: &Tensor, others: &[(&'static str, &Tensor)]) -> Result<(), ShapeError> {
    let expected = reference.size();
    match others.iter().find(|(_, tensor)| tensor.size() != expected) {
        None => Ok(()),
        Some((name, tensor)) => Err(ShapeError { name, found: tensor.size(), expected }),
    }
}
