//! What changes on chain, as it happens.
mod pulse;
pub mod stream;

pub use pulse::Pulse;
