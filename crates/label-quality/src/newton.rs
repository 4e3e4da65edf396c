//! Newton's method for concave functions of a few hundred numbers, and the linear algebra it needs.

/// A function's value, gradient and negated Hessian (dense, row by row) at a point.
pub(crate) struct Local {
    pub value: f64,
    pub gradient: Vec<f64>,
    pub curvature: Vec<f64>,
}

/// Lower triangle L of a positive definite matrix, L·Lᵀ = matrix; `None` when it is not positive definite.
pub(crate) fn cholesky(mut matrix: Vec<f64>, n: usize) -> Option<Vec<f64>> {
    for j in 0..n {
        for i in j..n {
            let (above, from) = matrix.split_at(i * n);
            let row_j = if i == j { &from[..j] } else { &above[j * n..][..j] };
            let dot: f64 = from[..j].iter().zip(row_j).map(|(a, b)| a * b).sum();
            let value = matrix[i * n + j] - dot;
            if i > j {
                matrix[i * n + j] = value / matrix[j * n + j];
            } else if value > 0.0 {
                matrix[j * n + j] = value.sqrt();
            } else {
                return None;
            }
        }
    }
    Some(matrix)
}

/// Solve L·Lᵀ·x = b in place.
pub(crate) fn solve(factor: &[f64], b: &mut [f64]) {
    let n = b.len();
    for i in 0..n {
        let dot: f64 = factor[i * n..][..i].iter().zip(&b[..i]).map(|(l, x)| l * x).sum();
        b[i] = (b[i] - dot) / factor[i * n + i];
    }
    for i in (0..n).rev() {
        b[i] /= factor[i * n + i];
        for k in 0..i {
            b[k] -= factor[i * n + k] * b[i];
        }
    }
}

/// Climb to the maximum; `None` when the function has none that is reached in 200 steps.
///
/// A step that loses height is halved. Near the maximum heights differ by rounding only, so the end is judged by the step.
pub(crate) fn maximise(mut at: Vec<f64>, local: impl Fn(&[f64]) -> Local) -> Option<(Vec<f64>, Local)> {
    let mut here = local(&at);
    for _ in 0..200 {
        let factor = cholesky(here.curvature.clone(), at.len())?;
        let mut step = here.gradient.clone();
        solve(&factor, &mut step);
        let size = step.iter().fold(0.0f64, |size, x| size.max(x.abs()));
        if !size.is_finite() {
            return None;
        }
        let slack = 1e-9 * here.value.abs().max(1.0);
        let mut share = 1.0;
        let there = loop {
            let next: Vec<f64> = at.iter().zip(&step).map(|(x, d)| x + share * d).collect();
            let there = local(&next);
            if there.value >= here.value - slack {
                at = next;
                break there;
            }
            share /= 2.0;
            if share < 1e-9 {
                return None;
            }
        };
        here = there;
        if size < 1e-10 {
            return Some((at, here));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_system_is_solved_and_an_indefinite_one_refused() {
        let factor = cholesky(vec![4.0, 2.0, 0.0, 2.0, 5.0, 1.0, 0.0, 1.0, 3.0], 3).unwrap();
        let mut x = vec![2.0, 3.0, -5.0];
        solve(&factor, &mut x);
        for (row, b) in [([4.0, 2.0, 0.0], 2.0), ([2.0, 5.0, 1.0], 3.0), ([0.0, 1.0, 3.0], -5.0)] {
            let product: f64 = row.iter().zip(&x).map(|(a, x)| a * x).sum();
            assert!((product - b).abs() < 1e-12);
        }
        assert!(cholesky(vec![1.0, 2.0, 2.0, 1.0], 2).is_none());
    }
}
