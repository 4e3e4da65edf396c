//! Optimisation: AdamW with readable state, gradient clipping and learning-rate schedules.
//!
//! Written here because libtorch's C++ optimisers neither expose their state nor let the epsilon be placed.

pub mod adamw;
pub mod clip;
pub mod schedule;

pub use adamw::{AdamW, AdamWConfig};
pub use clip::clip_by_global_norm;
pub use schedule::Schedule;
