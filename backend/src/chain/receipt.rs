//! What becomes of a transaction that was sent, for the queue and for single transactions alike.
use alloy::{
    primitives::{Address, B256},
    providers::{DynProvider, Provider},
    rpc::types::TransactionReceipt,
    transports::TransportError,
};
use std::time::Duration;
use tokio::time::Instant;

/// Looks without a receipt for a used nonce before we believe it: behind one RPC address there may be nodes that lag.
const SURELY_MISSING: u32 = 20;

/// How long is waited for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Between two looks for a receipt.
    pub poll: Duration,
    /// For a block, before a higher fee is offered.
    pub raise_after: Duration,
}

/// What the sender has to know.
pub(super) enum Fate {
    /// One of its signed forms is in a block.
    Mined(Box<TransactionReceipt>),
    /// Another transaction used its nonce.
    NonceTaken,
    /// No block took it for a while.
    Stuck,
    /// Nothing happened for so long that waiting is somebody else's turn.
    GivenUp,
}

/// Waits for one nonce of one sender.
pub(super) struct Watch<'a> {
    provider: &'a DynProvider,
    sender: Address,
    nonce: u64,
    pace: Pace,
    raise_at: Instant,
    give_up_at: Instant,
}

impl<'a> Watch<'a> {
    /// From now on, for `patience` at most.
    pub fn begin(
        provider: &'a DynProvider,
        sender: Address,
        nonce: u64,
        pace: Pace,
        patience: Duration,
    ) -> Self {
        let now = Instant::now();
        let (raise_at, give_up_at) = (now + pace.raise_after, now + patience);
        Self { provider, sender, nonce, pace, raise_at, give_up_at }
    }

    /// Go on with the nonce that another transaction got.
    pub fn follow(&mut self, nonce: u64) {
        self.nonce = nonce;
        self.raise_at = Instant::now() + self.pace.raise_after;
    }

    /// Wait for what happens next to the transaction, whose signed forms have these hashes.
    pub async fn next(&mut self, hashes: &[B256]) -> Result<Fate, TransportError> {
        let mut missing = 0;
        while Instant::now() < self.give_up_at {
            // The nonce first: a receipt that is missing after the nonce was used will never come.
            let used = self.provider.get_transaction_count(self.sender).await? > self.nonce;
            for &hash in hashes {
                if let Some(receipt) = self.provider.get_transaction_receipt(hash).await? {
                    return Ok(Fate::Mined(Box::new(receipt)));
                }
            }
            missing = if used { missing + 1 } else { 0 };
            if missing >= SURELY_MISSING {
                return Ok(Fate::NonceTaken);
            }
            if !used && Instant::now() >= self.raise_at {
                self.raise_at = Instant::now() + self.pace.raise_after;
                return Ok(Fate::Stuck);
            }
            tokio::time::sleep(self.pace.poll).await;
        }
        Ok(Fate::GivenUp)
    }
}
