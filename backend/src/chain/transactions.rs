//! The queue that every transaction goes through.
//!
//! A transaction has a key that says what it is for. It is signed and stored in `app.transactions` before it is sent, so
//! a process that was killed sends the same bytes again and nothing happens twice. Nonces are given out under a lock in
//! the database, so any number of workers share one operator key. One that no block takes is signed again with the same
//! nonce and a higher fee: at most one of the two can be mined, and either is what it was for.
use super::{
    Call, ChainHandle,
    fees::{self, Fees},
    receipt::{Fate, Watch},
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
        Transactions { chain: self.chain.clone(), pool: self.pool.clone(), clock: self.clock.clone() }
    }
}

impl Transactions {
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
        let rpc = |source| SendError::Rpc { key: key.clone(), source };
        let (provider, nonce) = (&self.chain.provider, transaction.nonce);
        let mut watch = Watch::begin(provider, self.sender(), nonce, self.chain.pace, PATIENCE);
        loop {
            let hashes = [&[transaction.tx_hash], transaction.replaced.as_slice()].concat();
            match watch.next(&hashes).await.map_err(rpc)? {
                Fate::Mined(receipt) => return self.settle(&transaction, *receipt, call).await,
                Fate::NonceTaken => {
                    transaction = self.replace(&transaction, call).await?;
                    watch.follow(transaction.nonce);
                }
                Fate::Stuck if transaction.replaced.len() < MAX_REPLACEMENTS => {
                    transaction = self.raise_fee(transaction, call).await?;
                }
                Fate::Stuck => continue,
                Fate::GivenUp => return Err(SendError::NotMined { key }),
            }
            self.broadcast(&transaction).await?;
        }
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

    /// Somebody else used the nonce with the same key: sign the same call again with a free one. That may have been another
    /// worker, with a higher fee for the very same thing; then its form is looked for.
    async fn replace(&self, lost: &Transaction, call: &Call) -> Result<Transaction, SendError> {
        let database = |source| SendError::Database { key: lost.key.clone(), source };
        tracing::warn!(
            tx.key = lost.key,
            tx.nonce = lost.nonce,
            "the nonce was used elsewhere; signing again"
        );
        let mut conn = self.pool.acquire().await.map_err(database)?;
        let stored = transactions::find(&mut conn, &lost.key).await.map_err(database)?;
        if let Some(newer) = stored.filter(|stored| stored.tx_hash != lost.tx_hash) {
            return Ok(newer);
        }
        transactions::delete(&mut conn, &lost.key).await.map_err(database)?;
        drop(conn);
        self.sign_and_store(&lost.key, call).await
    }
}
