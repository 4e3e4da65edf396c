//! One step at a time: compare hashes with the node, then extend, wait, unwind or start over.

use crate::{
    IndexerConfig, IndexerError, Progress, Status,
    backfill::{Backfill, Ended},
    chain::{Step, Window, step},
    config::Verify,
    finality::Tags,
    metrics,
    rpc::{self, Node, Receipts},
    store::{Batch, Writer},
};
use alloy::{primitives::B256, rpc::types::Header};
use sqlx::{Connection, PgConnection, PgPool, postgres::PgPoolOptions};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use storage::chain::{
    blocks::{self, Block, Verified},
    cursor::{self, Cursor, Marks},
    logs::Log,
};
use tokio::sync::watch;

/// Advisory lock of the one indexer of a database ("polity").
const LOCK: i64 = 0x706f_6c69_7479;
/// Most blocks in one transaction that can be taken back.
const HOT_BLOCKS: u64 = 64;
/// Pause between two looks at whether the lock is still held.
const LOCK_POLL: Duration = Duration::from_secs(1);

/// Follows one deployment into one database.
pub struct Indexer {
    pub(crate) config: IndexerConfig,
    pub(crate) node: Arc<Node>,
    pub(crate) writer: Writer,
    /// Connection that holds the lock; the lock ends with it.
    lock: Option<PgConnection>,
    /// When the lock was last seen to be held.
    locked_at: Option<Instant>,
    /// Genesis of the node's chain, once it was compared with the stored one.
    pub(crate) genesis: Option<B256>,
    pub(crate) tags: Tags,
    /// The cursor as it was last read or written: good enough to append to, because that compares and swaps.
    pub(crate) held: Option<Cursor>,
    /// A header that the node has announced, to be asked for together with its receipts.
    pub(crate) announced: Option<Header>,
    /// Blocks to read near the head, or to prove, in one transaction: half as many after a failure, twice after a success.
    pub(crate) portion: u64,
    pub(crate) status: watch::Sender<Status>,
}

impl Indexer {
    /// Does nothing yet.
    ///
    /// # Errors
    /// [`RpcError::Url`].
    pub fn new(config: IndexerConfig, pool: PgPool) -> Result<Self, IndexerError> {
        let node = Arc::new(Node::new(&config)?);
        let writer = Writer {
            pool: own_connections(&pool),
            contracts: config.deployment.contracts.clone(),
            projects: config.projects,
            fail_point: config.fail_point,
        };
        let (status, portion) = (watch::Sender::new(Status::default()), HOT_BLOCKS);
        Ok(Self {
            config,
            node,
            writer,
            lock: None,
            locked_at: None,
            genesis: None,
            tags: Tags::default(),
            held: None,
            announced: None,
            portion,
            status,
        })
    }

