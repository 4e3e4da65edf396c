//! Continuous batching: rows join and leave between two steps, so that a short completion neither waits for a long one nor
//! leaves its place empty.

use std::sync::Arc;

use super::{DrawKey, FinishReason, Flow, Logprobs, Sampler, processors::Seen};
use crate::memory::copied;
use crate::model::{Adapters, KvCache, Llama, Prefix};

/// Prompt tokens run in one go. Bounds how long the rows that are being decoded wait for a new one, and is the unit in
/// which prompts share their beginnings: whatever its position in a prompt, a stretch is computed with the same shapes.
pub const STRETCH: usize = 64;

/// A prompt that is being run, one stretch at a time.
#[derive(Debug)]
pub struct Prefill {
    token_ids: Arc<[i64]>,
    prefix: Prefix,
}

/// A prompt's keys and values, and the logits that follow it. All its samples start from it.
#[derive(Debug)]
pub struct Prompt {
    pub token_ids: Arc<[i64]>,
    pub prefix: Prefix,
    /// `[V]`.
    logits: Vec<f32>,
}

impl Prefill {
    /// `shared` holds a beginning of the prompt, in whole stretches, and leaves at least one token to run.
    pub fn new(model: &Llama, token_ids: Arc<[i64]>, shared: Option<(&Prefix, usize)>) -> Self {
        let n = token_ids.len();
        let prefix = shared.map_or_else(
            || Prefix::new(&model.config, n, model.device()),
            |(prefix, shared)| prefix.fork(shared, n),
        );
        Self { token_ids, prefix }
    }

    /// Runs the next stretch; the prompt when that was the last.
    pub fn advance(mut self, model: &Llama, adapters: Adapters) -> Result<Prompt, Self> {
        let rest = &self.token_ids[self.prefix.len()..];
        let logits = model.prefill(&rest[..rest.len().min(STRETCH)], &mut self.prefix, adapters);
        if self.prefix.len() < self.token_ids.len() {
            return Err(self);
        }
        let logits = copied(&logits);
        Ok(Prompt { token_ids: self.token_ids, prefix: self.prefix, logits })
    }

    /// Runs all of it.
    pub fn finish(mut self, model: &Llama, adapters: Adapters) -> Prompt {
        loop {
            match self.advance(model, adapters) {
                Ok(prompt) => return prompt,
                Err(rest) => self = rest,
            }
        }
    }
}

/// One completion to draw.
#[derive(Debug, Clone)]
pub struct Row {
    /// The caller's name for it.
    pub id: u64,
    pub sampler: Arc<Sampler>,
    /// Numbers of prompt and sample in the random stream.
    pub prompt: u64,
    pub sample: u64,
    /// Includes the stop id; at least 1.
    pub max_new_tokens: usize,
    /// How many of the most probable tokens to report, if any logarithms are wanted.
    pub n_top: Option<usize>,
}

/// One token as it is drawn.
#[derive(Debug)]
pub struct Drawn {
    pub id: u64,
    pub token_id: i64,
    /// As [`super::Picked::logprob`].
    pub logprob: f32,
    pub logprobs: Option<Logprobs>,
    /// The row is complete with this token.
    pub finish_reason: Option<FinishReason>,
}

#[derive(Debug)]
struct Live {
    row: Row,
    seen: Seen,
    n_drawn: usize,
    /// The last token, whose keys and values the next step computes.
    last: i64,
}

/// The rows that are decoded together, each in a slot of the cache.
#[derive(Debug)]
pub struct Decoder {
    cache: KvCache,
    live: Vec<Live>,
    adapters: Adapters,
}

impl Decoder {
    /// For up to `max_rows` rows at a time.
    pub fn new(model: &Llama, max_rows: usize, adapters: Adapters) -> Self {
        Self { cache: KvCache::new(&model.config, max_rows, model.device()), live: vec![], adapters }
    }

    /// Rows being decoded.
    pub fn rows(&self) -> usize {
        self.live.len()
    }

    /// Starts a completion of `prompt` by drawing its first token; it takes a slot unless that was its last.
    pub fn join(&mut self, prompt: &Prompt, row: Row, on_token: &mut dyn FnMut(Drawn) -> Flow) {
        let seen = if row.sampler.looks_back() { Seen::new(&prompt.token_ids) } else { Seen::default() };
        let mut live = Live { row, seen, n_drawn: 0, last: 0 };
        if live.draw(&prompt.logits, on_token) == Flow::Continue {
            self.cache.join(&prompt.prefix);
            self.live.push(live);
        }
    }

    /// Draws the next token of every row and lets complete rows go.
    pub fn step(&mut self, model: &Llama, on_token: &mut dyn FnMut(Drawn) -> Flow) {
        if self.live.is_empty() {
            return;
        }
        let token_ids: Vec<i64> = self.live.iter().map(|live| live.last).collect();
        let logits = model.decode(&token_ids, &mut self.cache, self.adapters);
        let vocab_size = logits.len() / token_ids.len();
        let flows: Vec<Flow> = self
            .live
            .iter_mut()
            .zip(logits.chunks_exact(vocab_size))
            .map(|(live, logits)| live.draw(logits, on_token))
            .collect();
        // From the last to the first: the row that takes a number has been decided on.
        for row in (0..flows.len()).rev().filter(|&row| flows[row] == Flow::Stop) {
            self.cache.leave(row);
            self.live.swap_remove(row);
        }
    }
}

impl Live {
    fn draw(&mut self, logits: &[f32], on_token: &mut dyn FnMut(Drawn) -> Flow) -> Flow {
        let row = &self.row;
        let key = DrawKey { prompt: row.prompt, sample: row.sample, position: self.n_drawn as u64 };
        let picked = row.sampler.pick_after(logits, &self.seen, key);
        self.n_drawn += 1;
        self.last = picked.token_id;
        if row.sampler.looks_back() {
            self.seen.push(picked.token_id);
        }
        let finish_reason = if row.sampler.stop_ids.contains(&picked.token_id) {
            Some(FinishReason::Stop)
        } else {
            (self.n_drawn >= row.max_new_tokens).then_some(FinishReason::Length)
        };
        let logprobs = row.n_top.map(|n_top| Logprobs::of(logits, picked.token_id, n_top));
        let (token_id, logprob) = (picked.token_id, picked.logprob);
        let flow = on_token(Drawn { id: row.id, token_id, logprob, logprobs, finish_reason });
        if finish_reason.is_some() { Flow::Stop } else { flow }
    }
}
