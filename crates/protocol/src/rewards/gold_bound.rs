//! When wrong gold costs stake and not only pay.

use alloy_primitives::U256;

/// A bound beyond this many answers would not fit 256 bits; nobody gets so much gold.
pub const MAX_ANSWERED: u16 = 96;

/// Whether somebody who is right three times out of five would be right `right` times or fewer out of `answered` with a
/// probability below one in a million: 10^6 · Σ_{k ≤ right} C(n, k) · 3^k · 2^(n − k) < 5^n, in whole numbers.
pub fn is_slashable(right: u16, answered: u16) -> bool {
    if answered > MAX_ANSWERED || right > answered {
        return false;
    }
    let n = u64::from(answered);
    // C(n, k) · 3^k · 2^(n − k); the step from k to k + 1 divides without a remainder. Below 5^96 < 2^223, with the
    // factors below 2^232.
    let mut term = U256::from(1) << n;
    let mut sum = term;
    for k in 0..u64::from(right) {
        term = term * U256::from(3 * (n - k)) / U256::from(2 * (k + 1));
        sum += term;
    }
    sum * U256::from(1_000_000) < U256::from(5).pow(U256::from(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pascal's triangle and plain powers.
    fn by_definition(right: usize, n: usize) -> bool {
        let mut row = vec![U256::from(1)];
        for _ in 0..n {
            let inner = row.windows(2).map(|pair| pair[0] + pair[1]);
            row = [U256::from(1)].into_iter().chain(inner).chain([U256::from(1)]).collect();
        }
        let power = |base: u64, k: usize| U256::from(base).pow(U256::from(k));
        let sum: U256 = (0..=right).map(|k| row[k] * power(3, k) * power(2, n - k)).sum();
        sum * U256::from(1_000_000) < power(5, n)
    }

    #[test]
    fn the_bound_is_its_definition() {
        for n in 0..=MAX_ANSWERED {
            for right in 0..=n {
                assert_eq!(is_slashable(right, n), by_definition(right.into(), n.into()), "{right} of {n}");
            }
        }
    }

    #[test]
    fn few_answers_are_never_slashed_and_bad_ones_are() {
        // 0.4^15 = 1.07e-6 and 0.4^16 = 4.3e-7.
        assert!(!is_slashable(0, 15));
        assert!(is_slashable(0, 16));
        assert!(!is_slashable(1, 16));
        assert!(!is_slashable(0, 0));
        assert!(!is_slashable(17, 16));
        assert!(is_slashable(30, 96));
        assert!(!is_slashable(48, 96));
        assert!(!is_slashable(0, 97));
    }
}