    /// How far it is; changes while [`Indexer::run`] runs.
    pub fn status(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    /// Step until there is nothing to do.
    ///
    /// # Errors
    /// See [`IndexerError`].
    pub async fn sync_once(&mut self) -> Result<Progress, IndexerError> {
        loop {
            let progress = self.step().await?;
            if matches!(progress, Progress::Current | Progress::Behind | Progress::Standby) {
                return Ok(progress);
            }
        }
    }

    /// Do the next thing. Near the head, in at most one transaction; old blocks are read in one go.
    ///
    /// # Errors
    /// See [`IndexerError`].
    pub async fn step(&mut self) -> Result<Progress, IndexerError> {
        let result = self.try_step().await;
        if matches!(&result, Err(IndexerError::Rpc(_)) | Ok(Progress::Behind)) {
            self.node.rotate();
        }
        self.portion = match &result {
            Ok(_) => (self.portion * 2).min(HOT_BLOCKS),
            Err(_) => (self.portion / 2).max(1),
        };
        self.status.send_modify(|status| {
            status.error = result.as_ref().err().map(ToString::to_string);
            match result {
                Ok(Progress::Standby) => status.standby = true,
                Ok(Progress::Unwound(_)) => status.n_reorgs += 1,
                _ => status.standby = false,
            }
        });
        result
    }

    /// Fold all stored logs again, as after a change of the projections.
    ///
    /// # Errors
    /// [`IndexerError::Database`].
    pub async fn rebuild(&self) -> Result<(), IndexerError> {
        Ok(self.writer.rebuild().await?)
    }

    async fn try_step(&mut self) -> Result<Progress, IndexerError> {
        if !self.hold_lock().await? {
            return Ok(Progress::Standby);
        }
        let announced = self.announced.take();
        let held = self.held.take().filter(|_| announced.is_some());
        let cursor = if held.is_some() { held } else { self.cursor().await? };
        let Some(cursor) = cursor else { return self.begin().await };
        if self.genesis.is_none() && self.is_other_chain(&cursor).await? {
            return self.reset().await;
        }
        let (head, receipts) = self.node.head_and_receipts(announced.as_ref()).await?;
        self.status.send_modify(|status| {
            (status.head, status.indexed, status.marks) = (head.number, cursor.block_number, cursor.marks);
            status.finality_violated = cursor.violated_block.is_some();
        });
        let mut window = Window::default();
        window.hold(cursor.block_number, cursor.block_hash);
        if head.number < cursor.block_number
            && let Some(block) = self.block(head.number).await?
        {
            window.hold(block.number, block.hash);
        }
        let step = step(&window, &rpc::link(&head));
        // A new block does not wait for the answer.
        if step != Step::Extend || self.tags.asked_at.is_none() {
            self.look_at_finality().await?;
        }
        match step {
            Step::Behind => Ok(Progress::Behind),
            Step::Fork => self.unwind(&cursor, head.number.min(cursor.block_number)).await,
            Step::Extend | Step::Gap { .. } => self.catch_up(cursor, head, receipts).await,
            Step::Duplicate => {
                self.held = Some(cursor.clone());
                self.settle(&cursor, &head).await
            }
        }
    }

    pub(crate) async fn cursor(&self) -> Result<Option<Cursor>, IndexerError> {
        Ok(cursor::get(&mut *self.writer.pool.acquire().await?).await?)
    }

    pub(crate) async fn block(&self, number: u64) -> Result<Option<Block>, IndexerError> {
        Ok(blocks::find(&mut *self.writer.pool.acquire().await?, number).await?)
    }

    /// Take the advisory lock, or see that it is still held.
    pub(crate) async fn hold_lock(&mut self) -> Result<bool, IndexerError> {
        if let Some(conn) = &mut self.lock {
            // Looked at now and then only: without it the cursor is still compared and swapped.
            if self.locked_at.is_some_and(|at| at.elapsed() < LOCK_POLL) {
                return Ok(true);
            }
            if conn.ping().await.is_ok() {
                self.locked_at = Some(Instant::now());
                return Ok(true);
            }
            self.lock = None;
        }
        let mut conn = PgConnection::connect_with(&self.writer.pool.connect_options()).await?;
        let held: bool =
            sqlx::query_scalar("select pg_try_advisory_lock($1)").bind(LOCK).fetch_one(&mut conn).await?;
        self.lock = held.then_some(conn);
        self.locked_at = held.then(Instant::now);
        Ok(held)
    }

    async fn catch_up(
        &mut self,
        cursor: Cursor,
        head: Header,
        receipts: Option<Receipts>,
    ) -> Result<Progress, IndexerError> {
        let cold = self.cold_end(&cursor, &head).await?;
        if let Some((to, hash)) = cold.filter(|(to, _)| *to > cursor.block_number && *to <= head.number) {
            let on_progress = |number, [waited, wrote]: [Duration; 2]| {
                self.indexed(number);
                self.status.send_modify(|status| {
                    status.waited += waited;
                    status.wrote += wrote;
                });
            };
            let marks = Marks { safe: self.tags.marks().safe, finalized: to };
            let (node, writer, config) = (&self.node, &self.writer, &self.config);
            let backfill = Backfill { node, writer, config, marks, on_progress: &on_progress };
            return match backfill.run(cursor, to, hash).await? {
                Ended::Done => Ok(Progress::Extended(self.status.borrow().indexed)),
                Ended::Forked(cursor) => self.unwind(&cursor, cursor.block_number).await,
            };
        }
        let to = head.number.min(cursor.block_number + self.config.max_blocks.clamp(1, self.portion));
        let headers = if to == head.number && to == cursor.block_number + 1 {
            vec![head.clone()]
        } else {
            self.node.headers(cursor.block_number + 1, to).await?
        };
        if headers.first().is_none_or(|first| first.parent_hash != cursor.block_hash) {
            return self.unwind(&cursor, cursor.block_number).await;
        }
        let (blocks, logs) = self.read_hot(&headers, receipts).await?;
        let marks = self.marks(&head).await?;
        // When the cursor moved meanwhile, the next step reads it anew.
        self.writer.extend(&cursor, &Batch { blocks, logs, marks, hot: true }).await?;
        Ok(self.indexed(to))
    }

    /// Blocks near the head and their logs, proved before they are written.
    async fn read_hot(
        &self,
        headers: &[Header],
        receipts: Option<Receipts>,
    ) -> Result<(Vec<Block>, Vec<Log>), IndexerError> {
        let (mut rows, mut all) = (Vec::new(), Vec::new());
        if self.config.verify == Verify::Bloom {
            all = self.node.logs(headers).await?;
            for header in headers {
                let empty = !self.node.may_hold_logs(header);
                rows.push(rpc::block(header, if empty { Verified::Bloom } else { Verified::Not })?);
            }
            return Ok((rows, all));
        }
        let proving = Instant::now();
        let known = match (headers, &receipts) {
            ([header], Some(receipts)) => self.node.proved_by(header, receipts),
            _ => None,
        };
        let proofs = match known {
            Some(logs) => vec![(logs, Verified::Receipts)],
            None => self.node.proved_logs_of(headers).await?,
        };
        metrics::part("prove", proving);
        for (header, (logs, verified)) in headers.iter().zip(proofs) {
            rows.push(rpc::block(header, verified)?);
            all.extend(logs);
        }
        Ok((rows, all))
    }

    /// Nothing is new: note what has become final, then prove what is not proved yet.
    async fn settle(&mut self, cursor: &Cursor, head: &Header) -> Result<Progress, IndexerError> {
        if let Some(finalized) = self.tags.finalized.clone() {
            let stored = self.block(finalized.number).await?;
            if stored.is_some_and(|block| block.hash != finalized.hash) {
                return self.unwind(cursor, finalized.number).await;
            }
        }
        let marks = self.marks(head).await?;
        let marks = cursor.after(cursor.block_number, marks);
        if marks != cursor.marks {
            self.writer.finalize(cursor, marks).await?;
            self.status.send_modify(|status| status.marks = marks);
            return Ok(Progress::Finalized(marks.finalized));
        }
        if self.config.verify == Verify::Receipts {
            let n_blocks = self.verify_some(cursor).await?;
            if n_blocks > 0 {
                return Ok(Progress::Verified(n_blocks));
            }
        }
        Ok(Progress::Current)
    }

    pub(crate) fn indexed(&self, number: u64) -> Progress {
        self.status.send_modify(|status| status.indexed = number);
        Progress::Extended(number)
    }
}

/// Connections that nobody else uses: they are not asked whether they are alive before every transaction.
fn own_connections(pool: &PgPool) -> PgPool {
    let options = PgPoolOptions::new().max_connections(4).test_before_acquire(false);
    options.connect_lazy_with((*pool.connect_options()).clone())
}
