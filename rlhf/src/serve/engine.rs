//! Threads that own the model, each with slots of its own; an engine computes on its one thread. They share the weights,
//! the queue and the prompts run before.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use tokio::sync::{
    Notify, OwnedSemaphorePermit,
    mpsc::{Receiver, channel},
};

use super::{
    Limits,
    choice::Choice,
    metrics::Metrics,
    prefixes::Prefixes,
    queue::{Queue, Work},
};
use crate::{
    generate::FinishReason,
    generate::{Decoder, Flow, Logprobs, Prefill, Prompt, Row, Sampler},
    model::{Adapters, Llama},
    tokenizer::Tokenizer,
};

/// Events that may wait for the reader of an answer; a reader that is further behind loses its answer.
pub(super) const MAX_EVENTS: usize = 4096;

/// What a request asks of the engine.
#[derive(Debug, Clone)]
pub struct Generation {
    pub prompts: Vec<Arc<[i64]>>,
    /// Completions per prompt.
    pub samples: usize,
    /// Its seed decides every draw.
    pub sampler: Sampler,
    pub max_new_tokens: usize,
    /// Strings that end a completion and are not part of it.
    pub stop: Arc<[String]>,
    /// How many of the most probable tokens to report, if any logarithms are wanted.
    pub n_top: Option<usize>,
}

/// What the engine answers, in order per choice.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// More text of a choice, and the tokens that it came from if logarithms are wanted.
    Text { choice: usize, text: String, tokens: Vec<(i64, Logprobs)> },
    /// A choice is complete.
    Finished { choice: usize, reason: FinishReason, n_tokens: usize },
}

#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error("the engine is busy; {waiting} requests are waiting")]
    Busy { waiting: usize },
    #[error("the engine has stopped")]
    Stopped,
    #[error("the answer ended early: it was read too slowly, or the engine failed")]
    Interrupted,
}

/// The engines of one model. Dropping it lets them finish what they have and then free the weights.
#[derive(Debug)]
pub struct Engine {
    queue: Arc<Queue>,
}

/// What the threads of one model share.
struct Shared {
    tokenizer: Arc<Tokenizer>,
    queue: Arc<Queue>,
    prefixes: Mutex<Prefixes>,
    limits: Limits,
    /// Keys and values of one token in all layers.
    token_bytes: usize,
    metrics: Arc<Metrics>,
    failure: Arc<Notify>,
    /// Room for these weights; given back when the last thread has ended.
    _room: OwnedSemaphorePermit,
}

impl Engine {
    /// Starts the threads; `failure` is notified should one of them panic.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub fn start(
        model: Llama,
        tokenizer: Arc<Tokenizer>,
        limits: Limits,
        metrics: Arc<Metrics>,
        failure: Arc<Notify>,
        room: OwnedSemaphorePermit,
    ) -> std::io::Result<Self> {
        let queue = Arc::new(Queue::new(limits.queue));
        let config = &model.config;
        let kv = config.num_hidden_layers * (config.num_key_value_heads * config.head_dim) as usize;
        let shared = Arc::new(Shared {
            tokenizer,
            queue: Arc::clone(&queue),
            prefixes: Mutex::new(Prefixes::new(limits.prefix_bytes)),
            token_bytes: 2 * size_of::<f32>() * kv,
            limits,
            metrics,
            failure,
            _room: room,
        });
        // Dropped when a thread is refused: those that did start end then and free the weights.
        let engine = Self { queue };
        for number in 0..limits.engines.max(1) {
            let (model, shared) = (model.share(), Arc::clone(&shared));
            std::thread::Builder::new().name(format!("engine-{number}")).spawn(move || {
                tch::set_num_threads(1);
                let run = std::panic::AssertUnwindSafe(|| Worker::new(&model, &shared).run());
                if std::panic::catch_unwind(run).is_err() {
                    shared.queue.abandon();
                    shared.failure.notify_one();
                }
            })?;
        }
        Ok(engine)
    }

    /// Queues a request; its events come in order per choice. Dropping the receiver cancels it.
    ///
    /// # Errors
    /// [`EngineError::Busy`] when the queue is full, [`EngineError::Stopped`] when the engines are gone.
    pub fn submit(&self, generation: Generation) -> Result<Receiver<Event>, EngineError> {
        let (sender, events) = channel(MAX_EVENTS);
        let sampler = Arc::new(generation.sampler);
        let since = Instant::now();
        let work = |(number, prompt): (usize, Arc<[i64]>)| Work {
            prompt,
            prompt_number: number as u64,
            first_choice: number * generation.samples,
            samples: generation.samples,
            sampler: Arc::clone(&sampler),
            max_new_tokens: generation.max_new_tokens,
            stop: Arc::clone(&generation.stop),
            n_top: generation.n_top,
            sender: sender.clone(),
            since,
        };
        self.queue.push(generation.prompts.into_iter().enumerate().map(work).collect())?;
        Ok(events)
    }

    /// Prompts that wait for an engine.
    pub fn waiting(&self) -> usize {
        self.queue.len()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.queue.close();
    }
}

