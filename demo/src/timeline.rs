//! The readable timeline of the story and its machine-readable report.
use std::{
    path::Path,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Map, Value, json};

/// Prints one line a step, with a spinner while the step runs, and remembers how long each took.
pub struct Timeline {
    start: Instant,
    steps: Vec<Value>,
    facts: Map<String, Value>,
}

impl Timeline {
    pub fn new(facts: Value) -> Self {
        let facts = facts.as_object().cloned().unwrap_or_default();
        Self { start: Instant::now(), steps: Vec::new(), facts }
    }

    pub fn chapter(&self, title: &str) {
        println!("\n\x1b[1m{title}\x1b[0m");
    }

    /// Begin a step; finish it with [`Timeline::done`].
    pub fn step(&self, title: impl Into<String>) -> Step {
        let title = title.into();
        let bar = ProgressBar::new_spinner().with_message(title.clone());
        bar.set_style(
            ProgressStyle::with_template("        {spinner} {msg}").expect("the template is a constant"),
        );
        bar.enable_steady_tick(Duration::from_millis(120));
        Step { title, start: Instant::now(), bar }
    }

    /// Print the step's outcome in one line.
    pub fn done(&mut self, step: Step, outcome: impl AsRef<str>) {
        step.bar.finish_and_clear();
        let at = self.start.elapsed().as_secs();
        let outcome = outcome.as_ref();
        let seconds = step.start.elapsed().as_secs_f64();
        println!(
            "  {:>2}:{:02}  {}{}{outcome}",
            at / 60,
            at % 60,
            step.title,
            if outcome.is_empty() { "" } else { ": " }
        );
        self.steps.push(
            json!({"step": step.title, "outcome": outcome, "seconds": (seconds * 100.0).round() / 100.0}),
        );
    }

    /// Add a fact to the report.
    pub fn fact(&mut self, name: &str, value: impl Into<Value>) {
        self.facts.insert(name.into(), value.into());
    }

    /// Write the report, also after a failed story.
    pub fn write(&mut self, path: &Path, error: Option<&str>) -> std::io::Result<()> {
        self.facts.insert("error".into(), json!(error));
        self.facts.insert("seconds".into(), json!(self.start.elapsed().as_secs()));
        self.facts.insert("steps".into(), Value::Array(self.steps.clone()));
        let text = serde_json::to_string_pretty(&self.facts).expect("a map of JSON values serialises");
        std::fs::write(path, text + "\n")
    }
}

pub struct Step {
    title: String,
    start: Instant,
    bar: ProgressBar,
}

impl Step {
    /// Show how far a long step is.
    pub fn note(&self, text: impl AsRef<str>) {
        self.bar.set_message(format!("{}: {}", self.title, text.as_ref()));
    }
}
