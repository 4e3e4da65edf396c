//! Bradley–Terry with a parameter for ties: `P(tie) ∝ ν·√(p_a·p_b)` (Davidson, JASA 65, 1970).

use crate::{
    bradley_terry::{CompareError, Comparisons, Strengths, covariance, fix_mean, laplacian},
    newton::{Local, maximise},
};

/// Strengths and how often equals tie.
#[derive(Clone, Debug)]
pub struct Fit {
    /// `P(a beats b) = p_a / (p_a + p_b + ν·√(p_a·p_b))` with p the exponentials of the log-scores.
    pub strengths: Strengths,
    /// ν: two equal items tie with probability ν / (2 + ν).
    pub nu: f64,
}

/// Maximum likelihood.
///
/// # Errors
/// [`CompareError::NoTies`] when there are no ties or nothing else, [`CompareError::Apart`] when the strengths have no maximum.
pub fn fit<I: Ord + Clone>(data: &Comparisons<I>) -> Result<Fit, CompareError> {
    data.connected()?;
    let n = data.items.len();
    let width = n + 1;
    let pairs: Vec<_> = data.pairs().collect();
    if pairs.iter().all(|pair| pair.4 == 0.0) || pairs.iter().all(|pair| pair.2 + pair.3 == 0.0) {
        return Err(CompareError::NoTies);
    }
    // The last parameter is ln ν. An exponential family in (s_a − s_b) · (1, ½, 0) and ln ν · (0, 1, 0): concave.
    let local = |v: &[f64]| {
        let mut at = Local { value: 0.0, gradient: vec![0.0; width], curvature: vec![0.0; width * width] };
        for &(a, b, first, second, ties) in &pairs {
            let (half, all) = ((v[a] - v[b]) / 2.0, first + second + ties);
            let logits = [half, -half, v[n]];
            let top = logits.into_iter().fold(f64::NEG_INFINITY, f64::max);
            let z = top + logits.iter().map(|l| (l - top).exp()).sum::<f64>().ln();
            at.value += first * (half - z) + second * (-half - z) + ties * (v[n] - z);
            let (p, tie) = ((half - z).exp(), (v[n] - z).exp());
            let mean = p + tie / 2.0;
            let residual = first + ties / 2.0 - all * mean;
            at.gradient[a] += residual;
            at.gradient[b] -= residual;
            at.gradient[n] += ties - all * tie;
            laplacian(&mut at.curvature, width, a, b, all * (p + tie / 4.0 - mean * mean));
            at.curvature[n * width + n] += all * tie * (1.0 - tie);
            let cross = all * tie * (0.5 - mean);
            for (item, cross) in [(a, cross), (b, -cross)] {
                at.curvature[item * width + n] += cross;
                at.curvature[n * width + item] += cross;
            }
        }
        fix_mean(&mut at.curvature, n, width);
        at
    };
    let (mut v, at) = maximise(vec![0.0; width], local).ok_or(CompareError::NoMaximum)?;
    let covariance = covariance(at.curvature, n, width).ok_or(CompareError::NoMaximum)?;
    let nu = v.pop().expect("the last parameter is the ties'").exp();
    Ok(Fit { strengths: Strengths::new(v, at.value, covariance), nu })
}
