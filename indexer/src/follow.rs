//! One step at a time: compare hashes with the node, then extend, wait, unwind or start over.

use crate::{
    IndexerConfig, IndexerError, Progress, Status,
    backfill::{Backfill, Ended},
    chain::{ForkSearch, Step, Window, step},
    config::{Finality, Verify},
    rpc::{self, Node, RpcError},
    store::{Batch, Writer},
};
use alloy::{primitives::B256, rpc::types::Header};
use sqlx::{Connection, PgConnection, PgPool};
use std::{sync::Arc, time::Instant};
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

/// What the node calls final.
#[derive(Clone, Debug, Default)]
struct Tags {
    safe: Option<Header>,
    finalized: Option<Header>,
    asked_at: Option<Instant>,
}

impl Tags {
    fn marks(&self) -> Marks {
        let number = |header: &Option<Header>| header.as_ref().map_or(0, |header| header.number);
        Marks { safe: number(&self.safe).max(number(&self.finalized)), finalized: number(&self.finalized) }
    }
}

/// Follows one deployment into one database.
pub struct Indexer {
    pub(crate) config: IndexerConfig,
    pub(crate) node: Arc<Node>,
    pub(crate) writer: Writer,
    /// Connection that holds the lock; the lock ends with it.
    lock: Option<PgConnection>,
    /// Genesis of the node's chain, once it was compared with the stored one.
    genesis: Option<B256>,
    tags: Tags,
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
            pool,
            contracts: config.deployment.contracts.clone(),
            projects: config.projects,
            fail_point: config.fail_point,
        };
        let (status, portion) = (watch::Sender::new(Status::default()), HOT_BLOCKS);
        Ok(Self { config, node, writer, lock: None, genesis: None, tags: Tags::default(), portion, status })
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
        let Some(cursor) = self.cursor().await? else { return self.begin().await };
        if self.genesis.is_none() && self.is_other_chain(&cursor).await? {
            return self.reset().await;
        }
        let head = self.node.head().await?;
        self.look_at_finality().await?;
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
        match step(&window, &rpc::link(&head)) {
            Step::Behind => Ok(Progress::Behind),
            Step::Fork => self.unwind(&cursor, head.number.min(cursor.block_number)).await,
            Step::Extend | Step::Gap { .. } => self.catch_up(cursor, head).await,
            Step::Duplicate => self.settle(&cursor, &head).await,
        }
    }

    pub(crate) async fn cursor(&self) -> Result<Option<Cursor>, IndexerError> {
        Ok(cursor::get(&mut *self.writer.pool.acquire().await?).await?)
    }

    async fn block(&self, number: u64) -> Result<Option<Block>, IndexerError> {
        Ok(blocks::find(&mut *self.writer.pool.acquire().await?, number).await?)
    }

    /// Take the advisory lock, or see that it is still held.
    pub(crate) async fn hold_lock(&mut self) -> Result<bool, IndexerError> {
        if let Some(conn) = &mut self.lock {
            if conn.ping().await.is_ok() {
                return Ok(true);
            }
            self.lock = None;
        }
        let mut conn = PgConnection::connect_with(&self.writer.pool.connect_options()).await?;
        let held: bool =
            sqlx::query_scalar("select pg_try_advisory_lock($1)").bind(LOCK).fetch_one(&mut conn).await?;
        self.lock = held.then_some(conn);
        Ok(held)
    }

    /// Whether the stored chain or deployment is not the configured one. Remembers the genesis when all is well.
    async fn is_other_chain(&mut self, cursor: &Cursor) -> Result<bool, IndexerError> {
        let genesis = self.genesis_hash().await?;
        let reason = if cursor.genesis_hash != genesis || cursor.chain_id != self.config.deployment.chain_id {
            "another genesis"
        } else if cursor.deployment_hash != self.config.deployment_hash() {
            "other contracts"
        } else {
            self.genesis = Some(genesis);
            return Ok(false);
        };
        if !self.config.reset_on_new_genesis {
            return Err(IndexerError::OtherChain(reason));
        }
        tracing::warn!(reason, "the chain is another one: starting over");
        Ok(true)
    }

    async fn genesis_hash(&self) -> Result<B256, IndexerError> {
        let header = self.node.header(0).await?.ok_or(RpcError::Missing(0))?;
        Ok(header.hash)
    }

    /// Write the first cursor: the block before the deployment.
    async fn begin(&mut self) -> Result<Progress, IndexerError> {
        let number = self.config.deployment.deployed_at_block.saturating_sub(1);
        let head = self.node.head().await?;
        if head.number < number {
            return Ok(Progress::Behind);
        }
        let header = self.node.header(number).await?.ok_or(RpcError::Missing(number))?;
        // Nothing is read of it, so nothing is missing.
        let block = rpc::block(&header, Verified::Bloom)?;
        let cursor = Cursor {
            chain_id: self.config.deployment.chain_id,
            genesis_hash: self.genesis_hash().await?,
            deployment_hash: self.config.deployment_hash(),
            block_number: block.number,
            block_hash: block.hash,
            marks: Marks::default(),
            journal_block: block.number,
            violated_block: None,
        };
        self.writer.begin_at(&cursor, &block).await?;
        Ok(self.indexed(block.number))
    }

    async fn reset(&mut self) -> Result<Progress, IndexerError> {
        self.writer.reset().await?;
        (self.genesis, self.tags) = (None, Tags::default());
        Ok(Progress::Reset)
    }

    /// Ask now and then; new blocks do not wait for it more than once in a while.
    async fn look_at_finality(&mut self) -> Result<(), IndexerError> {
        let due = self.tags.asked_at.is_none_or(|at| at.elapsed() >= self.config.finality_poll);
        if due && self.config.finality == Finality::Tags {
            let [safe, finalized] = self.node.tags().await?;
            self.tags = Tags { safe, finalized, asked_at: Some(Instant::now()) };
        }
        Ok(())
    }

    /// What is final of the blocks that we hold.
    async fn marks(&self, head: &Header) -> Result<Marks, IndexerError> {
        let Finality::Seconds(seconds) = self.config.finality else { return Ok(self.tags.marks()) };
        let limit = rpc::block(head, Verified::Not)?.mined_at - chrono::TimeDelta::seconds(seconds.into());
        let conn = &mut *self.writer.pool.acquire().await?;
        let finalized = blocks::last_mined_by(conn, limit).await?.unwrap_or(0);
        Ok(Marks { safe: finalized, finalized })
    }

    /// The last block up to which the chain can be read without fear of a fork, and its hash if the node named it.
    async fn cold_end(
        &self,
        cursor: &Cursor,
        head: &Header,
    ) -> Result<Option<(u64, Option<B256>)>, IndexerError> {
        let Finality::Seconds(seconds) = self.config.finality else {
            return Ok(self.tags.finalized.as_ref().map(|header| (header.number, Some(header.hash))));
        };
        let limit = head.timestamp.saturating_sub(seconds.into());
        for ahead in [10_000, 1_000, 100] {
            let number = cursor.block_number + ahead;
            if number > head.number {
                continue;
            }
            if let Some(header) = self.node.header(number).await?.filter(|header| header.timestamp <= limit) {
                return Ok(Some((number, Some(header.hash))));
            }
        }
        Ok(None)
    }

    async fn catch_up(&mut self, cursor: Cursor, head: Header) -> Result<Progress, IndexerError> {
        let cold = self.cold_end(&cursor, &head).await?;
        if let Some((to, hash)) = cold.filter(|(to, _)| *to > cursor.block_number && *to <= head.number) {
            let on_progress = |number| {
                self.indexed(number);
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
        let (blocks, logs) = self.read_hot(&headers).await?;
        let marks = self.marks(&head).await?;
        // When the cursor moved meanwhile, the next step reads it anew.
        self.writer.extend(&cursor, &Batch { blocks, logs, marks, hot: true }).await?;
        Ok(self.indexed(to))
    }

    /// Blocks near the head and their logs, proved before they are written.
    async fn read_hot(&self, headers: &[Header]) -> Result<(Vec<Block>, Vec<Log>), IndexerError> {
        let (mut rows, mut all) = (Vec::new(), Vec::new());
        if self.config.verify == Verify::Bloom {
            all = self.node.logs(headers).await?;
            for header in headers {
                let empty = !self.node.may_hold_logs(header);
                rows.push(rpc::block(header, if empty { Verified::Bloom } else { Verified::Not })?);
            }
            return Ok((rows, all));
        }
        let proofs = self.node.proved_logs_of(headers).await?;
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
        let clamped = |mark: u64, old: u64| mark.min(cursor.block_number).max(old);
        let marks = Marks {
            safe: clamped(marks.safe, cursor.marks.safe),
            finalized: clamped(marks.finalized, cursor.marks.finalized),
        };
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

    async fn unwind(&mut self, cursor: &Cursor, differs: u64) -> Result<Progress, IndexerError> {
        // A development chain that was restarted differs from its very beginning.
        self.genesis = None;
        self.tags = Tags::default();
        if self.is_other_chain(cursor).await? {
            return self.reset().await;
        }
        let Some(fork) = self.fork_point(differs).await? else {
            tracing::warn!("the reorganisation is deeper than the deployment: starting over");
            return self.reset().await;
        };
        if fork.hash == cursor.block_hash {
            // Somebody answered from another branch for a moment.
            return Err(RpcError::Moved(fork.number).into());
        }
        let depth = cursor.block_number - fork.number;
        tracing::info!(fork.block = fork.number, depth, "the chain was reorganised");
        if fork.number < cursor.marks.finalized {
            tracing::error!(
                fork.block = fork.number,
                finalized = cursor.marks.finalized,
                "a finalized block was replaced: nothing irreversible is done until this is acknowledged"
            );
            self.status.send_modify(|status| status.finality_violated = true);
        }
        self.writer.unwind(cursor, &fork).await?;
        self.indexed(fork.number);
        Ok(Progress::Unwound(fork.number))
    }

    /// The last stored block below `differs` that the node has too; `None` when not even the first is the same. The block
    /// at `differs` itself is compared once more: one strange answer is no reorganisation.
    async fn fork_point(&self, differs: u64) -> Result<Option<Block>, IndexerError> {
        let floor = blocks::first_number(&mut *self.writer.pool.acquire().await?).await?;
        let mut search = ForkSearch::new(floor.unwrap_or(0), differs + 1);
        let mut shared = None;
        while let Some(height) = search.probe() {
            let (stored, header) = (self.block(height).await?, self.node.header(height).await?);
            let same = stored.filter(|block| header.is_some_and(|header| header.hash == block.hash));
            search.answer(height, same.is_some());
            shared = same.or(shared);
        }
        Ok(shared)
    }

    fn indexed(&self, number: u64) -> Progress {
        self.status.send_modify(|status| status.indexed = number);
        Progress::Extended(number)
    }
}
