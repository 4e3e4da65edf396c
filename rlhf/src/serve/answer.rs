//! From the engine's events to an answer, whole or streamed.

use std::{convert::Infallible, sync::Arc, time::Instant};

use axum::response::sse::Event as SseEvent;
use futures::{Stream, StreamExt, stream};
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, mpsc::Receiver};

use super::{
    engine::{EngineError, Event},
    error::ApiError,
    metrics::Metrics,
    response::{Header, Usage, logprobs},
};
use crate::{
    generate::{FinishReason, Logprobs},
    tokenizer::Tokenizer,
};

/// An answer that is being made. Dropping it cancels what is still to be drawn.
#[derive(Debug)]
pub struct Answer {
    pub header: Header,
    pub events: Receiver<Event>,
    pub tokenizer: Arc<Tokenizer>,
    pub n_choices: usize,
    pub prompt_tokens: usize,
    pub _guard: Guard,
}

/// Holds an answer's place among those that are written, and measures how long it takes.
#[derive(Debug)]
pub struct Guard {
    pub metrics: Arc<Metrics>,
    pub route: &'static str,
    pub since: Instant,
    pub _place: OwnedSemaphorePermit,
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.metrics.answered(self.route, self.since.elapsed());
    }
}

/// What is known of one choice.
#[derive(Debug, Clone, Default)]
struct Part {
    text: String,
    tokens: Vec<(i64, Logprobs)>,
    /// Characters in the tokens so far.
    offset: usize,
    reason: Option<FinishReason>,
}

impl Answer {
    /// Waits for all of it.
    ///
    /// # Errors
    /// [`EngineError::Interrupted`] when the engine fails.
    pub async fn whole(mut self) -> Result<Value, ApiError> {
        let mut parts = vec![Part::default(); self.n_choices];
        let mut completion_tokens = 0;
        while let Some(event) = self.events.recv().await {
            match event {
                Event::Text { choice, text, tokens } => {
                    parts[choice].text.push_str(&text);
                    parts[choice].tokens.extend(tokens);
                }
                Event::Finished { choice, reason, n_tokens } => {
                    parts[choice].reason = Some(reason);
                    completion_tokens += n_tokens;
                }
            }
        }
        let choice = |(index, mut part): (usize, Part)| {
            let logprobs = logprobs(self.header.form, &part.tokens, &self.tokenizer, &mut part.offset);
            Some(self.header.choice(index, part.text, logprobs, part.reason?))
        };
        let choices: Option<Vec<Value>> = parts.into_iter().enumerate().map(choice).collect();
        let usage = Usage::new(self.prompt_tokens, completion_tokens);
        Ok(self.header.answer(choices.ok_or(EngineError::Interrupted)?, usage))
    }

    /// Server-sent events, ending with `[DONE]`, or with an error when the engine fails or nobody reads.
    pub fn streamed(self, include_usage: bool) -> impl Stream<Item = Result<SseEvent, Infallible>> {
        let is_chat = self.header.form == super::response::Form::Chat;
        let n_openings = if is_chat { self.n_choices } else { 0 };
        let openings: Vec<Value> = (0..n_openings).map(|choice| self.header.opening(choice)).collect();
        let progress =
            Progress { offsets: vec![0; self.n_choices], open: self.n_choices, completion_tokens: 0 };
        let body = stream::unfold(Some((self, progress)), move |state| async move {
            let (mut answer, mut progress) = state?;
            let Some(event) = answer.events.recv().await else {
                return Some((answer.closing(&progress, include_usage), None));
            };
            let chunk = answer.chunk(event, &mut progress);
            Some((vec![data(&chunk)], Some((answer, progress))))
        });
        let openings = openings.into_iter().map(|chunk| data(&chunk)).collect::<Vec<_>>();
        stream::once(async move { openings }).chain(body).flat_map(stream::iter).map(Ok)
    }

    fn chunk(&self, event: Event, progress: &mut Progress) -> Value {
        match event {
            Event::Text { choice, text, tokens } => {
                let offset = &mut progress.offsets[choice];
                let logprobs = logprobs(self.header.form, &tokens, &self.tokenizer, offset);
                self.header.more(choice, &text, logprobs)
            }
            Event::Finished { choice, reason, n_tokens } => {
                progress.open -= 1;
                progress.completion_tokens += n_tokens;
                self.header.ending(choice, reason)
            }
        }
    }

    fn closing(&self, progress: &Progress, include_usage: bool) -> Vec<SseEvent> {
        if progress.open > 0 {
            return vec![data(&ApiError::from(EngineError::Interrupted).body())];
        }
        let usage = Usage::new(self.prompt_tokens, progress.completion_tokens);
        let usage = include_usage.then(|| data(&self.header.usage(usage)));
        usage.into_iter().chain([SseEvent::default().data("[DONE]")]).collect()
    }
}

/// How far a stream is.
#[derive(Debug)]
struct Progress {
    /// Characters in the tokens of each choice so far.
    offsets: Vec<usize>,
    /// Choices that are not complete.
    open: usize,
    completion_tokens: usize,
}

fn data(value: &Value) -> SseEvent {
    SseEvent::default().data(value.to_string())
}
