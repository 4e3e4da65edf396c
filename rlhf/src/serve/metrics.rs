//! What the server counts, as Prometheus reads it from `/metrics`.

use std::time::Duration;

use metrics::{Counter, Gauge, Histogram, Key, Label, Level, Metadata, Recorder};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

static METADATA: Metadata<'static> = Metadata::new("rlhf", Level::INFO, None);

const SECONDS: [f64; 14] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0];
const ROWS: [f64; 8] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0];

pub struct Metrics {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
    prompt_tokens: Counter,
    shared_tokens: Counter,
    completion_tokens: Counter,
    cancelled: Counter,
    waiting: Gauge,
    batch_rows: Histogram,
    queue_seconds: Histogram,
    first_token_seconds: Histogram,
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS)
            .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix("_rows".into()), &ROWS))
            .expect("the buckets are not empty")
            .build_recorder();
        let texts = [
            ("rlhf_requests_total", "Answers begun, by route and status."),
            ("rlhf_prompt_tokens_total", "Tokens of prompts."),
            ("rlhf_shared_tokens_total", "Tokens of prompts that a prompt before had in common."),
            ("rlhf_completion_tokens_total", "Tokens drawn."),
            ("rlhf_cancelled_total", "Completions whose reader went away or was too slow."),
        ];
        texts.into_iter().for_each(|(name, text)| recorder.describe_counter(name.into(), None, text.into()));
        recorder.describe_gauge("rlhf_queue_prompts".into(), None, "Prompts that wait for an engine.".into());
        recorder.describe_gauge("rlhf_model_info".into(), None, "1 for the model that is served.".into());
        let texts = [
            ("rlhf_batch_rows", "Rows decoded in one step."),
            ("rlhf_queue_seconds", "From a request to its first work."),
            ("rlhf_first_token_seconds", "From a request to its first token."),
            ("rlhf_request_seconds", "From a request to the end of its answer, by route."),
        ];
        texts
            .into_iter()
            .for_each(|(name, text)| recorder.describe_histogram(name.into(), None, text.into()));
        let counter = |name: &'static str| recorder.register_counter(&Key::from_name(name), &METADATA);
        let histogram = |name: &'static str| recorder.register_histogram(&Key::from_name(name), &METADATA);
        Self {
            handle: recorder.handle(),
            prompt_tokens: counter("rlhf_prompt_tokens_total"),
            shared_tokens: counter("rlhf_shared_tokens_total"),
            completion_tokens: counter("rlhf_completion_tokens_total"),
            cancelled: counter("rlhf_cancelled_total"),
            waiting: recorder.register_gauge(&Key::from_name("rlhf_queue_prompts"), &METADATA),
            batch_rows: histogram("rlhf_batch_rows"),
            queue_seconds: histogram("rlhf_queue_seconds"),
            first_token_seconds: histogram("rlhf_first_token_seconds"),
            recorder,
        }
    }
}

impl Metrics {
    /// The text for Prometheus.
    pub fn render(&self) -> String {
        self.handle.run_upkeep();
        self.handle.render()
    }

    /// Moves what was measured into its buckets; to be called now and then, for measurements are kept until then.
    pub fn tidy(&self) {
        self.handle.run_upkeep();
    }

    pub fn begun(&self, route: &str, status: u16) {
        let labels = vec![Label::new("route", route.to_owned()), Label::new("status", status.to_string())];
        self.recorder
            .register_counter(&Key::from_parts("rlhf_requests_total", labels), &METADATA)
            .increment(1);
    }

    pub fn answered(&self, route: &'static str, after: Duration) {
        let key = Key::from_parts("rlhf_request_seconds", vec![Label::new("route", route)]);
        self.recorder.register_histogram(&key, &METADATA).record(after);
    }

    /// Names the served model, or takes a name back.
    pub fn serves(&self, model_id: &str, manifest_hash: &str, is_served: bool) {
        let label = |name: &'static str, value: &str| Label::new(name, value.to_owned());
        let labels = vec![label("model", model_id), label("manifest_hash", manifest_hash)];
        let gauge = self.recorder.register_gauge(&Key::from_parts("rlhf_model_info", labels), &METADATA);
        gauge.set(f64::from(u8::from(is_served)));
    }

    pub fn waited(&self, time: Duration) {
        self.queue_seconds.record(time);
    }

    pub fn first_token(&self, after: Duration) {
        self.first_token_seconds.record(after);
    }

    pub fn prompt_tokens(&self, n: usize, shared: usize) {
        self.prompt_tokens.increment(n as u64);
        self.shared_tokens.increment(shared as u64);
    }

    pub fn step(&self, rows: usize, waiting: usize) {
        self.waiting.set(waiting as f64);
        if rows > 0 {
            self.batch_rows.record(rows as f64);
        }
    }

    pub fn drawn(&self) {
        self.completion_tokens.increment(1);
    }

    pub fn cancelled(&self) {
        self.cancelled.increment(1);
    }
}
