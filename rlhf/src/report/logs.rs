//! A run's logs, for people: what it measured and what it said, step by step. Nothing of them is hashed.
//!
//! `metrics.jsonl` has a line for each step, with the time. The other files follow from it: an event file for TensorBoard,
//! and `metrics.prom` with the last step for Prometheus. `samples.jsonl` has some completions of each rollout. A run that
//! goes on after a crash repeats the steps since its last saved state; their lines are replaced.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::tensorboard::EventWriter;
use super::{Event, Metrics, Phase, Report, Sample};

const METRICS: &str = "metrics.jsonl";
const SAMPLES: &str = "samples.jsonl";
const EVENTS: &str = "events.out.tfevents.rlhf";
const PROMETHEUS: &str = "metrics.prom";

/// Seconds since 1970.
pub type Clock = Box<dyn FnMut() -> f64>;

/// Writes the logs of a run into a folder.
pub struct Logs {
    dir: PathBuf,
    clock: Clock,
    /// Once the run has shown where it begins.
    files: Option<Files>,
    /// Of the step before.
    last: Option<(u64, f64)>,
}

struct Files {
    metrics: File,
    samples: File,
    events: EventWriter<File>,
}

/// A line of `metrics.jsonl`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    phase: Phase,
    step: u64,
    steps: u64,
    time: f64,
    /// Tokens that were learned from since the step before, by the second; absent after a start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tokens_per_second: Option<f64>,
    metrics: Metrics,
}

/// A line of `samples.jsonl`.
#[derive(Serialize, Deserialize)]
struct SampleLine {
    step: u64,
    #[serde(flatten)]
    sample: Sample,
}

impl Logs {
    /// Logs in `dir`, which may hold those of an earlier attempt.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn open(dir: &Path, clock: Clock) -> io::Result<Self> {
        std::fs::create_dir_all(dir)?;
        Ok(Self { dir: dir.to_owned(), clock, files: None, last: None })
    }

    /// The files, without what an earlier attempt wrote about `step` and those after it.
    fn files(&mut self, step: u64) -> io::Result<&mut Files> {
        if self.files.is_none() {
            let lines: Vec<Line> =
                kept(&self.dir.join(METRICS), |line: &Line| line.is_step() && line.step < step)?;
            let _: Vec<SampleLine> = kept(&self.dir.join(SAMPLES), |line: &SampleLine| line.step < step)?;
            let time = lines.first().map_or_else(&mut self.clock, |line| line.time);
            let mut events = EventWriter::begin(File::create(self.dir.join(EVENTS))?, time)?;
            for line in &lines {
                line.show(&mut events)?;
            }
            let append = |name| File::options().append(true).open(self.dir.join(name));
            self.files = Some(Files { metrics: append(METRICS)?, samples: append(SAMPLES)?, events });
        }
        Ok(self.files.as_mut().expect("was just set"))
    }

    fn log(&mut self, phase: Phase, step: u64, steps: u64, metrics: &Metrics) -> io::Result<()> {
        let time = (self.clock)();
        let mut line = Line { phase, step, steps, time, tokens_per_second: None, metrics: metrics.clone() };
        if line.is_step() {
            let before = self.last.replace((step, time)).filter(|(before, _)| *before < step);
            let tokens = metrics.get("tokens").zip(before.filter(|(_, before)| *before < time));
            line.tokens_per_second = tokens.map(|(tokens, (_, before))| tokens / (time - before));
        }
        // What is measured at the end belongs behind all steps.
        let files = self.files(if line.is_step() { step } else { u64::MAX })?;
        write_line(&mut files.metrics, &line)?;
        line.show(&mut files.events)?;
        let path = self.dir.join(PROMETHEUS);
        let draft = path.with_extension("new");
        std::fs::write(&draft, line.prometheus())?;
        std::fs::rename(draft, path)
    }
}

impl Report for Logs {
    fn event(&mut self, event: &Event) {
        if let Event::Progress { phase, step, steps, metrics } = event
            && !metrics.is_empty()
            && let Err(error) = self.log(*phase, *step, *steps, metrics)
        {
            tracing::warn!(%error, path = %self.dir.display(), "the logs could not be written");
        }
    }

    fn samples(&mut self, step: u64, samples: &[Sample]) {
        let write = |files: &mut Files| {
            samples.iter().try_for_each(|sample| {
                write_line(&mut files.samples, &SampleLine { step, sample: sample.clone() })
            })
        };
        if let Err(error) = self.files(step).and_then(write) {
            tracing::warn!(%error, path = %self.dir.display(), "the samples could not be written");
        }
    }
}

impl Line {
    /// Whether it is of a step that is learned from.
    fn is_step(&self) -> bool {
        matches!(self.phase, Phase::Train | Phase::Rollout)
    }

    fn show(&self, events: &mut EventWriter<File>) -> io::Result<()> {
        let scalars = self.scalars();
        events.scalars(self.time, self.step, scalars.iter().map(|(name, value)| (name.as_str(), *value)))
    }

    /// Everything that was measured; what is measured at the end is below `eval/`.
    fn scalars(&self) -> BTreeMap<String, f64> {
        let rate = self.tokens_per_second.map(|rate| ("tokens_per_second".to_owned(), rate));
        let named =
            self.metrics.iter().map(|(name, value)| match self.is_step() || name.starts_with("eval/") {
                true => (name.clone(), *value),
                false => (format!("eval/{name}"), *value),
            });
        named.chain(rate).collect()
    }

