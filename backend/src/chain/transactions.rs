//! The queue that every transaction goes through.
//!
//! A transaction has a key that says what it is for. It is signed and stored in `app.transactions` before it is sent, so
//! a process that was killed sends the same bytes again and nothing happens twice. Nonces are given out under a lock in
//! the database, so any number of workers share one operator key. One that no block takes is signed again with the same
//! nonce and a higher fee: at most one of the two can be mined, and either is what it was for.
use super::{
    Call, ChainHandle,
    fees::{self, Fees},
    revert,
};
use crate::{app::AppState, clock::Clock};
use alloy::{
    primitives::{Address, B256},
    providers::Provider,
    rpc::types::{Log, TransactionReceipt},
    transports::{RpcError, TransportErrorKind},
};
use sqlx::{PgConnection, PgPool};
use std::time::Duration;
use storage::app::transactions::{self, Transaction};

/// Looks without a receipt for a used nonce before we believe it: behind one RPC address there may be nodes that lag.
const SURELY_MISSING: u32 = 5;
/// Replacements of one transaction: nine times the first fee, or what the chain asks by then.
const MAX_REPLACEMENTS: usize = 10;
/// How long one call waits for its receipt. The next one goes on waiting for the same transaction.
const PATIENCE: Duration = Duration::from_secs(300);

/// Sends transactions of the operator. Cheap to clone.
#[derive(Clone)]
pub struct Transactions {
    chain: ChainHandle,
    pool: PgPool,
    clock: Clock,
    poll: Duration,
    /// Wait for a block before the fee is raised.
    raise_after: Duration,
}

/// A transaction that took effect.
#[derive(Debug, Clone)]
pub struct Mined {
    pub tx_hash: B256,
    pub block_number: u64,
    /// What the contracts said.
    pub logs: Vec<Log>,
}

/// Why a transaction did not take effect.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// Nothing was sent, or it was mined as failed; the same key may be tried again when the cause is gone.
    #[error("{key} was refused by the contract: {reason}")]
    Reverted { key: String, reason: String },
    #[error("{key} is not mined after {} s; it will be looked for again", PATIENCE.as_secs())]
    NotMined { key: String },
    #[error("{key} could not be sent")]
    Rpc { key: String, source: RpcError<TransportErrorKind> },
    #[error("{key} could not be signed")]
    Sign { key: String, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("{key} could not be stored")]
    Database { key: String, source: sqlx::Error },
}

impl AppState {
    /// The queue on this process's chain and database.
    pub fn transactions(&self) -> Transactions {
        let poll = Duration::from_millis(self.config.chain.poll_ms);
        let raise_after = Duration::from_secs(self.config.chain.raise_fee_after_s);
        Transactions::new(self.chain.clone(), self.pool.clone(), self.clock.clone(), poll, raise_after)
    }
}

impl Transactions {
    /// `poll` is the wait between two looks for a receipt, `raise_after` that for a block before a higher fee is offered.
    pub fn new(
        chain: ChainHandle,
        pool: PgPool,
        clock: Clock,
        poll: Duration,
        raise_after: Duration,
    ) -> Self {
        Self { chain, pool, clock, poll, raise_after }
    }

    /// Send `call` unless the transaction of this key was sent before, and wait until it is mined.
    ///
    /// # Errors
    /// [`SendError`]. A refusal found by simulation costs nothing and is not stored.
    pub async fn send(&self, key: &str, call: &Call) -> Result<Mined, SendError> {
        let database = |source| SendError::Database { key: key.to_owned(), source };
        let mut conn = self.pool.acquire().await.map_err(database)?;
        let stored = transactions::find(&mut conn, key).await.map_err(database)?;
        drop(conn);
        let transaction = match stored {
            Some(transaction) if transaction.state != "reverted" => transaction,
            // A failed one stays on the chain; what it was for is tried again with a new one.
            Some(_) | None => self.sign_and_store(key, call).await?,
        };
        self.broadcast(&transaction).await?;
        self.wait(transaction, call).await
    }