/// A request on its way into the slots.
enum Admission {
    Running(Prefill, Work),
    /// Samples from this number on wait for slots.
    Ready(Prompt, Work, usize),
}

struct Worker<'a> {
    model: &'a Llama,
    shared: &'a Shared,
    decoder: Decoder,
    choices: HashMap<u64, Choice<'a>>,
    next_id: u64,
}

impl<'a> Worker<'a> {
    fn new(model: &'a Llama, shared: &'a Shared) -> Self {
        let decoder = Decoder::new(model, shared.limits.rows, Adapters::On);
        Self { model, shared, decoder, choices: HashMap::new(), next_id: 0 }
    }

    /// Between two steps at most one stretch of a new prompt is run, so that those who read do not wait for those who come.
    fn run(mut self) {
        let mut admission = None;
        loop {
            if admission.is_none() && self.decoder.rows() < self.shared.limits.rows {
                let idle = self.decoder.rows() == 0;
                match self.shared.queue.pop(idle) {
                    Some(work) => admission = Some(self.begin(work)),
                    None if idle => return,
                    None => (),
                }
            }
            admission = admission.and_then(|admission| self.admit(admission));
            self.step();
        }
    }

    fn begin(&self, work: Work) -> Admission {
        let shared = self.shared;
        shared.metrics.waited(work.since.elapsed());
        let found = shared.prefixes.lock().unwrap_or_else(PoisonError::into_inner).find(&work.prompt);
        let found = found.as_ref().map(|(prefix, n)| (prefix, *n));
        shared.metrics.prompt_tokens(work.prompt.len(), found.map_or(0, |(_, n)| n));
        Admission::Running(Prefill::new(self.model, Arc::clone(&work.prompt), found), work)
    }

    /// One stretch of the prompt, or as many samples as there are slots for; None when all of them have one.
    fn admit(&mut self, admission: Admission) -> Option<Admission> {
        let (prompt, work, first) = match admission {
            Admission::Running(_, work) | Admission::Ready(_, work, _) if work.sender.is_closed() => {
                return None;
            }
            Admission::Running(prefill, work) => match prefill.advance(self.model, Adapters::On) {
                Err(prefill) => return Some(Admission::Running(prefill, work)),
                Ok(prompt) => {
                    self.shared.prefixes.lock().unwrap_or_else(PoisonError::into_inner).insert(&prompt);
                    (prompt, work, 0)
                }
            },
            Admission::Ready(prompt, work, first) => (prompt, work, first),
        };
        let length = work.prompt.len() + work.max_new_tokens;
        for sample in first..work.samples {
            if !self.has_room(length) {
                return Some(Admission::Ready(prompt, work, sample));
            }
            self.join(&prompt, &work, sample, length);
        }
        None
    }

    /// Whether a row of this length fits beside the others. One alone always does.
    fn has_room(&self, length: usize) -> bool {
        let rows = self.decoder.rows();
        let longest = self.choices.values().map(|choice| choice.length).max().unwrap_or(0).max(length);
        let bytes = (rows + 1).next_power_of_two() * longest * self.shared.token_bytes;
        rows == 0 || (rows < self.shared.limits.rows && bytes <= self.shared.limits.kv_bytes)
    }

    fn join(&mut self, prompt: &Prompt, work: &Work, sample: usize, length: usize) {
        let id = self.next_id;
        self.next_id += 1;
        let mut choice = Choice::new(&self.shared.tokenizer, work, sample, length);
        let row = Row {
            id,
            sampler: Arc::clone(&work.sampler),
            prompt: work.prompt_number,
            sample: sample as u64,
            max_new_tokens: work.max_new_tokens,
            n_top: work.n_top,
        };
        let metrics = &self.shared.metrics;
        let mut flow = Flow::Stop;
        self.decoder.join(prompt, row, &mut |drawn| {
            metrics.first_token(work.since.elapsed());
            flow = if drawn.finish_reason.is_some() { Flow::Stop } else { Flow::Continue };
            let own = choice.advance(drawn, metrics);
            flow = if own == Flow::Stop { own } else { flow };
            own
        });
        if flow == Flow::Continue {
            self.choices.insert(id, choice);
        }
    }

    fn step(&mut self) {
        let (metrics, choices) = (&self.shared.metrics, &mut self.choices);
        metrics.step(self.decoder.rows(), self.shared.queue.len());
        self.decoder.step(self.model, &mut |drawn| {
            let (id, is_last) = (drawn.id, drawn.finish_reason.is_some());
            let flow = choices.get_mut(&id).map_or(Flow::Stop, |choice| choice.advance(drawn, metrics));
            if is_last || flow == Flow::Stop {
                choices.remove(&id);
            }
            flow
        });
    }
}
