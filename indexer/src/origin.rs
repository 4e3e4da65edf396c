//! Which chain and which contracts the tables are of: the first cursor, and what to do when they are of others.

use crate::{
    Indexer, IndexerError, Progress,
    finality::Tags,
    rpc::{self, RpcError},
};
use alloy::primitives::B256;
use storage::chain::{
    blocks::Verified,
    cursor::{Cursor, Marks},
};

impl Indexer {
    /// Whether the stored chain or deployment is not the configured one. Remembers the genesis when all is well.
    pub(crate) async fn is_other_chain(&mut self, cursor: &Cursor) -> Result<bool, IndexerError> {
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
    pub(crate) async fn begin(&mut self) -> Result<Progress, IndexerError> {
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

    pub(crate) async fn reset(&mut self) -> Result<Progress, IndexerError> {
        self.writer.reset().await?;
        (self.genesis, self.tags, self.held) = (None, Tags::default(), None);
        Ok(Progress::Reset)
    }
}
