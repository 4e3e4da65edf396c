//! Sampling completions from a model, several rows at a time, with a key-value cache.

mod sampler;

pub use sampler::{DrawKey, Picked, Sampler};

use tch::{Device, Tensor};

use crate::model::{Adapters, Llama};

/// How to generate, beyond the choice of each token.
#[derive(Debug, Clone)]
pub struct GenerateOptions {
    pub sampler: Sampler,
    /// Completions per prompt.
    pub samples: usize,
    /// New tokens per completion, at least 1.
    pub max_new_tokens: usize,
    /// Rows decoded together. Bounds memory; does not change what is sampled.
    pub max_rows: usize,
    /// Number of the first prompt in the random stream, so that a slice of a data set draws as the whole would.
    pub first_prompt: u64,
    /// Threads that decode side by side, each with one libtorch thread. Small-batch decoding scales better over workers
    /// than inside one product. 1 keeps the calling thread and its thread setting.
    pub workers: usize,
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
/// A completion depends on the model, its prompt, its own numbers and the seed, not on the rows beside it (up to rounding
/// in the matrix products).
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
    let batches = batches(prompts.len(), options);
    let mut completions = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..options.workers.min(batches.len()))
            .map(|worker| {
                let mut own = model.share();
                own.lora = model.lora.as_ref().map(|lora| lora.share());
                let mine: Vec<_> = batches.iter().skip(worker).step_by(options.workers).cloned().collect();
                scope.spawn(move || {
                    tch::set_num_threads(1);
                    let run =
                        |rows: Vec<Row>| run_batch(&own, prompts, rows, options, &mut |_| Flow::Continue);
                    mine.into_iter().flat_map(run).collect::<Vec<_>>()
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
    let run = |rows| run_batch(model, prompts, rows, options, on_token);
    let mut completions: Vec<_> = batches(prompts.len(), options).into_iter().flat_map(run).collect();
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

#[derive(Debug, Clone)]
struct Row {
    prompt: usize,
    sample: usize,
    token_ids: Vec<i64>,
    logprobs: Vec<f32>,
    limit: usize,
}

fn batches(n_prompts: usize, options: &GenerateOptions) -> Vec<Vec<Row>> {
    let row = |prompt, sample| Row { prompt, sample, token_ids: vec![], logprobs: vec![], limit: 0 };
    let rows: Vec<_> =
        (0..n_prompts).flat_map(|prompt| (0..options.samples).map(move |s| row(prompt, s))).collect();
    rows.chunks(options.max_rows.max(1)).map(<[Row]>::to_vec).collect()
}

/// Decodes the rows of one batch to their ends.
fn run_batch(
    model: &Llama,
    prompts: &[Vec<i64>],
    mut rows: Vec<Row>,
    options: &GenerateOptions,
    on_token: &mut dyn FnMut(Sampled) -> Flow,
) -> Vec<Completion> {
    let context = model.max_positions() as usize;
    for row in &mut rows {
        row.limit = options.max_new_tokens.max(1).min(context - prompts[row.prompt].len());
    }
    // Samples of one prompt share its prefill: every prompt runs once and its row is copied.
    let mut unique: Vec<usize> = rows.iter().map(|row| row.prompt).collect();
    unique.dedup();
    let (input_ids, lengths) = pad(unique.iter().map(|&prompt| prompts[prompt].as_slice()), model.device());
    let most_new = rows.iter().map(|row| row.limit).max().unwrap_or(1) as i64;
    let capacity = (input_ids.size()[1] + most_new).min(context as i64);
    let (mut cache, logits) = model.prefill(&input_ids, &lengths, capacity, options.adapters);
    let source: Vec<i64> = rows
        .iter()
        .map(|row| {
            unique.binary_search(&row.prompt).expect("unique prompts are those of the rows, in order") as i64
        })
        .collect();
    let mut logits = logits.index_select(0, &Tensor::from_slice(&source).to_device(model.device()));
    cache.select(&source);

    let mut finished = Vec::with_capacity(rows.len());
    loop {
        let (live, next) = pick_all(&mut rows, &logits, options, on_token, &mut finished);
        if live.is_empty() {
            return finished;
        }
        if live.len() < logits.size()[0] as usize {
            cache.select(&live);
        }
        logits =
            model.decode(&Tensor::from_slice(&next).to_device(model.device()), &mut cache, options.adapters);
    }
}

/// Samples one token for every row, moves completed rows to `finished`, and returns the numbers and tokens of the others.
fn pick_all(
    rows: &mut Vec<Row>,
    logits: &Tensor,
    options: &GenerateOptions,
    on_token: &mut dyn FnMut(Sampled) -> Flow,
    finished: &mut Vec<Completion>,
) -> (Vec<i64>, Vec<i64>) {
    let vocab_size = logits.size()[1] as usize;
    let mut host = vec![0f32; logits.numel()];
    logits.to_device(Device::Cpu).contiguous().copy_data(&mut host, logits.numel());
    let (mut live, mut next, mut kept) = (Vec::new(), Vec::new(), Vec::new());
    for (index, mut row) in std::mem::take(rows).into_iter().enumerate() {
        let key = DrawKey {
            prompt: options.first_prompt + row.prompt as u64,
            sample: row.sample as u64,
            position: row.token_ids.len() as u64,
        };
        let picked = options.sampler.pick(&host[index * vocab_size..(index + 1) * vocab_size], key);
        row.token_ids.push(picked.token_id);
        row.logprobs.push(picked.logprob);
        let mut reason = match picked.token_id {
            id if options.sampler.stop_ids.contains(&id) => Some(FinishReason::Stop),
            _ if row.token_ids.len() == row.limit => Some(FinishReason::Length),
            _ => None,
        };
        let (prompt, sample) = (row.prompt, row.sample);
        let flow = on_token(Sampled { prompt, sample, token_id: picked.token_id, finish_reason: reason });
        if flow == Flow::Stop && reason.is_none() {
            reason = Some(FinishReason::Cancelled);
        }
        if let Some(finish_reason) = reason {
            let Row { token_ids, logprobs, .. } = row;
            finished.push(Completion { prompt, sample, token_ids, logprobs, finish_reason });
        } else {
            live.push(index as i64);
            next.push(picked.token_id);
            kept.push(row);
        }
    }
    *rows = kept;
    (live, next)
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
