//! Means, variances and whitening over real tokens only.

use tch::Tensor;

/// Mean of `x` over the positions where `mask` is 1.
///
/// Shapes: `x`, `mask`: the same; returns a scalar. The mask must not be empty (the mean would be NaN).
pub fn mean(x: &Tensor, mask: &Tensor) -> Tensor {
    (x * mask).sum(x.kind()) / mask.sum(x.kind())
}

/// Variance of `x` over the positions where `mask` is 1, with Bessel's correction for more than one element.
///
/// Shapes: `x`, `mask`: the same; returns a scalar.
pub fn variance(x: &Tensor, mask: &Tensor) -> Tensor {
    let n = mask.sum(x.kind());
    let centred = x - mean(x, mask);
    let biased = mean(&(&centred * &centred), mask);
    let correction = &n / (&n - 1.0).clamp_min(1.0);
    biased * correction
}

/// Scales `x` to unit variance over real tokens; with `shift_mean` also to mean zero.
///
/// Rewards are whitened without the shift, because a shift would change which behaviour pays; advantages with it
/// (Huang et al., "The N+ implementation details of RLHF with PPO", arXiv 2403.17031, details 15 and 16).
/// Shapes: `x`, `mask`: `[B, T]`; returns `[B, T]`. Padding stays 0.
pub fn whiten(x: &Tensor, mask: &Tensor, shift_mean: bool) -> Tensor {
    let mean = mean(x, mask);
    let scaled = (x - &mean) * (variance(x, mask) + 1e-8).rsqrt();
    let whitened = if shift_mean { scaled } else { scaled + mean };
    whitened * mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignores_what_stands_on_padding() {
        let mask = Tensor::from_slice2(&[[1.0, 1.0, 0.0], [1.0, 0.0, 0.0]]);
        let x = Tensor::from_slice2(&[[1.0, 2.0, 99.0], [6.0, -50.0, 7.0]]);
        assert_eq!(mean(&x, &mask).double_value(&[]), 3.0);
        assert_eq!(variance(&x, &mask).double_value(&[]), 7.0);
        let whitened = whiten(&x, &mask, true);
        assert!(mean(&whitened, &mask).double_value(&[]).abs() < 1e-12);
        assert_eq!(whitened.double_value(&[0, 2]), 0.0);
    }

    #[test]
    fn a_single_token_has_variance_zero() {
        let one = Tensor::from_slice2(&[[3.0]]);
        assert_eq!(variance(&one, &one.ones_like()).double_value(&[]), 0.0);
    }
}