    /// OpenMetrics text.
    fn prometheus(&self) -> String {
        let name = |name: &str| {
            let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
            format!("rlhf_{}", name.chars().map(plain).collect::<String>())
        };
        let mut gauges: BTreeMap<String, f64> =
            self.scalars().iter().map(|(metric, value)| (name(metric), *value)).collect();
        if self.is_step() {
            gauges.extend([("rlhf_step".into(), self.step as f64), ("rlhf_steps".into(), self.steps as f64)]);
        }
        let lines = gauges.iter().map(|(name, value)| format!("# TYPE {name} gauge\n{name} {value}\n"));
        lines.chain(["# EOF\n".to_owned()]).collect()
    }
}

fn write_line(file: &mut File, line: &impl Serialize) -> io::Result<()> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    // One write, so that a reader sees whole lines.
    file.write_all(&text)
}

/// The lines of a file that pass; the others, torn ones among them, are taken out of it.
fn kept<T: Serialize + for<'a> Deserialize<'a>>(
    path: &Path,
    keep: impl Fn(&T) -> bool,
) -> io::Result<Vec<T>> {
    let mut lines = Vec::new();
    if path.exists() {
        for line in BufReader::new(File::open(path)?).split(b'\n') {
            lines.extend(serde_json::from_slice(&line?).ok().filter(&keep));
        }
    }
    let draft = path.with_extension("new");
    let mut file = File::create(&draft)?;
    lines.iter().try_for_each(|line| write_line(&mut file, line))?;
    std::fs::rename(draft, path)?;
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::super::tensorboard::tests::read;
    use super::*;

    fn logs(dir: &Path, mut now: f64) -> Logs {
        let tick = move || {
            now += 2.0;
            now
        };
        Logs::open(dir, Box::new(tick)).unwrap()
    }

    fn step(logs: &mut Logs, step: u64, loss: f64) {
        let metrics = Metrics::from([("policy/loss".into(), loss), ("tokens".into(), 100.0)]);
        let sample = Sample { prompt: "a".into(), completion: format!("b{loss}"), score: 0.5 };
        logs.samples(step, &[sample]);
        logs.progress(Phase::Rollout, step, 3, &metrics);
    }

    #[test]
    fn a_run_that_goes_on_replaces_what_it_repeats() {
        let dir = tempfile::tempdir().unwrap();
        let mut first = logs(dir.path(), 0.0);
        (1..=3).for_each(|n| step(&mut first, n, n as f64));
        first.progress(Phase::Eval, 1, 1, &Metrics::from([("winRate".into(), 0.9)]));
        // Killed while it wrote a line.
        let mut metrics = File::options().append(true).open(dir.path().join(METRICS)).unwrap();
        metrics.write_all(br#"{"phase":"#).unwrap();

        let mut second = logs(dir.path(), 100.0);
        step(&mut second, 2, 20.0);
        step(&mut second, 3, 30.0);
        second.progress(Phase::Eval, 1, 1, &Metrics::from([("winRate".into(), 0.8)]));
        let lines = |name| std::fs::read_to_string(dir.path().join(name)).unwrap();
        let metrics: Vec<Line> =
            lines(METRICS).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let losses: Vec<_> = metrics.iter().map(|line| line.metrics.get("policy/loss").copied()).collect();
        assert_eq!(losses, [Some(1.0), Some(20.0), Some(30.0), None]);
        // Two seconds for 100 tokens; nobody knows how long the first step after a start took.
        let rates: Vec<_> = metrics.iter().map(|line| line.tokens_per_second).collect();
        assert_eq!(rates, [None, None, Some(50.0), None]);
        let samples: Vec<SampleLine> =
            lines(SAMPLES).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let said: Vec<_> = samples.iter().map(|line| (line.step, line.sample.completion.as_str())).collect();
        assert_eq!(said, [(1, "b1"), (2, "b20"), (3, "b30")]);
        let shown = read(&std::fs::read(dir.path().join(EVENTS)).unwrap());
        let of = |tag: &str| {
            let tagged = shown.iter().filter(|(_, name, _)| name == tag);
            tagged.map(|(step, _, value)| (*step, *value)).collect::<Vec<_>>()
        };
        assert_eq!(of("policy/loss"), [(1, 1.0), (2, 20.0), (3, 30.0)]);
        assert_eq!(of("tokens_per_second"), [(3, 50.0)]);
        assert_eq!(of("eval/winRate"), [(1, 0.8)]);
    }

    #[test]
    fn the_last_step_can_be_scraped() {
        let dir = tempfile::tempdir().unwrap();
        step(&mut logs(dir.path(), 0.0), 1, 0.25);
        let expected = "# TYPE rlhf_policy_loss gauge\nrlhf_policy_loss 0.25\n# TYPE rlhf_step gauge\nrlhf_step 1\n\
                        # TYPE rlhf_steps gauge\nrlhf_steps 3\n# TYPE rlhf_tokens gauge\nrlhf_tokens 100\n# EOF\n";
        assert_eq!(std::fs::read_to_string(dir.path().join(PROMETHEUS)).unwrap(), expected);
    }
}
