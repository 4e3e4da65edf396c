//! Sampling completions from a model, several rows at a time, with a key-value cache.
//!
//! [`generate`] answers a list of prompts; [`Decoder`] is the engine under it and under the server.

mod decoder;
mod processors;
mod sampler;
mod text;

pub use decoder::{Decoder, Drawn, Prefill, Prompt, Row, STRETCH};
pub use processors::Seen;
pub use sampler::{DrawKey, Logprobs, Picked, Sampler};
pub use text::TextStream;

use std::{
    collections::VecDeque,
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
};

use tch::{Device, Tensor};

use crate::model::{Adapters, Llama};

/// The rows of a call fall into at most this many parts, which the workers take one after the other.
const PARTS: usize = 8;

/// How to generate, beyond the choice of each token.
#[derive(Debug, Clone)]
pub struct GenerateOptions {
    pub sampler: Sampler,
    /// Completions per prompt.
    pub samples: usize,
    /// New tokens per completion, at least 1.
    pub max_new_tokens: usize,
    /// Rows decoded together. Bounds memory; does not change what is sampled. One that is complete makes room for the next.
    pub max_rows: usize,
    /// Number of the first prompt in the random stream, so that a slice of a data set draws as the whole would.
    pub first_prompt: u64,
    /// Threads that decode side by side, each with one libtorch thread. Small-batch decoding scales better over workers
    /// than inside one product. 1 keeps the calling thread and its thread setting.
    pub workers: usize,
    /// What of the call is decoded here: all of it, unless other processes do the rest.
    pub share: Share,
    pub adapters: Adapters,
}

impl Default for GenerateOptions {
    fn default() -> Self {
        Self {
            sampler: Sampler::default(),
            samples: 1,
            max_new_tokens: 128,
            max_rows: 32,
            first_prompt: 0,
            workers: 1,
            share: Share { rank: 0, size: 1 },
            adapters: Adapters::On,
        }
    }
}

/// Why a completion ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FinishReason {
    /// A stop id was sampled; it is the last of the token ids.
    Stop,
    /// The length limit or the model's context was reached.
    Length,
    /// The caller's callback stopped the row.
    Cancelled,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    /// Index into the prompts of the call.
    pub prompt: usize,
    /// `0..samples`.
    pub sample: usize,
    /// New tokens only, including the stop id when there is one.
    pub token_ids: Vec<i64>,
    /// Natural logarithm of the probability of each token under the tempered, untruncated distribution.
    pub logprobs: Vec<f32>,
    pub finish_reason: FinishReason,
}

impl Completion {
    fn begin((prompt, sample): (usize, usize)) -> Self {
        let (token_ids, logprobs) = (vec![], vec![]);
        Self { prompt, sample, token_ids, logprobs, finish_reason: FinishReason::Cancelled }
    }

    /// The tokens that make up the text: all but the stop id.
    pub fn text_ids(&self) -> &[i64] {
        match self.finish_reason {
            FinishReason::Stop => &self.token_ids[..self.token_ids.len() - 1],
            FinishReason::Length | FinishReason::Cancelled => &self.token_ids,
        }
    }
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum GenerateError {
    #[error("prompt {index} is empty")]
    EmptyPrompt { index: usize },
    #[error("prompt {index} has {length} tokens; the model's context leaves room for {limit}")]
    PromptTooLong { index: usize, length: usize, limit: usize },
    #[error("prompt {index} holds token id {token_id}, outside the vocabulary of {vocab_size}")]
    UnknownToken { index: usize, token_id: i64, vocab_size: i64 },
}

/// The parts of a call that are decoded here, when several processes divide it: every `size`-th, from `rank`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Of this process.
    pub rank: usize,
    /// Number of processes.
    pub size: usize,
}

/// What a callback wants for the row whose token it was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    Continue,
    Stop,
}

/// One sampled token, as the callback of [`generate_each`] sees it.
#[derive(Debug, Clone, Copy)]
pub struct Sampled {
    pub prompt: usize,
    pub sample: usize,
    pub token_id: i64,
    /// The row is complete with this token.
    pub finish_reason: Option<FinishReason>,
}

/// Samples `options.samples` completions for each prompt, in order of prompt and sample.
///
/// A completion depends on the model, its prompt, its own numbers and the seed, not on the rows beside it (where libtorch makes
/// the steps, up to rounding; see [`crate::model::cache`]). Which rows are decoded together depends on
/// the lists and `max_rows` alone, so that a call gives the same bits whatever the number of workers.
///
/// # Errors
/// [`GenerateError`] when a prompt cannot be fed to the model; nothing is generated then.
pub fn generate(
    model: &Llama,
    prompts: &[Vec<i64>],
    options: &GenerateOptions,
) -> Result<Vec<Completion>, GenerateError> {
    if options.workers <= 1 {
        return generate_each(model, prompts, options, &mut |_| Flow::Continue);
    }
    check(model, prompts)?;
    let parts = Mutex::new(parts(prompts.len() * options.samples, options));
    let n_parts = parts.lock().unwrap_or_else(PoisonError::into_inner).len();
    let next = || parts.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let mut completions = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..options.workers.min(n_parts))
            .map(|_| {
                let mut own = model.share();
                own.lora = model.lora.as_ref().map(|lora| lora.share());
                let next = &next;
                scope.spawn(move || {
                    tch::set_num_threads(1);
                    let run = |part| run_part(&own, prompts, part, options, &mut |_| Flow::Continue);
                    std::iter::from_fn(next).flat_map(run).collect::<Vec<_>>()
                })
            })
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect::<Vec<_>>()
    });
    completions.sort_by_key(|completion| (completion.prompt, completion.sample));
    Ok(completions)
}

