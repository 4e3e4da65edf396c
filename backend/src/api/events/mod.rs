//! What changes on chain, as it happens.
pub mod stream;
