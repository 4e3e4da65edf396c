//! Proof, after the fact, that the stored events of a block are all that it has.

use crate::{Indexer, IndexerError, metrics, rpc::RpcError};
use std::time::Instant;
use storage::chain::{blocks, cursor::Cursor};

impl Indexer {
    /// Check every stored block from `from` to `to` against its receipts, proved before or not, and correct what differs.
    /// Only one indexer may do so: false as the first value when another one is at work. Returns how many blocks were
    /// checked and how many were wrong.
    ///
    /// # Errors
    /// See [`IndexerError`].
    pub async fn verify(&mut self, from: u64, to: u64) -> Result<(bool, u64, u64), IndexerError> {
        if !self.hold_lock().await? {
            return Ok((false, 0, 0));
        }
        blocks::forget_verified(&mut *self.writer.pool.acquire().await?, from, to).await?;
        let (mut n_checked, before) = (0, self.status.borrow().n_corrected);
        while let Some(cursor) = self.cursor().await? {
            match self.verify_some(&cursor).await? {
                0 => break,
                n => n_checked += n as u64,
            }
        }
        Ok((true, n_checked, self.status.borrow().n_corrected - before))
    }

    /// Check the next blocks that are not proved yet. Returns how many there were.
    pub(crate) async fn verify_some(&self, cursor: &Cursor) -> Result<usize, IndexerError> {
        let limit = u32::try_from(self.portion).unwrap_or(1);
        let unverified = blocks::list_unverified(&mut *self.writer.pool.acquire().await?, limit).await?;
        if unverified.is_empty() {
            return Ok(0);
        }
        let numbers: Vec<u64> = unverified.iter().map(|block| block.number).collect();
        let proving = Instant::now();
        let headers = self.node.headers_at(&numbers).await?;
        if let Some((block, _)) =
            unverified.iter().zip(&headers).find(|(block, header)| block.hash != header.hash)
        {
            return Err(RpcError::Moved(block.number).into());
        }
        let proofs = self.node.proved_logs_of(&headers).await?;
        let checked = self.writer.compare(unverified, proofs).await?;
        metrics::part("prove", proving);
        let n_corrected = self.writer.record(cursor, &checked).await?;
        if n_corrected > 0 {
            tracing::error!(
                n_blocks = n_corrected,
                first = numbers[0],
                "the node had not told all events of these blocks; they are corrected"
            );
            self.status.send_modify(|status| status.n_corrected += n_corrected as u64);
            self.node.rotate();
        }
        Ok(checked.len())
    }
}
