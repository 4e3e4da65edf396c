//! The loop around the steps: pauses, hints and patience.

use crate::{Indexer, IndexerError, Progress, hints};
use std::{
    future::Future,
    pin::pin,
    time::{Duration, Instant},
};

/// Rows of each table that are compared with the contracts at a time.
const AUDIT_SAMPLE: usize = 8;
/// Longest pause after failures.
const MAX_BACKOFF: Duration = Duration::from_secs(30);

impl Indexer {
    /// Follow the chain until `shutdown` completes. Failures of the node and the database are waited out.
    ///
    /// # Errors
    /// Those for which [`IndexerError::is_fatal`] holds.
    pub async fn run(mut self, shutdown: impl Future<Output = ()>) -> Result<(), IndexerError> {
        let mut shutdown = pin!(shutdown);
        let hints = hints::listen(self.config.ws_url.as_deref());
        let mut backoff = self.config.poll;
        let mut audited_at = None;
        loop {
            // A step that is dropped half-way leaves no trace: its transaction is rolled back.
            let result = tokio::select! {
                () = &mut shutdown => return Ok(()),
                result = self.sync_once() => result,
            };
            let failed = match result {
                Ok(progress) => {
                    backoff = self.config.poll;
                    let is_due = |at: Instant| at.elapsed() >= self.config.audit_poll;
                    if progress == Progress::Current && audited_at.is_none_or(is_due) {
                        tokio::select! {
                            () = &mut shutdown => return Ok(()),
                            // A new block comes first; the audit is put off.
                            () = hints.heard() => {
                                self.announced = hints.take();
                                continue;
                            }
                            audit = self.audit(Some(AUDIT_SAMPLE)) => {
                                audited_at = Some(Instant::now());
                                if let Err(error) = audit {
                                    tracing::warn!(error = &error as &dyn std::error::Error, "no audit");
                                }
                            }
                        }
                    }
                    false
                }
                Err(error) if error.is_fatal() => return Err(error),
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "indexing failed, trying again");
                    backoff = (backoff * 2).min(MAX_BACKOFF);
                    true
                }
            };
            tokio::select! {
                () = &mut shutdown => return Ok(()),
                () = tokio::time::sleep(backoff) => {}
                // The node says that there is a block; after a failure it is left alone for a while.
                () = hints.heard(), if !failed => self.announced = hints.take(),
            }
        }
    }
}
