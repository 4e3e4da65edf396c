//! Blocks that cannot change any more: fetched in parallel, written in order, a range per transaction.

use crate::{
    IndexerConfig, IndexerError, metrics,
    rpc::{self, Node, RpcError, RpcFailure},
    store::{Batch, Writer},
};
use alloy::{primitives::B256, rpc::types::Header};
use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};
use storage::chain::{
    blocks::Verified,
    cursor::{Cursor, Marks},
    logs::Log,
};
use tokio::task::JoinHandle;

/// Blocks of the first question.
const FIRST_BLOCKS: u64 = 128;
/// Logs from which on a transaction is long enough.
const LOGS_PER_TRANSACTION: usize = 10_000;
/// Failures in a row after which the caller should pause.
const PATIENCE: u32 = 4;

/// How many blocks to ask for: so many that an answer holds about as many logs as wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    blocks: u64,
    max: u64,
    target_logs: u64,
}

impl Span {
    /// `first` is what was learned before, if anything was.
    pub fn new(first: Option<u64>, max: u64, target_logs: u64) -> Self {
        let max = max.max(1);
        Self { blocks: first.unwrap_or(FIRST_BLOCKS).clamp(1, max), max, target_logs }
    }

    pub fn blocks(&self) -> u64 {
        self.blocks
    }

    /// `asked` blocks held `got` logs: aim at the target, in steps of at most a quarter and double.
    pub fn answered(&mut self, asked: u64, got: u64) {
        let aim = asked.saturating_mul(self.target_logs) / got.max(1);
        self.blocks = aim.clamp(asked.div_ceil(4), asked.saturating_mul(2)).clamp(1, self.max);
    }

    /// `asked` blocks were too many; the node may say how many it would answer.
    pub fn refused(&mut self, asked: u64, suggested: Option<u64>) {
        let half = asked / 2;
        self.blocks = suggested.filter(|blocks| *blocks < asked).unwrap_or(half).clamp(1, self.max);
    }
}

/// How many questions to ask at a time: one more after every answer, half as many after a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Lanes {
    now: usize,
    max: usize,
}

impl Lanes {
    fn answered(&mut self) {
        self.now = (self.now + 1).min(self.max);
    }

    fn refused(&mut self) {
        self.now = (self.now / 2).max(1);
    }
}

/// The headers and logs of a range.
struct Fetched {
    headers: Vec<Header>,
    logs: Vec<Log>,
}

/// A question that is withdrawn when nobody waits for its answer any more.
struct Fetch {
    from: u64,
    to: u64,
    task: JoinHandle<Result<Fetched, RpcError>>,
}

impl Fetch {
    fn start(node: Arc<Node>, from: u64, to: u64) -> Self {
        let task = tokio::spawn(async move {
            let (headers, logs) = node.range(from, to).await?;
            Ok(Fetched { headers, logs })
        });
        Self { from, to, task }
    }
}

impl Drop for Fetch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The next range, if it is there and follows.
async fn arrived(queue: &mut VecDeque<Fetch>, before: &Fetched) -> Option<Fetched> {
    let next = queue.front_mut().filter(|fetch| fetch.task.is_finished())?;
    let last = before.headers.last()?;
    match (&mut next.task).await {
        Ok(Ok(fetched)) if fetched.headers.first().is_some_and(|first| first.parent_hash == last.hash) => {
            queue.pop_front();
            Some(fetched)
        }
        // Asked for again, and then looked at as if it were the first.
        _ => {
            queue.clear();
            None
        }
    }
}

/// Where a backfill ended.
pub enum Ended {
    /// At its last block, or because somebody else moved the cursor.
    Done,
    /// The node's blocks do not follow this cursor.
    Forked(Cursor),
}

/// Reads old blocks.
pub struct Backfill<'a> {
    pub node: &'a Arc<Node>,
    pub writer: &'a Writer,
    pub config: &'a IndexerConfig,
    pub marks: Marks,
    /// Called with every block that is written, and how long it was waited for and written.
    pub on_progress: &'a (dyn Fn(u64, [Duration; 2]) + Send + Sync),
}

