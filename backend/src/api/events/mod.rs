//! What changes on chain, as it happens.
mod live;
pub mod stream;

pub use live::Live;
