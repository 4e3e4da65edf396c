//! What a run tells while it works: one JSON object a line, read by the job that started it; [logs], and a [bar] on the
//! terminal, for people.

mod bar;
mod logs;
mod tensorboard;

pub use bar::Bar;
pub use logs::{Clock, Logs};

use std::collections::BTreeMap;
use std::io::Write;

use alloy_primitives::B256;
use serde::{Deserialize, Serialize};

/// Numbers by name; names follow the field (`objective/kl`, `policy/clipfrac`, …).
pub type Metrics = BTreeMap<String, f64>;

/// A measurement with nine significant digits, 0 when it is smaller than 1e-12: more than it means, and few enough digits
/// that every JSON reader, also one that does not round correctly, writes the same ones back. Hashed files hold only such
/// numbers.
pub fn rounded(value: f64) -> f64 {
    if value.abs() < 1e-12 {
        return 0.0;
    }
    format!("{value:.8e}").parse().unwrap_or(value)
}

/// Part of a run. JSON: lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Inputs are read and hashed, models loaded.
    Load,
    /// Frozen layers are computed once for every sample.
    Cache,
    /// Weights are updated.
    Train,
    /// Completions are sampled, scored, and learned from.
    Rollout,
    /// The result is compared with what was held out.
    Eval,
    /// Files are written.
    Save,
}

/// A line of the report. JSON: `{"event": "progress" | "done" | "replayed", …}`.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "lowercase", rename_all_fields = "camelCase")]
pub enum Event<'a> {
    /// A step of a phase is complete.
    Progress {
        /// What was being done.
        phase: Phase,
        /// Completed steps of the phase.
        step: u64,
        /// Steps of the phase.
        steps: u64,
        /// Measurements of this step; only finite numbers.
        metrics: &'a Metrics,
    },
    /// The checkpoint folder is complete.
    Done {
        /// Name of the checkpoint.
        manifest_hash: B256,
    },
    /// A stretch of a run was repeated, and each step made what it made then.
    Replayed {
        /// Last repeated step.
        to: u64,
    },
}

/// Receives the events of a run.
pub trait Report {
    /// Called after each step; `metrics` that are not finite are left out of the event.
    fn progress(&mut self, phase: Phase, step: u64, steps: u64, metrics: &Metrics) {
        let metrics =
            metrics.iter().filter(|(_, value)| value.is_finite()).map(|(k, v)| (k.clone(), *v)).collect();
        self.event(&Event::Progress { phase, step, steps, metrics: &metrics });
    }

    /// Takes one event.
    fn event(&mut self, event: &Event);

    /// Takes some completions of a step, before its progress.
    fn samples(&mut self, _step: u64, _samples: &[Sample]) {}
}

/// A completion of a rollout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// As it was given to the policy.
    pub prompt: String,
    /// Without special tokens.
    pub completion: String,
    /// By the reward model.
    pub score: f64,
}

/// Tells several what happens.
pub struct All(pub Vec<Box<dyn Report>>);

impl Report for All {
    fn event(&mut self, event: &Event) {
        self.0.iter_mut().for_each(|each| each.event(event));
    }

    fn samples(&mut self, step: u64, samples: &[Sample]) {
        self.0.iter_mut().for_each(|each| each.samples(step, samples));
    }
}

/// Writes events as JSON lines and flushes each, so that a reader behind a pipe sees it at once.
pub struct JsonLines<W>(pub W);

impl<W: Write> Report for JsonLines<W> {
    fn event(&mut self, event: &Event) {
        let line = serde_json::to_string(event).expect("events are plain data with finite numbers");
        // A closed pipe is no reason to lose the training run: the checkpoint is the result, not the report.
        if let Err(error) = writeln!(self.0, "{line}").and_then(|()| self.0.flush()) {
            tracing::warn!(%error, "the report could not be written");
        }
    }
}

/// Keeps nothing.
pub struct Silent;

impl Report for Silent {
    fn event(&mut self, _: &Event) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounded_numbers_survive_json() {
        for i in 1..2000 {
            let value = rounded((f64::from(i) * 0.7391).sin().powi(7) * 1e3);
            let text = serde_json::to_string(&value).expect("a finite number");
            assert_eq!(serde_json::from_str::<f64>(&text).ok(), Some(value), "{text}");
        }
        assert!(rounded(f64::NAN).is_nan());
    }

    #[test]
    fn writes_one_object_a_line_without_numbers_that_json_cannot_hold() {
        let mut lines = JsonLines(Vec::new());
        let metrics = Metrics::from([("loss".into(), 0.5), ("undefined".into(), f64::NAN)]);
        lines.progress(Phase::Train, 1, 2, &metrics);
        lines.event(&Event::Done { manifest_hash: B256::ZERO });
        let text = String::from_utf8(lines.0).expect("JSON is UTF-8");
        let (first, second) = text.split_once('\n').expect("two lines");
        assert_eq!(
            first,
            r#"{"event":"progress","phase":"train","step":1,"steps":2,"metrics":{"loss":0.5}}"#
        );
        assert!(second.starts_with(r#"{"event":"done","manifestHash":"0x0000"#));
    }
}
