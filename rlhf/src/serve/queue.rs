//! The bounded queue between connections and engines.

use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use tokio::sync::mpsc::Sender;

use super::{EngineError, Event};
use crate::generate::Sampler;

/// All samples of one prompt of a request.
#[derive(Debug)]
pub struct Work {
    pub prompt: Arc<[i64]>,
    /// Number of the prompt in its request, and of its first sample's choice.
    pub prompt_number: u64,
    pub first_choice: usize,
    pub samples: usize,
    pub sampler: Arc<Sampler>,
    pub max_new_tokens: usize,
    pub stop: Arc<[String]>,
    pub n_top: Option<usize>,
    pub sender: Sender<Event>,
    pub since: Instant,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Work>,
    closed: bool,
}

/// First in, first out.
#[derive(Debug)]
pub struct Queue {
    state: Mutex<State>,
    wake: Condvar,
    limit: usize,
}

impl Queue {
    pub fn new(limit: usize) -> Self {
        Self { state: Mutex::default(), wake: Condvar::new(), limit }
    }

    /// Adds the work of one request, all of it or nothing.
    ///
    /// # Errors
    /// [`EngineError::Busy`] when it is full, [`EngineError::Stopped`] when no engine takes work any more.
    pub fn push(&self, works: Vec<Work>) -> Result<(), EngineError> {
        let mut state = self.lock();
        if state.closed {
            return Err(EngineError::Stopped);
        }
        if state.waiting.len() + works.len() > self.limit {
            // Those whose clients have gone make room.
            state.waiting.retain(|work| !work.sender.is_closed());
        }
        if !state.waiting.is_empty() && state.waiting.len() + works.len() > self.limit {
            return Err(EngineError::Busy { waiting: state.waiting.len() });
        }
        state.waiting.extend(works);
        drop(state);
        self.wake.notify_all();
        Ok(())
    }

    /// The next work, if any; waits for it when asked to. None for ever once the queue is closed and empty.
    pub fn pop(&self, wait: bool) -> Option<Work> {
        let mut state = self.lock();
        loop {
            while let Some(work) = state.waiting.pop_front() {
                if !work.sender.is_closed() {
                    return Some(work);
                }
            }
            if state.closed || !wait {
                return None;
            }
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes nothing more in; what waits is still answered.
    pub fn close(&self) {
        self.lock().closed = true;
        self.wake.notify_all();
    }

    /// Takes nothing more in and drops what waits.
    pub fn abandon(&self) {
        self.lock().waiting.clear();
        self.close();
    }

    pub fn len(&self) -> usize {
        self.lock().waiting.len()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