impl Backfill<'_> {
    /// Append the blocks after the cursor up to `to`, whose hash is known if the node named it.
    pub async fn run(&self, cursor: Cursor, to: u64, hash: Option<B256>) -> Result<Ended, IndexerError> {
        let learned = self.writer.range().await?;
        let mut span = Span::new(learned, self.config.max_blocks, self.config.logs_per_answer);
        let result = self.read(cursor, (to, hash), &mut span).await;
        self.writer.learn_range(learned, span.blocks()).await?;
        result
    }

    async fn read(
        &self,
        mut cursor: Cursor,
        (to, hash): (u64, Option<B256>),
        span: &mut Span,
    ) -> Result<Ended, IndexerError> {
        let mut lanes =
            Lanes { now: 2.min(self.config.max_fetches.max(1)), max: self.config.max_fetches.max(1) };
        let mut queue: VecDeque<Fetch> = VecDeque::new();
        let mut n_failures = 0;
        while cursor.block_number < to {
            // As many answers again may wait for the database.
            let n_asked = |queue: &VecDeque<Fetch>| queue.iter().filter(|f| !f.task.is_finished()).count();
            while n_asked(&queue) < lanes.now && queue.len() < 2 * lanes.now {
                let from = queue.back().map_or(cursor.block_number, |fetch| fetch.to) + 1;
                if from > to {
                    break;
                }
                let end = to.min(from + span.blocks() - 1);
                queue.push_back(Fetch::start(self.node.clone(), from, end));
            }
            let Some(mut fetch) = queue.pop_front() else { break };
            let asked = fetch.to - fetch.from + 1;
            let start = Instant::now();
            match (&mut fetch.task).await.unwrap_or(Err(RpcError::Incomplete { method: "eth_getLogs" })) {
                Ok(mut fetched) => {
                    let waited = start.elapsed();
                    metrics::part("fetch", start);
                    n_failures = 0;
                    span.answered(asked, fetched.logs.len() as u64);
                    metrics::range(span.blocks());
                    lanes.answered();
                    // What has arrived meanwhile goes into the same transaction.
                    while fetched.logs.len() < LOGS_PER_TRANSACTION
                        && let Some(next) = arrived(&mut queue, &fetched).await
                    {
                        fetched.headers.extend(next.headers);
                        fetched.logs.extend(next.logs);
                    }
                    if fetched.headers.first().is_none_or(|first| first.parent_hash != cursor.block_hash) {
                        return Ok(Ended::Forked(cursor));
                    }
                    let Some(next) = self.write(&cursor, fetched, (to, hash)).await? else {
                        return Ok(Ended::Done);
                    };
                    cursor = next;
                    (self.on_progress)(cursor.block_number, [waited, start.elapsed() - waited]);
                }
                Err(error) => {
                    // What was asked for behind it is asked for again, in other portions.
                    queue.clear();
                    n_failures += 1;
                    if n_failures > PATIENCE && asked == 1 || n_failures > 10 * PATIENCE {
                        return Err(error.into());
                    }
                    self.yield_to(&error, &fetch, span, &mut lanes).await?;
                }
            }
        }
        Ok(Ended::Done)
    }

    /// Ask less, or less often, or somebody else.
    async fn yield_to(
        &self,
        error: &RpcError,
        fetch: &Fetch,
        span: &mut Span,
        lanes: &mut Lanes,
    ) -> Result<(), IndexerError> {
        let asked = fetch.to - fetch.from + 1;
        tracing::debug!(
            error = error as &dyn std::error::Error,
            from = fetch.from,
            to = fetch.to,
            "a range failed"
        );
        lanes.refused();
        match error.failure() {
            Some(RpcFailure::TooOften { wait }) => {
                let wait = wait.unwrap_or(Duration::from_millis(500));
                metrics::told_to_wait(wait);
                tokio::time::sleep(wait).await;
            }
            Some(RpcFailure::TooMuch { up_to }) => {
                let suggested =
                    up_to.and_then(|up_to| (up_to + 1).checked_sub(fetch.from)).filter(|n| *n > 0);
                span.refused(asked, suggested);
            }
            // Silence, broken answers and unknown words may all come of a range that is too long.
            _ => {
                span.refused(asked, None);
                self.node.rotate();
            }
        }
        Ok(())
    }

    /// The cursor after the batch; `None` when it was not ours to move.
    async fn write(
        &self,
        cursor: &Cursor,
        fetched: Fetched,
        (to, hash): (u64, Option<B256>),
    ) -> Result<Option<Cursor>, IndexerError> {
        let Fetched { headers, logs } = fetched;
        let Some(last) = headers.last() else { return Ok(None) };
        if last.number == to && hash.is_some_and(|hash| hash != last.hash) {
            return Err(RpcError::Moved(to).into());
        }
        let verified = |header: &Header| {
            if self.node.may_hold_logs(header) { Verified::Not } else { Verified::Bloom }
        };
        let blocks = headers.iter().map(|header| rpc::block(header, verified(header)));
        let batch = Batch { blocks: blocks.collect::<Result<_, _>>()?, logs, marks: self.marks, hot: false };
        let next = Cursor {
            block_number: last.number,
            block_hash: last.hash,
            journal_block: last.number,
            ..cursor.clone()
        };
        Ok(self.writer.extend(cursor, &batch).await?.then_some(next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_aims_at_the_wanted_number_of_logs_and_shrinks_when_refused() {
        let mut span = Span::new(None, 10_000, 5000);
        assert_eq!(span.blocks(), 128);
        span.answered(128, 0);
        span.answered(256, 10);
        assert_eq!(span.blocks(), 512, "an empty history is crossed in growing strides");
        span.answered(512, 20_480);
        assert_eq!(span.blocks(), 128);
        span.answered(128, 5120);
        assert_eq!(span.blocks(), 125);
        span.refused(125, Some(40));
        assert_eq!(span.blocks(), 40);
        for _ in 0..10 {
            span.refused(span.blocks(), None);
        }
        assert_eq!(span.blocks(), 1);
    }
}
