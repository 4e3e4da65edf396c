//! How far the indexer is, what a step did and why one failed.

use crate::rpc::RpcError;
use std::time::Duration;
use storage::chain::cursor::Marks;

/// How far the indexer is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// The node's latest block.
    pub head: u64,
    /// The last block whose events are in the tables.
    pub indexed: u64,
    /// What of it is how final.
    pub marks: Marks,
    /// Another indexer holds the lock.
    pub standby: bool,
    /// Reorganisations since the start.
    pub n_reorgs: u64,
    /// Blocks since the start whose events were not those that the node had given at first.
    pub n_corrected: u64,
    /// The block of the last audit.
    pub audited: u64,
    /// Values of the tables that the last audit found to differ from the contracts.
    pub n_differences: u64,
    /// For how long old blocks were waited for, since the start.
    pub waited: Duration,
    /// For how long old blocks were written.
    pub wrote: Duration,
    /// A finalized block was replaced: what cannot be undone must wait until somebody has looked at it.
    pub finality_violated: bool,
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
    /// Noted what is final now.
    Finalized(u64),
    /// Checked so many blocks against their receipts.
    Verified(usize),
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
    /// The indexed chain is another one, and resetting is not allowed.
    #[error("the indexed chain is another one ({0}); a new database is needed")]
    OtherChain(&'static str),
}

impl IndexerError {
    /// Whether trying again cannot help.
    pub fn is_fatal(&self) -> bool {
        matches!(self, Self::OtherChain(_) | Self::Rpc(RpcError::Url(_) | RpcError::WrongChain { .. }))
    }
}
