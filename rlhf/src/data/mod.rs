//! From files to padded batches of token ids.
//!
//! To add a kind of dataset: a line type in `protocol::manifest`, a reader in [`dataset`], its encoding in [`encode`].

pub mod batch;
pub mod dataset;
pub mod encode;
pub mod layout;
pub mod pack;

pub use batch::Batch;
pub use dataset::{Dataset, DatasetError};
