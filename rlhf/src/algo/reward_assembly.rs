//! From one score per completion to one reward per token.

use tch::{Kind, Tensor};

use super::{ShapeError, same_shape};

/// `scores` minus `penalty` for every completion that did not end by itself.
///
/// Shapes: `scores`, `ended` (1 = a stop token was sampled): `[B]`; returns `[B]`. "Ended" is what the sampler saw,
/// not a search for one token id, so every stop token of the generation config counts.
///
/// # Errors
/// [`ShapeError`] when the shapes differ.
pub fn penalise_missing_eos(scores: &Tensor, ended: &Tensor, penalty: f64) -> Result<Tensor, ShapeError> {
    same_shape(scores, &[("ended", ended)])?;
    Ok(scores - penalty * (1.0 - ended.to_kind(scores.kind())))
}

/// Per-token rewards: `−kl_coef · kl` everywhere plus the score at the **last real token** (index `length − 1`).
///
/// Ziegler et al., arXiv 1909.08593, eq. 2. Shapes: `kl`, `mask`: `[B, T]`, mask 1 = real token, a prefix of each row;
/// `scores`: `[B]`; returns `[B, T]`. Padding stays 0; a row without real tokens gets no score.
///
/// # Errors
/// [`ShapeError`] when `kl` and `mask` differ or `scores` has another number of rows.
pub fn token_rewards(
    kl: &Tensor,
    scores: &Tensor,
    mask: &Tensor,
    kl_coef: f64,
) -> Result<Tensor, ShapeError> {
    same_shape(kl, &[("mask", mask)])?;
    if scores.size() != [kl.size()[0]] {
        return Err(ShapeError { name: "scores", found: scores.size(), expected: vec![kl.size()[0]] });
    }
    let lengths = mask.sum_dim_intlist(1, true, Kind::Int64);
    let positions = Tensor::arange(kl.size()[1], (Kind::Int64, kl.device()));
    let is_last = positions.unsqueeze(0).eq_tensor(&(lengths - 1)).to_kind(kl.kind());
    Ok(kl * mask * -kl_coef + is_last * scores.unsqueeze(1))
}
