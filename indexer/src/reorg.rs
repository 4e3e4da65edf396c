//! Going back to the last block that the node's chain shares with ours.

use crate::{Indexer, IndexerError, Progress, chain::ForkSearch, finality::Tags, metrics, rpc::RpcError};
use storage::chain::{
    blocks::{self, Block},
    cursor::Cursor,
};

impl Indexer {
    pub(crate) async fn unwind(&mut self, cursor: &Cursor, differs: u64) -> Result<Progress, IndexerError> {
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
        metrics::reorganised(depth);
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
}
