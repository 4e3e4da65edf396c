//! One step at a time: compare hashes with the node, then extend, wait, unwind or start over.

use crate::{
    decode,
    reorg::{ForkError, fork_point},
    rpc::{self, Node, RpcError},
    write::{Batch, Writer},
};
use alloy::{
    primitives::{B256, keccak256},
    rpc::types::Header,
};
use bindings::Deployment;
use sqlx::{Connection, PgConnection, PgPool};
use std::{future::Future, pin::pin, time::Duration};
use storage::chain::{
    blocks::{self, Block},
    cursor::{self, Cursor},
};
use tokio::sync::watch;

/// Advisory lock of the one indexer of a database ("polity").
const LOCK: i64 = 0x706f_6c69_7479;
/// Longest pause after failures.
const MAX_BACKOFF: Duration = Duration::from_secs(30);

/// What to follow.
#[derive(Clone, Debug)]
pub struct IndexerConfig {
    /// JSON-RPC endpoint over HTTP.
    pub rpc_url: String,
    /// The contracts and the block that they begin at.
    pub deployment: Deployment,
    /// Pause between two looks at the head.
    pub poll: Duration,
    /// Start over when the chain has another genesis or the contracts other addresses, as on a development chain that
    /// was restarted; otherwise that is an error.
    pub reset_on_new_genesis: bool,
    /// Most blocks in one transaction.
    pub max_blocks: u64,
}

impl IndexerConfig {
    /// The usual settings for a deployment.
    pub fn new(rpc_url: impl Into<String>, deployment: Deployment) -> Self {
        Self {
            rpc_url: rpc_url.into(),
            deployment,
            poll: Duration::from_secs(1),
            reset_on_new_genesis: false,
            max_blocks: 500,
        }
    }
}

/// How far the indexer is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// The node's latest block.
    pub head: u64,
    /// The last block whose events are in the tables.
    pub indexed: u64,
    /// Another indexer holds the lock.
    pub standby: bool,
    /// Reorganisations since the start.
    pub n_reorgs: u64,
    /// Why the last step failed, if it did.
    pub error: Option<String>,
}

impl Status {
    /// Whether the tables hold everything up to the node's latest block.
    pub fn is_current(&self) -> bool {
        self.error.is_none() && !self.standby && self.indexed >= self.head
    }
}

/// What one step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Indexed up to this block; there may be more.
    Extended(u64),
    /// Went back to this block, the last that the node's chain shares.
    Unwound(u64),
    /// Forgot everything: the chain is another one.
    Reset,
    /// Nothing is new.
    Current,
    /// The node is behind what is indexed, on the same chain.
    Behind,
    /// Another indexer is at work.
    Standby,
}