/// As [`generate`] on the calling thread, showing every token to `on_token` as it is sampled.
///
/// # Errors
/// As [`generate`].
pub fn generate_each(
    model: &Llama,
    prompts: &[Vec<i64>],
    options: &GenerateOptions,
    on_token: &mut dyn FnMut(Sampled) -> Flow,
) -> Result<Vec<Completion>, GenerateError> {
    check(model, prompts)?;
    let parts = parts(prompts.len() * options.samples, options);
    let run = |part| run_part(model, prompts, part, options, on_token);
    let mut completions: Vec<_> = parts.into_iter().flat_map(run).collect();
    completions.sort_by_key(|completion| (completion.prompt, completion.sample));
    Ok(completions)
}

fn check(model: &Llama, prompts: &[Vec<i64>]) -> Result<(), GenerateError> {
    let vocab_size = model.config.vocab_size;
    let limit = model.max_positions() as usize - 1;
    for (index, prompt) in prompts.iter().enumerate() {
        if prompt.is_empty() {
            return Err(GenerateError::EmptyPrompt { index });
        }
        if prompt.len() > limit {
            return Err(GenerateError::PromptTooLong { index, length: prompt.len(), limit });
        }
        if let Some(&token_id) = prompt.iter().find(|id| !(0..vocab_size).contains(*id)) {
            return Err(GenerateError::UnknownToken { index, token_id, vocab_size });
        }
    }
    Ok(())
}

/// Of rows `0..n_rows` in parts of at least `max_rows`: those that are decoded here.
fn parts(n_rows: usize, options: &GenerateOptions) -> VecDeque<Range<usize>> {
    let size = n_rows.div_ceil(PARTS).max(options.max_rows).max(1);
    let parts = (0..n_rows).step_by(size).map(|start| start..(start + size).min(n_rows));
    parts.skip(options.share.rank).step_by(options.share.size).collect()
}

/// Decodes some rows to their ends, at most `max_rows` at a time; the next one takes the place of one that is complete.
fn run_part(
    model: &Llama,
    prompts: &[Vec<i64>],
    part: Range<usize>,
    options: &GenerateOptions,
    on_token: &mut dyn FnMut(Sampled) -> Flow,
) -> Vec<Completion> {
    let context = model.max_positions() as usize;
    let sampler = Arc::new(options.sampler.clone());
    let (first, max_rows) = (part.start, options.max_rows.max(1));
    let numbers = |row: usize| (row / options.samples, row % options.samples);
    let mut completions: Vec<Completion> = part.clone().map(|row| Completion::begin(numbers(row))).collect();
    let mut on_drawn = |drawn: Drawn| {
        let completion = &mut completions[drawn.id as usize - first];
        completion.token_ids.push(drawn.token_id);
        completion.logprobs.push(drawn.logprob);
        completion.finish_reason = drawn.finish_reason.unwrap_or(FinishReason::Cancelled);
        let (prompt, sample) = (completion.prompt, completion.sample);
        let Drawn { token_id, finish_reason, .. } = drawn;
        on_token(Sampled { prompt, sample, token_id, finish_reason })
    };
    let mut decoder = Decoder::new(model, max_rows, options.adapters);
    // Samples of one prompt follow each other and share its keys and values.
    let mut current: Option<(usize, Prompt)> = None;
    let mut waiting = part;
    loop {
        while decoder.rows() < max_rows
            && let Some(id) = waiting.next()
        {
            let (prompt, sample) = numbers(id);
            if current.as_ref().is_none_or(|(held, _)| *held != prompt) {
                let prefill = Prefill::new(model, prompts[prompt].as_slice().into(), None);
                current = Some((prompt, prefill.finish(model, options.adapters)));
            }
            let row = Row {
                id: id as u64,
                sampler: Arc::clone(&sampler),
                prompt: options.first_prompt + prompt as u64,
                sample: sample as u64,
                max_new_tokens: options.max_new_tokens.min(context - prompts[prompt].len()),
                n_top: None,
            };
            let (_, held) = current.as_ref().expect("was just set");
            decoder.join(held, row, &mut on_drawn);
        }
        if decoder.rows() == 0 {
            return completions;
        }
        decoder.step(model, &mut on_drawn);
    }
}

/// Right-pads rows with 0 to the longest: `[B, T]` i64 and the real lengths. The padding is never looked at.
pub fn pad<'a>(rows: impl Iterator<Item = &'a [i64]>, device: Device) -> (Tensor, Vec<i64>) {
    let rows: Vec<_> = rows.collect();
    let lengths: Vec<i64> = rows.iter().map(|row| row.len() as i64).collect();
    let width = lengths.iter().copied().max().unwrap_or(0) as usize;
    let mut flat = vec![0i64; rows.len() * width];
    for (i, row) in rows.iter().enumerate() {
        flat[i * width..i * width + row.len()].copy_from_slice(row);
    }
    (Tensor::from_slice(&flat).view([rows.len() as i64, width as i64]).to_device(device), lengths)
}

#[cfg(test)]
mod tests;
