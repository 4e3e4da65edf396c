//! The thread that owns the model. Requests wait in a bounded queue and are generated one after the other, all samples of
//! a request in one batch.

use std::sync::{
    Arc, Mutex,
    mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
};

use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::{
    generate::{FinishReason, Flow, GenerateError, GenerateOptions, Sampled, TextStream, generate_each},
    model::Llama,
    tokenizer::{Tokenizer, TokenizerError},
};

/// Requests that may wait; more are refused at once, so that a client can turn elsewhere.
const QUEUE: usize = 32;

/// What a request asks of the engine.
#[derive(Debug, Clone)]
pub struct Generation {
    pub prompts: Vec<Vec<i64>>,
    pub options: GenerateOptions,
    /// Strings that end a completion and are not part of it.
    pub stop: Vec<String>,
    /// Draws of the completion; none takes the next of the server's own.
    pub seed: Option<u64>,
}

/// What the engine answers, in order per choice.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// More text of a choice.
    Text { choice: usize, text: String },
    /// A choice is complete.
    Finished { choice: usize, reason: FinishReason, n_tokens: usize },
}

#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error(transparent)]
    Generate(#[from] GenerateError),
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    #[error("the engine is busy; {QUEUE} requests are waiting")]
    Busy,
    #[error("the engine has stopped")]
    Stopped,
}

/// Events of one request. Dropping it cancels the request.
pub type Events = UnboundedReceiver<Result<Event, EngineError>>;

type Sender = UnboundedSender<Result<Event, EngineError>>;

#[derive(Debug)]
pub struct Engine {
    queue: SyncSender<(Generation, Sender)>,
    seeds: Mutex<ChaCha8Rng>,
}

impl Engine {
    /// Starts the thread; it ends when the engine is dropped and the queue is empty.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub fn start(model: Llama, tokenizer: Arc<Tokenizer>, seed: u64) -> std::io::Result<Self> {
        let (queue, waiting) = sync_channel(QUEUE);
        // libtorch keeps its number of threads per calling thread.
        let threads = tch::get_num_threads();
        std::thread::Builder::new().name("engine".into()).spawn(move || {
            tch::set_num_threads(threads);
            run(&model, &tokenizer, &waiting);
        })?;
        Ok(Self { queue, seeds: Mutex::new(ChaCha8Rng::seed_from_u64(seed)) })
    }

    /// Queues a request.
    ///
    /// # Errors
    /// [`EngineError::Busy`] when the queue is full, [`EngineError::Stopped`] when the thread is gone.
    pub fn submit(&self, mut generation: Generation) -> Result<Events, EngineError> {
        generation.options.sampler.seed = generation.seed.unwrap_or_else(|| self.next_seed());
        let (sender, events) = unbounded_channel();
        match self.queue.try_send((generation, sender)) {
            Ok(()) => Ok(events),
            Err(TrySendError::Full(_)) => Err(EngineError::Busy),
            Err(TrySendError::Disconnected(_)) => Err(EngineError::Stopped),
        }
    }

    fn next_seed(&self) -> u64 {
        self.seeds.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).next_u64()
    }
}

fn run(model: &Llama, tokenizer: &Tokenizer, waiting: &Receiver<(Generation, Sender)>) {
    for (generation, sender) in waiting {
        if sender.is_closed() {
            continue;
        }
        if let Err(error) = answer(model, tokenizer, &generation, &sender) {
            // A closed channel means that nobody waits for the error any more.
            let _ = sender.send(Err(error));
        }
    }
}

fn answer(
    model: &Llama,
    tokenizer: &Tokenizer,
    generation: &Generation,
    sender: &Sender,
) -> Result<(), EngineError> {
    let n_choices = generation.prompts.len() * generation.options.samples;
    let mut choices: Vec<_> =
        (0..n_choices).map(|_| TextStream::new(tokenizer, generation.stop.clone().into())).collect();
    let mut failure = None;
    generate_each(model, &generation.prompts, &generation.options, &mut |sampled| {
        let choice = sampled.prompt * generation.options.samples + sampled.sample;
        match advance(&mut choices[choice], choice, sampled, sender) {
            // The client has gone: nothing that is still to be sampled will be read.
            _ if sender.is_closed() => Flow::Stop,
            Ok(flow) => flow,
            Err(error) => {
                failure = Some(error);
                Flow::Stop
            }
        }
    })?;
    failure.map_or(Ok(()), |error| Err(error.into()))
}

/// Adds a token to its choice and reports what became readable.
fn advance(
    stream: &mut TextStream,
    choice: usize,
    sampled: Sampled,
    sender: &Sender,
) -> Result<Flow, TokenizerError> {
    let is_end = sampled.finish_reason == Some(FinishReason::Stop);
    let text = if is_end { stream.finish()? } else { stream.push(sampled.token_id)? };
    let rest =
        if sampled.finish_reason == Some(FinishReason::Length) { stream.finish()? } else { String::new() };
    let text = text + &rest;
    let reason = if stream.stopped() { Some(FinishReason::Stop) } else { sampled.finish_reason };
    // Sending fails only when the client has gone, which the caller notices.
    if !text.is_empty() {
        let _ = sender.send(Ok(Event::Text { choice, text }));
    }
    if let Some(reason) = reason {
        let n_tokens = stream.n_tokens() + usize::from(is_end);
        let _ = sender.send(Ok(Event::Finished { choice, reason, n_tokens }));
    }
    Ok(if stream.stopped() { Flow::Stop } else { Flow::Continue })
}
