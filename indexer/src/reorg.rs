//! Where two chains part.

use crate::rpc::{Node, RpcError};
use sqlx::PgConnection;
use storage::chain::blocks::{self, Block};

/// Why no fork point could be found.
#[derive(Debug, thiserror::Error)]
pub enum ForkError {
    /// See [`RpcError`].
    #[error(transparent)]
    Rpc(#[from] RpcError),
    /// The stored blocks cannot be read.
    #[error("cannot read the stored blocks")]
    Database(#[from] sqlx::Error),
}

/// The last stored block up to `below` that the node has too; `None` when not even the first is the same.
///
/// Blocks that both chains have come before all others, so this is a binary search: about log2(n) headers.
pub async fn fork_point(
    conn: &mut PgConnection,
    node: &Node,
    below: u64,
) -> Result<Option<Block>, ForkError> {
    let Some(first) = blocks::first_number(conn).await? else { return Ok(None) };
    let Some(mut shared) = shared_block(conn, node, first).await? else { return Ok(None) };
    let mut different = below + 1;
    while different - shared.number > 1 {
        let middle = shared.number + (different - shared.number) / 2;
        match shared_block(conn, node, middle).await? {
            Some(block) => shared = block,
            None => different = middle,
        }
    }
    Ok(Some(shared))
}

async fn shared_block(conn: &mut PgConnection, node: &Node, number: u64) -> Result<Option<Block>, ForkError> {
    let Some(stored) = blocks::find(conn, number).await? else { return Ok(None) };
    let header = node.header(number).await?;
    Ok(header.filter(|header| header.hash == stored.hash).map(|_| stored))
}
