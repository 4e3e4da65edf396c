//! One completion on its way from the decoder to its reader.

use std::sync::Arc;

use tokio::sync::mpsc::Sender;

use super::{Event, metrics::Metrics, queue::Work};
use crate::{
    generate::{Drawn, FinishReason, Flow, Logprobs, TextStream},
    tokenizer::{Tokenizer, TokenizerError},
};

#[derive(Debug)]
pub struct Choice<'a> {
    number: usize,
    /// Tokens of prompt and completion at most.
    pub length: usize,
    stream: TextStream<'a>,
    /// Tokens whose text is held back.
    held: Vec<(i64, Logprobs)>,
    sender: Sender<Event>,
}

impl<'a> Choice<'a> {
    pub fn new(tokenizer: &'a Tokenizer, work: &Work, sample: usize, length: usize) -> Self {
        Self {
            number: work.first_choice + sample,
            length,
            stream: TextStream::new(tokenizer, Arc::clone(&work.stop)),
            held: vec![],
            sender: work.sender.clone(),
        }
    }

    /// Adds a token and reports what became readable. Stops when a stop string is met or nobody reads any more.
    pub fn advance(&mut self, drawn: Drawn, metrics: &Metrics) -> Flow {
        metrics.drawn();
        let (text, reason) = match self.text(&drawn) {
            Ok(text) if self.stream.stopped() => (text, Some(FinishReason::Stop)),
            Ok(text) => (text, drawn.finish_reason),
            Err(error) => {
                tracing::error!(%error, "a completion cannot be decoded");
                return Flow::Stop;
            }
        };
        let is_end = drawn.finish_reason == Some(FinishReason::Stop);
        if let Some(logprobs) = drawn.logprobs.filter(|_| !is_end) {
            self.held.push((drawn.token_id, logprobs));
        }
        if self.stream.stopped() && text.is_empty() {
            self.held.clear();
        }
        let choice = self.number;
        if !text.is_empty() || (reason.is_some() && !self.held.is_empty()) {
            let tokens = std::mem::take(&mut self.held);
            if !self.send(Event::Text { choice, text, tokens }, metrics) {
                return Flow::Stop;
            }
        }
        match reason {
            Some(reason) => {
                let n_tokens = self.stream.n_tokens() + usize::from(is_end);
                self.send(Event::Finished { choice, reason, n_tokens }, metrics);
                Flow::Stop
            }
            None if self.sender.is_closed() => {
                metrics.cancelled();
                Flow::Stop
            }
            None => Flow::Continue,
        }
    }

    fn text(&mut self, drawn: &Drawn) -> Result<String, TokenizerError> {
        match drawn.finish_reason {
            Some(FinishReason::Stop) => self.stream.finish(),
            None => self.stream.push(drawn.token_id),
            Some(_) => {
                let text = self.stream.push(drawn.token_id)?;
                Ok(text + &self.stream.finish()?)
            }
        }
    }

    /// False when the reader has gone or is too far behind.
    fn send(&self, event: Event, metrics: &Metrics) -> bool {
        let sent = self.sender.try_send(event).is_ok();
        if !sent {
            metrics.cancelled();
        }
        sent
    }
}
