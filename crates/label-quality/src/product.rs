//! Products of many small probabilities without logarithms: scaled by powers of two, which is exact.

const STEP: i32 = 512;
/// 2^-512 and 2^512.
const SMALL: f64 = f64::from_bits(((1023 - STEP) as u64) << 52);
const LARGE: f64 = f64::from_bits(((1023 + STEP) as u64) << 52);

/// Multiply by 2^512 when all factors so far made every entry smaller than 2^-512; counts how often in `steps`.
#[inline]
pub(crate) fn rescale(product: &mut [f64], steps: &mut u32) {
    if product.iter().all(|&p| p < SMALL) {
        product.iter_mut().for_each(|p| *p *= LARGE);
        *steps += 1;
    }
}

/// Natural logarithm of the factor that `steps` rescalings put in.
pub(crate) fn ln_scale(steps: u32) -> f64 {
    f64::from(steps) * f64::from(STEP) * std::f64::consts::LN_2
}

/// Divide by the sum and return it.
#[inline]
pub(crate) fn normalise(row: &mut [f64]) -> f64 {
    let sum: f64 = row.iter().sum();
    row.iter_mut().for_each(|p| *p /= sum);
    sum
}
