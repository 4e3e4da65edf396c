//! Rewards that were claimed.
pub mod list;
