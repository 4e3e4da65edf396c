//! Mean and spread of what was measured.

/// Running sums of independent draws.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sample {
    n: f64,
    sum: f64,
    sum_of_squares: f64,
}

impl Sample {
    /// Add one draw.
    pub fn push(&mut self, x: f64) {
        self.n += 1.0;
        self.sum += x;
        self.sum_of_squares += x * x;
    }

    /// NaN without draws.
    pub fn mean(&self) -> f64 {
        self.sum / self.n
    }

    /// Standard deviation of one draw.
    pub fn sd(&self) -> f64 {
        (self.sum_of_squares / self.n - self.mean().powi(2)).max(0.0).sqrt()
    }

    /// Standard error of the mean. Too small where several seats of one block are counted, which depend on each other.
    pub fn standard_error(&self) -> f64 {
        self.sd() / self.n.sqrt()
    }
}

impl FromIterator<f64> for Sample {
    fn from_iter<I: IntoIterator<Item = f64>>(draws: I) -> Self {
        let mut sample = Self::default();
        draws.into_iter().for_each(|x| sample.push(x));
        sample
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_and_spread_are_those_of_the_definition() {
        let sample: Sample = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0].into_iter().collect();
        assert_eq!((sample.mean(), sample.sd()), (5.0, 2.0));
        assert!((sample.standard_error() - 2.0 / 8f64.sqrt()).abs() < 1e-12);
    }
}
