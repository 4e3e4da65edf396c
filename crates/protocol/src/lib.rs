//! The rules that every part of Polity must agree on bit for bit: ids, units, signed messages, Merkle trees, the reward
//! rule and the manifests of data and models.
//!
//! Everything here is pure: no input or output, no clock, no random numbers. The same code runs in the indexer, the
//! backend, the trainer and (compiled to WebAssembly) in the browser, so a payout or a model version means the same
//! everywhere. `contracts/test/vectors` binds it to the contracts and to the web page.
//!
//! To add a rule: one module here, its encodings as functions of plain values, and one file of vectors.

pub mod decimal;
pub mod eip712;
mod hasher;
pub mod ids;
pub mod labels;
pub mod manifest;
pub mod merkle;
mod recovery;
pub mod rewards;
pub mod roles;
pub mod version;

#[cfg(test)]
mod test_keys;

pub use hasher::Hasher;
pub use ids::{Choice, Epoch, ProposalId, ProposalState, Support};
pub use labels::{GoldWord, LabelWord, Seat, task_id};
pub use rewards::{CampaignTerms, EpochTerms};
