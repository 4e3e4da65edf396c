//! Prompts that were run lately, so that the next turn of a chat, or another chat with the same instructions, runs only
//! what is new.

use std::{collections::VecDeque, sync::Arc};

use crate::{
    generate::{Prompt, STRETCH},
    model::Prefix,
};

/// The most recently used last.
#[derive(Debug)]
pub struct Prefixes {
    entries: VecDeque<(Arc<[i64]>, Prefix)>,
    size_bytes: usize,
    limit_bytes: usize,
}

impl Prefixes {
    pub fn new(limit_bytes: usize) -> Self {
        Self { entries: VecDeque::new(), size_bytes: 0, limit_bytes }
    }

    /// The longest stored beginning of `prompt` in whole stretches and its tokens; at least one token is left to run.
    pub fn find(&mut self, prompt: &[i64]) -> Option<(Prefix, usize)> {
        let most = prompt.len().saturating_sub(1);
        let shared = |ids: &[i64]| {
            let common = ids.iter().zip(&prompt[..most]).take_while(|(a, b)| a == b).count();
            common / STRETCH * STRETCH
        };
        let (index, n) =
            self.entries.iter().map(|(ids, _)| shared(ids)).enumerate().max_by_key(|(_, n)| *n)?;
        if n == 0 {
            return None;
        }
        let entry = self.entries.remove(index)?;
        let found = entry.1.share();
        self.entries.push_back(entry);
        Some((found, n))
    }

    /// Keeps a prompt; the least recently used ones make room.
    pub fn insert(&mut self, prompt: &Prompt) {
        let (ids, size) = (&prompt.token_ids, prompt.prefix.size_bytes());
        let whole = ids.len() / STRETCH * STRETCH;
        let known = self.entries.iter().any(|(held, _)| held.len() >= whole && held[..whole] == ids[..whole]);
        if whole == 0 || known || size > self.limit_bytes {
            return;
        }
        self.size_bytes += size;
        self.entries.push_back((Arc::clone(ids), prompt.prefix.share()));
        while self.size_bytes > self.limit_bytes
            && let Some((_, oldest)) = self.entries.pop_front()
        {
            self.size_bytes -= oldest.size_bytes();
        }
    }
}
