//! What of the chain cannot change any more: the node's word, or time.

use crate::{Indexer, IndexerError, config::Finality, rpc};
use alloy::{primitives::B256, rpc::types::Header};
use std::time::Instant;
use storage::chain::{
    blocks::{self, Verified},
    cursor::{Cursor, Marks},
};

/// What the node calls final.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tags {
    pub safe: Option<Header>,
    pub finalized: Option<Header>,
    pub asked_at: Option<Instant>,
}

impl Tags {
    pub fn marks(&self) -> Marks {
        let number = |header: &Option<Header>| header.as_ref().map_or(0, |header| header.number);
        Marks { safe: number(&self.safe).max(number(&self.finalized)), finalized: number(&self.finalized) }
    }
}

impl Indexer {
    /// Ask now and then; new blocks do not wait for it more than once in a while.
    pub(crate) async fn look_at_finality(&mut self) -> Result<(), IndexerError> {
        let due = self.tags.asked_at.is_none_or(|at| at.elapsed() >= self.config.finality_poll);
        if due && self.config.finality == Finality::Tags {
            let [safe, finalized] = self.node.tags().await?;
            self.tags = Tags { safe, finalized, asked_at: Some(Instant::now()) };
        }
        Ok(())
    }

    /// What is final of the blocks that we hold.
    pub(crate) async fn marks(&self, head: &Header) -> Result<Marks, IndexerError> {
        let Finality::Seconds(seconds) = self.config.finality else { return Ok(self.tags.marks()) };
        let limit = rpc::block(head, Verified::Not)?.mined_at - chrono::TimeDelta::seconds(seconds.into());
        let conn = &mut *self.writer.pool.acquire().await?;
        let finalized = blocks::last_mined_by(conn, limit).await?.unwrap_or(0);
        Ok(Marks { safe: finalized, finalized })
    }

    /// The last block up to which the chain can be read without fear of a fork, and its hash if the node named it.
    pub(crate) async fn cold_end(
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
}
