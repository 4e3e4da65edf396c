//! Learning-rate schedules.

/// Shape of the learning rate over a run, after a linear warm-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decay {
    /// Stays at the base rate.
    Constant,
    /// Falls in a straight line to 0 after the last step.
    Linear,
    /// Falls along half a cosine to 0 after the last step.
    Cosine,
}

/// Learning rate as a pure function of the step; equal to Hugging Face's schedulers of the same names.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schedule {
    /// Highest learning rate.
    pub base: f64,
    /// Steps of linear growth from 0.
    pub warmup_steps: u64,
    /// Steps of the run, warm-up included.
    pub total_steps: u64,
    /// What happens after the warm-up.
    pub decay: Decay,
}

impl Schedule {
    /// Straight line from `base` to 0 without warm-up, the schedule of Ziegler et al. (arXiv 1909.08593).
    pub fn linear(base: f64, total_steps: u64) -> Self {
        Self { base, warmup_steps: 0, total_steps, decay: Decay::Linear }
    }

    /// Learning rate of step `step`, counted from 0.
    pub fn at(&self, step: u64) -> f64 {
        if step < self.warmup_steps {
            return self.base * step as f64 / self.warmup_steps as f64;
        }
        let span = self.total_steps.saturating_sub(self.warmup_steps).max(1) as f64;
        let progress = ((step - self.warmup_steps) as f64 / span).min(1.0);
        self.base
            * match self.decay {
                Decay::Constant => 1.0,
                Decay::Linear => 1.0 - progress,
                Decay::Cosine => 0.5 * (1.0 + (std::f64::consts::PI * progress).cos()),
            }
    }
}