    /// Send everything again that the chain should know and does not: it lost its last blocks, or we were killed between
    /// storing and sending.
    ///
    /// # Errors
    /// [`SendError`] of the first transaction that cannot be sent.
    pub async fn resend_lost(&self) -> Result<(), SendError> {
        let key = "resending";
        let database = |source| SendError::Database { key: key.to_owned(), source };
        let from = self.chain_nonce(key).await?;
        let mut conn = self.pool.acquire().await.map_err(database)?;
        let lost = transactions::list_from(&mut conn, self.sender(), from).await.map_err(database)?;
        drop(conn);
        for transaction in &lost {
            tracing::warn!(
                tx.key = transaction.key,
                tx.nonce = transaction.nonce,
                "sending a lost transaction again"
            );
            self.broadcast(transaction).await?;
        }
        Ok(())
    }

    fn sender(&self) -> Address {
        self.chain.operator.address()
    }

    async fn chain_nonce(&self, key: &str) -> Result<u64, SendError> {
        let rpc = |source| SendError::Rpc { key: key.to_owned(), source };
        self.chain.provider.get_transaction_count(self.sender()).await.map_err(rpc)
    }

    /// Simulate, take the next nonce, sign and store, all under the sender's lock.
    async fn sign_and_store(&self, key: &str, call: &Call) -> Result<Transaction, SendError> {
        let database = |source| SendError::Database { key: key.to_owned(), source };
        let gas = self.estimate(key, call).await?;
        let mut db = self.pool.begin().await.map_err(database)?;
        transactions::lock(&mut db, self.sender()).await.map_err(database)?;
        if let Some(other) = transactions::find(&mut db, key).await.map_err(database)? {
            if other.state != "reverted" {
                return Ok(other);
            }
            transactions::delete(&mut db, key).await.map_err(database)?;
        }
        let nonce = self.next_nonce(&mut db, key).await?;
        let transaction = self.sign(key, call, nonce, gas).await?;
        transactions::insert(&mut db, &transaction).await.map_err(database)?;
        db.commit().await.map_err(database)?;
        tracing::info!(tx.key = key, tx.hash = %transaction.tx_hash, tx.nonce = nonce, "stored a transaction");
        Ok(transaction)
    }

    /// The first nonce that neither the chain nor our table knows.
    async fn next_nonce(&self, conn: &mut PgConnection, key: &str) -> Result<u64, SendError> {
        let stored = transactions::next_nonce(conn, self.sender()).await;
        let stored = stored.map_err(|source| SendError::Database { key: key.to_owned(), source })?;
        Ok(self.chain_nonce(key).await?.max(stored.unwrap_or(0)))
    }

    async fn estimate(&self, key: &str, call: &Call) -> Result<u64, SendError> {
        let estimated = fees::gas(&self.chain.provider, &self.chain.operator, call).await;
        estimated.map_err(|source| match revert::reason(&source) {
            Some(reason) => SendError::Reverted { key: key.to_owned(), reason },
            None => SendError::Rpc { key: key.to_owned(), source },
        })
    }

    async fn sign(&self, key: &str, call: &Call, nonce: u64, gas: u64) -> Result<Transaction, SendError> {
        let rpc = |source| SendError::Rpc { key: key.to_owned(), source };
        let fees = Fees::asked(&self.chain.provider).await.map_err(rpc)?;
        let (raw, tx_hash) = self.sign_with(key, call, nonce, gas, fees).await?;
        Ok(Transaction {
            key: key.to_owned(),
            sender: self.sender(),
            recipient: call.to,
            data: call.data.to_vec(),
            nonce,
            raw,
            tx_hash,
            replaced: vec![],
            state: "sent".into(),
            block_number: None,
            error: None,
            created_at: self.clock.now(),
        })
    }

    async fn sign_with(
        &self,
        key: &str,
        call: &Call,
        nonce: u64,
        gas: u64,
        fees: Fees,
    ) -> Result<(Vec<u8>, B256), SendError> {
        let signed = fees::sign(&self.chain.operator, self.chain.chain_id, call, nonce, gas, fees).await;
        signed.map_err(|source| SendError::Sign { key: key.to_owned(), source })
    }

