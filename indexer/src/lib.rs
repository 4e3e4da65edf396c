//! Chain to Postgres: follows the head, stores the events of our contracts and folds them into schema `chain`.
//!
//! | file | holds |
//! |---|---|
//! | [`follow`](mod@follow) | what to do next: extend, wait, unwind, start over |
//! | `rpc` | heads, headers and logs from the node |
//! | [`decode`](mod@decode) | log → [`events::ChainEvent`]; the only place that knows ABIs |
//! | `apply/<contract>` | event → rows |
//! | `write` | one transaction: blocks, logs, rows, feed and cursor |
//! | `reorg` | the fork point, unwinding and rebuilding |
//!
//! What holds at every commit: the tables are the fold of exactly the events up to the cursor's block. One transaction
//! holds everything that a batch changes, and the cursor moves by compare-and-swap on the block's hash, so a crash, a
//! second indexer or a lying timestamp cannot make a row appear twice or go missing. A reorganisation is a *different hash
//! at a height that we hold*; a node that is merely behind is waited for, and `removed` flags are not looked at.
//!
//! To follow another contract: its events in [`events`], their decoding in [`decode`](mod@decode), one file in `apply`, one
//! table in `storage::chain`.

mod apply;
pub mod decode;
pub mod events;
pub mod follow;
mod reorg;
mod rpc;
mod write;

pub use follow::{Indexer, IndexerConfig, IndexerError, Progress, Status};
