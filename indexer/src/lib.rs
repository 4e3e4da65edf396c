//! Chain to Postgres: follows the head, stores the events of our contracts and folds them into schema `chain`.
//!
//! | file | holds |
//! |---|---|
//! | [`chain`] | pure: what a head means for what we hold, and where two chains part |
//! | `follow` | what to do next: extend, wait, unwind, start over |
//! | `origin`, `reorg`, `finality` | which chain it is, where to go back to, what cannot change |
//! | `run`, `hints` | the loop around it, woken by the node's announcements |
//! | `backfill` | old blocks: fetched in parallel, written in order |
//! | `metrics` | what is counted for Prometheus |
//! | `verify` | proof that the stored events are complete |
//! | [`audit`] | the tables beside what the contracts say at a final block |
//! | `rpc/` | heads, headers, logs and receipts from the node, checked |
//! | [`decode`](mod@decode) | log → [`events::ChainEvent`]; the only place that knows ABIs |
//! | `apply/<contract>` | event → rows |
//! | `store/` | one transaction: blocks, logs, rows, journal, feed and cursor |
//!
//! What holds at every commit: the tables are the fold of exactly the events up to the cursor's block. One transaction
//! holds everything that a batch changes, and the cursor moves by compare-and-swap on the block's hash, so a crash, a
//! second indexer or a lying timestamp cannot make a row appear twice or go missing. A reorganisation is a *different hash
//! at a height that we hold*; a node that is merely behind is waited for, and `removed` flags are not looked at.
//!
//! To follow another contract: its events in [`events`], their decoding in [`decode`](mod@decode), one file in `apply`, one
//! table in `storage::chain`.

mod apply;
pub mod audit;
mod backfill;
pub mod chain;
mod config;
pub mod decode;
pub mod events;
mod finality;
mod follow;
mod hints;
mod metrics;
mod origin;
mod reorg;
mod rpc;
mod run;
mod status;
mod store;
mod verify;

pub use config::{FailPoint, Finality, IndexerConfig, Verify};
pub use rpc::{RpcError, RpcFailure};
pub use status::{IndexerError, Progress, Status};

pub use follow::Indexer;