/// Why a step failed.
#[derive(Debug, thiserror::Error)]
pub enum IndexerError {
    /// The node; passes.
    #[error(transparent)]
    Rpc(#[from] RpcError),
    /// The database; passes.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// The endpoint serves another chain than the deployment is on.
    #[error("the endpoint serves chain {actual}, the deployment is on {expected}")]
    WrongChain {
        /// Of the deployment.
        expected: u64,
        /// Of the endpoint.
        actual: u64,
    },
    /// The indexed chain is another one, and resetting is not allowed.
    #[error("the indexed chain is another one ({0}); a new database is needed")]
    OtherChain(&'static str),
}

impl IndexerError {
    /// Whether trying again cannot help.
    pub fn is_fatal(&self) -> bool {
        matches!(self, Self::WrongChain { .. } | Self::OtherChain(_) | Self::Rpc(RpcError::Url(_)))
    }
}

impl From<ForkError> for IndexerError {
    fn from(error: ForkError) -> Self {
        match error {
            ForkError::Rpc(error) => Self::Rpc(error),
            ForkError::Database(error) => Self::Database(error),
        }
    }
}

/// Follows one deployment into one database.
pub struct Indexer {
    config: IndexerConfig,
    node: Node,
    writer: Writer,
    /// Connection that holds the lock; the lock ends with it.
    lock: Option<PgConnection>,
    /// Genesis of the node's chain, once it was compared with the stored one.
    genesis: Option<B256>,
    /// Blocks to ask for next: fewer after a refusal, more after a success.
    n_blocks: u64,
    status: watch::Sender<Status>,
}

impl Indexer {
    /// Does nothing yet.
    ///
    /// # Errors
    /// [`RpcError::Url`].
    pub fn new(config: IndexerConfig, pool: PgPool) -> Result<Self, IndexerError> {
        let node = Node::new(&config.rpc_url, decode::addresses(&config.deployment.contracts))?;
        let writer = Writer { pool, contracts: config.deployment.contracts.clone() };
        let n_blocks = config.max_blocks.max(1);
        let status = watch::Sender::new(Status::default());
        Ok(Self { config, node, writer, lock: None, genesis: None, n_blocks, status })
    }

    /// How far it is; changes while [`Indexer::run`] runs.
    pub fn status(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    /// Follow the chain until `shutdown` completes. Failures of the node and the database are waited out.
    ///
    /// # Errors
    /// Those for which [`IndexerError::is_fatal`] holds.
    pub async fn run(mut self, shutdown: impl Future<Output = ()>) -> Result<(), IndexerError> {
        let mut shutdown = pin!(shutdown);
        let mut backoff = self.config.poll;
        loop {
            // A step that is dropped half-way leaves no trace: its transaction is rolled back.
            let result = tokio::select! {
                () = &mut shutdown => return Ok(()),
                result = self.sync_once() => result,
            };
            let pause = match result {
                Ok(_) => {
                    backoff = self.config.poll;
                    self.config.poll
                }
                Err(error) if error.is_fatal() => return Err(error),
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "indexing failed, trying again");
                    backoff = (backoff * 2).min(MAX_BACKOFF);
                    backoff
                }
            };
            tokio::select! {
                () = &mut shutdown => return Ok(()),
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Step until there is nothing to do.
    ///
    /// # Errors
    /// See [`IndexerError`].
    pub async fn sync_once(&mut self) -> Result<Progress, IndexerError> {
        loop {
            match self.step().await? {
                Progress::Extended(_) | Progress::Unwound(_) | Progress::Reset => {}
                done => return Ok(done),
            }
        }
    }

    /// Do the next thing, in at most one transaction.
    ///
    /// # Errors
    /// See [`IndexerError`].
    pub async fn step(&mut self) -> Result<Progress, IndexerError> {
        let result = self.try_step().await;
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
        let mut conn = self.writer.pool.acquire().await?;
        let cursor = cursor::get(&mut conn).await?;
        drop(conn);
        if self.genesis.is_none() {
            self.check_chain_id().await?;
        }
        let head = self.node.head().await?;
        let indexed = cursor.as_ref().map_or(0, |cursor| cursor.block_number);
        self.status.send_modify(|status| (status.head, status.indexed) = (head.number, indexed));
        match cursor {
            None => self.begin(&head).await,
            Some(cursor) if self.genesis.is_none() && self.is_other_chain(&cursor).await? => {
                self.reset().await
            }
            Some(cursor) => self.follow(cursor, &head).await,
        }
    }

    /// Take the advisory lock, or see that it is still held.
    async fn hold_lock(&mut self) -> Result<bool, IndexerError> {
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

    async fn check_chain_id(&self) -> Result<(), IndexerError> {
        let (expected, actual) = (self.config.deployment.chain_id, self.node.chain_id().await?);
        if expected == actual { Ok(()) } else { Err(IndexerError::WrongChain { expected, actual }) }
    }

    /// Whether the stored chain or deployment is not the configured one. Remembers the genesis when all is well.
    async fn is_other_chain(&mut self, cursor: &Cursor) -> Result<bool, IndexerError> {
        let genesis = self.genesis_hash().await?;
        let reason = if cursor.genesis_hash != genesis || cursor.chain_id != self.config.deployment.chain_id {
            "another genesis"
        } else if cursor.deployment_hash != deployment_hash(&self.config.deployment) {
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
    async fn begin(&mut self, head: &Header) -> Result<Progress, IndexerError> {
        let number = self.config.deployment.deployed_at_block.saturating_sub(1);
        if head.number < number {
            return Ok(Progress::Behind);
        }
        let block = rpc::block(&self.node.header(number).await?.ok_or(RpcError::Missing(number))?)?;
        let genesis_hash = self.genesis_hash().await?;
        let cursor = Cursor {
            chain_id: self.config.deployment.chain_id,
            genesis_hash,
            deployment_hash: deployment_hash(&self.config.deployment),
            block_number: block.number,
            block_hash: block.hash,
        };
        self.writer.begin_at(&cursor, &block).await?;
        Ok(self.indexed(block.number))
    }

    async fn reset(&mut self) -> Result<Progress, IndexerError> {
        self.writer.reset().await?;
        self.genesis = None;
        Ok(Progress::Reset)
    }

    async fn follow(&mut self, cursor: Cursor, head: &Header) -> Result<Progress, IndexerError> {
        if head.number < cursor.block_number {
            let mut conn = self.writer.pool.acquire().await?;
            let stored = blocks::find(&mut conn, head.number).await?;
            let same = stored.is_some_and(|block| block.hash == head.hash);
            return if same { Ok(Progress::Behind) } else { self.unwind(&cursor, head.number).await };
        }
        if head.number == cursor.block_number && head.hash == cursor.block_hash {
            return Ok(Progress::Current);
        }
        let to = head.number.min(cursor.block_number.saturating_add(self.n_blocks));
        let headers = self.node.headers(cursor.block_number, to).await?;
        match headers.split_first() {
            Some((first, new)) if first.hash == cursor.block_hash => self.extend(&cursor, new).await,
            _ => self.unwind(&cursor, cursor.block_number).await,
        }
    }

    async fn extend(&mut self, cursor: &Cursor, headers: &[Header]) -> Result<Progress, IndexerError> {
        let logs = match self.node.logs(headers).await {
            Ok(logs) => logs,
            Err(error) => {
                // The node may refuse long ranges.
                self.n_blocks = (self.n_blocks / 2).max(1);
                return Err(error.into());
            }
        };
        self.n_blocks = (self.n_blocks * 2).min(self.config.max_blocks.max(1));
        let blocks = headers.iter().map(rpc::block).collect::<Result<Vec<Block>, _>>()?;
        let last = blocks.last().map_or(cursor.block_number, |block| block.number);
        let batch = Batch { blocks, logs };
        // When the cursor moved meanwhile, the next step reads it anew.
        self.writer.extend(cursor, &batch).await?;
        Ok(self.indexed(last))
    }

    async fn unwind(&mut self, cursor: &Cursor, below: u64) -> Result<Progress, IndexerError> {
        // A development chain that was restarted differs from its very beginning.
        self.genesis = None;
        if self.is_other_chain(cursor).await? {
            return self.reset().await;
        }
        let mut conn = self.writer.pool.acquire().await?;
        let fork = fork_point(&mut conn, &self.node, below).await?;
        drop(conn);
        let Some(fork) = fork else {
            tracing::warn!("the reorganisation is deeper than the deployment: starting over");
            return self.reset().await;
        };
        let depth = cursor.block_number - fork.number;
        tracing::info!(fork.block = fork.number, depth, "the chain was reorganised");
        self.writer.unwind(cursor, &fork).await?;
        self.indexed(fork.number);
        Ok(Progress::Unwound(fork.number))
    }

    fn indexed(&self, number: u64) -> Progress {
        self.status.send_modify(|status| status.indexed = number);
        Progress::Extended(number)
    }
}

/// Names a set of contracts, so that tables of one are not filled on from another.
fn deployment_hash(deployment: &Deployment) -> B256 {
    let mut bytes = deployment.deployed_at_block.to_be_bytes().to_vec();
    for address in decode::addresses(&deployment.contracts) {
        bytes.extend_from_slice(address.as_slice());
    }
    keccak256(bytes)
}
