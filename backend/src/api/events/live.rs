//! One connection that listens to what the indexer writes, for everybody in this process who waits for a block or has a
//! page open: a connection or a query each would use up the pool.
use sqlx::{PgPool, postgres::PgListener};
use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
    time::Duration,
};
use storage::chain::{
    cursor::{self, Cursor},
    feed::{self, FeedRow},
};
use tokio::sync::{broadcast, watch};

/// Channel that is notified when the cursor moved; see the migration `announce`.
const CURSOR: &str = "chain_cursor";
/// Between two attempts to listen when the database is away.
const RETRY: Duration = Duration::from_secs(1);
/// Most rows that are read at a time.
pub const BATCH: u32 = 500;
/// Ticks that a slow reader may be behind before it has to read from the database itself.
const BUFFER: usize = 64;

/// What one look at the database showed.
#[derive(Debug)]
pub struct Tick {
    /// The rows with a `seq` above `after`, [`BATCH`] at most.
    pub rows: Vec<FeedRow>,
    pub after: i64,
    /// The cursor of the same moment.
    pub cursor: Option<Cursor>,
    /// Grows with time: of two looks the one with the smaller value saw less.
    pub age: i64,
}

impl Tick {
    /// `seq` up to which everything was seen.
    pub fn last(&self) -> i64 {
        self.rows.last().map_or(self.after, |row| row.seq)
    }
}

/// Tells what the indexer wrote. Listens while somebody is subscribed.
#[derive(Clone)]
pub struct Live {
    now: watch::Sender<Option<Cursor>>,
    ticks: broadcast::Sender<Arc<Tick>>,
    listening: Arc<Mutex<bool>>,
}

impl Default for Live {
    fn default() -> Self {
        let (now, ticks) = (watch::Sender::new(None), broadcast::Sender::new(BUFFER));
        Self { now, ticks, listening: Arc::default() }
    }
}

impl Live {
    /// Where the tables are, and each change of it.
    pub fn now(&self, pool: &PgPool) -> watch::Receiver<Option<Cursor>> {
        let mut listening = self.listening.lock().expect("no holder of this lock panics");
        let receiver = self.now.subscribe();
        if !*listening {
            *listening = true;
            tokio::spawn(self.clone().listen(pool.clone()));
        }
        receiver
    }

    /// Everything new. The second value keeps the connection open.
    pub fn ticks(&self, pool: &PgPool) -> (broadcast::Receiver<Arc<Tick>>, watch::Receiver<Option<Cursor>>) {
        (self.ticks.subscribe(), self.now(pool))
    }

    /// Open streams of this process.
    pub fn n_streams(&self) -> usize {
        self.ticks.receiver_count()
    }

    async fn listen(self, pool: PgPool) {
        let mut after = None;
        loop {
            tokio::select! {
                () = self.now.closed() => {
                    let mut listening = self.listening.lock().expect("no holder of this lock panics");
                    // Somebody may have subscribed since.
                    if self.now.receiver_count() == 0 {
                        *listening = false;
                        return;
                    }
                }
                Err(error) = self.follow(&pool, &mut after) => {
                    tracing::warn!(%error, "lost the connection that listens to the indexer");
                    tokio::time::sleep(RETRY).await;
                }
            }
        }
    }

    async fn follow(&self, pool: &PgPool, after: &mut Option<i64>) -> Result<Infallible, sqlx::Error> {
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen_all([feed::CHANNEL, CURSOR]).await?;
        loop {
            // Also right after connecting: something may have been missed before.
            let tick = look(pool, *after).await?;
            let more = tick.rows.len() == BATCH as usize;
            *after = Some(tick.last());
            self.now.send_if_modified(|now| {
                let moved = *now != tick.cursor;
                now.clone_from(&tick.cursor);
                moved
            });
            // An error means that nobody listens.
            self.ticks.send(Arc::new(tick)).ok();
            if !more {
                listener.recv().await?;
                // Many blocks in a row are one look.
                while listener.next_buffered().is_some() {}
            }
        }
    }
}

/// Look for rows after `after`; without it, at where the feed ends.
pub async fn look(pool: &PgPool, after: Option<i64>) -> Result<Tick, sqlx::Error> {
    let mut tx = pool.begin_with("begin isolation level repeatable read, read only").await?;
    // Both ends of a snapshot only move up, and one of them does whenever the indexer's transaction ends.
    let age = sqlx::query_scalar(
        "select pg_snapshot_xmin(s)::text::bigint + pg_snapshot_xmax(s)::text::bigint from pg_current_snapshot() s",
    )
    .fetch_one(&mut *tx)
    .await?;
    let cursor = cursor::get(&mut tx).await?;
    let (rows, after) = match after {
        Some(after) => (feed::list_after(&mut tx, after, BATCH).await?, after),
        None => (vec![], feed::last_seq(&mut tx).await?),
    };
    Ok(Tick { rows, after, cursor, age })
}
