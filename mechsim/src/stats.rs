//! Mean and spread of what was measured.

/// Standard errors on each side of a mean that a claim about it allows for: 99 % of a normal distribution.
pub const Z: f64 = 2.576;

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

    /// Both together.
    pub fn with(self, other: Self) -> Self {
        Self {
            n: self.n + other.n,
            sum: self.sum + other.sum,
            sum_of_squares: self.sum_of_squares + other.sum_of_squares,
        }
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

    /// End of the mean's confidence interval: [`Z`] standard errors above it.
    pub fn upper(&self) -> f64 {
        self.mean() + Z * self.standard_error()
    }

    /// The other end.
    pub fn lower(&self) -> f64 {
        self.mean() - Z * self.standard_error()
    }

    /// Upper end of the confidence interval of this mean over that of an independent sample, to first order in the errors.
    pub fn ratio_upper(&self, other: &Self) -> f64 {
        let ratio = self.mean() / other.mean();
        let error = self.standard_error().hypot(ratio * other.standard_error()) / other.mean();
        ratio + Z * error
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
    use crate::dice::Dice;
    use rand::Rng;

    #[test]
    fn mean_and_spread_are_those_of_the_definition() {
        let sample: Sample = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0].into_iter().collect();
        assert_eq!((sample.mean(), sample.sd()), (5.0, 2.0));
        assert!((sample.standard_error() - 2.0 / 8f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn intervals_hold_the_truth_about_as_often_as_they_say() {
        let mut dice = Dice::new(3);
        let (mut too_high, mut too_low, mut ratio_too_low) = (0, 0, 0);
        for _ in 0..2_000 {
            let mut draw =
                |mean: f64| -> Sample { (0..200).map(|_| mean * 2.0 * dice.random::<f64>()).collect() };
            let (a, b) = (draw(1.0), draw(2.0));
            too_high += u32::from(a.lower() > 1.0);
            too_low += u32::from(a.upper() < 1.0);
            ratio_too_low += u32::from(a.ratio_upper(&b) < 0.5);
        }
        // Half a percent of 2,000 on each side.
        for n in [too_high, too_low, ratio_too_low] {
            assert!((1..=25).contains(&n), "{n}");
        }
    }
}