    /// Offer a higher fee for a transaction that no block took. The new bytes are stored before they are sent; if another
    /// worker was faster, its are used.
    async fn raise_fee(&self, stuck: Transaction, call: &Call) -> Result<Transaction, SendError> {
        let key = stuck.key.as_str();
        let rpc = |source| SendError::Rpc { key: key.to_owned(), source };
        let database = |source| SendError::Database { key: key.to_owned(), source };
        let Some((offered, gas)) = Fees::of(&stuck.raw) else { return Ok(stuck) };
        let fees = offered.raised(&self.chain.provider).await.map_err(rpc)?;
        let (raw, tx_hash) = self.sign_with(key, call, stuck.nonce, gas, fees).await?;
        tracing::warn!(
            tx.key = key,
            tx.hash = %tx_hash,
            tx.replaces = %stuck.tx_hash,
            fees = ?fees,
            "no block took it; offering a higher fee"
        );
        let mut conn = self.pool.acquire().await.map_err(database)?;
        transactions::replace_bytes(&mut conn, key, stuck.tx_hash, &raw, tx_hash).await.map_err(database)?;
        let stored = transactions::find(&mut conn, key).await.map_err(database)?;
        Ok(stored.unwrap_or(stuck))
    }

    async fn broadcast(&self, transaction: &Transaction) -> Result<(), SendError> {
        let sent = fees::broadcast(&self.chain.provider, &transaction.raw).await;
        sent.map_err(|source| SendError::Rpc { key: transaction.key.clone(), source })
    }

    async fn wait(&self, mut transaction: Transaction, call: &Call) -> Result<Mined, SendError> {
        let key = transaction.key.clone();
        let deadline = tokio::time::Instant::now() + PATIENCE;
        let mut missing = 0;
        let mut raise_at = tokio::time::Instant::now() + self.raise_after;
        while tokio::time::Instant::now() < deadline {
            // The nonce first: a receipt that is missing after the nonce was used will never come.
            let used = self.chain_nonce(&key).await? > transaction.nonce;
            if let Some(receipt) = self.receipt(&transaction).await? {
                return self.settle(&transaction, receipt, call).await;
            }
            missing = if used { missing + 1 } else { 0 };
            if missing >= SURELY_MISSING {
                transaction = self.replace(&transaction, call).await?;
                self.broadcast(&transaction).await?;
                missing = 0;
            }
            let stuck = !used && tokio::time::Instant::now() >= raise_at;
            if stuck && transaction.replaced.len() < MAX_REPLACEMENTS {
                transaction = self.raise_fee(transaction, call).await?;
                self.broadcast(&transaction).await?;
                raise_at = tokio::time::Instant::now() + self.raise_after;
            }
            tokio::time::sleep(self.poll).await;
        }
        Err(SendError::NotMined { key })
    }

    /// Of whichever of its signed forms was mined.
    async fn receipt(&self, transaction: &Transaction) -> Result<Option<TransactionReceipt>, SendError> {
        let rpc = |source| SendError::Rpc { key: transaction.key.clone(), source };
        for &hash in std::iter::once(&transaction.tx_hash).chain(&transaction.replaced) {
            let receipt = self.chain.provider.get_transaction_receipt(hash).await.map_err(rpc)?;
            if receipt.is_some() {
                return Ok(receipt);
            }
        }
        Ok(None)
    }

    async fn settle(
        &self,
        transaction: &Transaction,
        receipt: TransactionReceipt,
        call: &Call,
    ) -> Result<Mined, SendError> {
        let key = transaction.key.as_str();
        let database = |source| SendError::Database { key: key.to_owned(), source };
        let block_number = receipt.block_number.unwrap_or_default();
        let failure = match receipt.status() {
            true => None,
            false => Some(revert::replay(&self.chain.provider, self.sender(), call, block_number).await),
        };
        let mut conn = self.pool.acquire().await.map_err(database)?;
        transactions::settle(&mut conn, key, block_number, failure.as_deref()).await.map_err(database)?;
        if let Some(reason) = failure {
            return Err(SendError::Reverted { key: key.to_owned(), reason });
        }
        tracing::info!(tx.key = key, block = block_number, "mined");
        Ok(Mined { tx_hash: receipt.transaction_hash, block_number, logs: receipt.logs().to_vec() })
    }

    /// Somebody else used the nonce with the same key: sign the same call again with a free one.
    async fn replace(&self, lost: &Transaction, call: &Call) -> Result<Transaction, SendError> {
        let database = |source| SendError::Database { key: lost.key.clone(), source };
        tracing::warn!(
            tx.key = lost.key,
            tx.nonce = lost.nonce,
            "the nonce was used elsewhere; signing again"
        );
        let mut conn = self.pool.acquire().await.map_err(database)?;
        transactions::delete(&mut conn, &lost.key).await.map_err(database)?;
        drop(conn);
        self.sign_and_store(&lost.key, call).await
    }
}
