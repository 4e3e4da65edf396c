//! Does honesty pay best? Simulated labelers of many kinds, paid by the very functions that the product pays with.
//!
//! Files follow the computation: [`world`] (one block: tasks, truths, gold, queues) → [`strategy`] (what a labeler does with
//! its queue) → [`epoch`] (what `protocol::rewards` pays for it) → [`scenario`] (who deviates, and the statistics) →
//! [`sweep`] (the smallest safe parameters), [`gate`] (other gold rules) and [`bonds`] (proposers, challengers, operators) →
//! [`report`]. Randomness is passed in; the same seed gives the same tables.
//!
//! To add a strategy: one line in [`scenario::all`].

pub mod bonds;
pub mod dice;
pub mod epoch;
pub mod gate;
pub mod report;
pub mod scenario;
mod stats;
pub mod strategy;
pub mod sweep;
pub mod world;

pub use stats::{Sample, Z};
pub use world::Setting;
