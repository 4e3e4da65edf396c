//! Reward models and PPO for language models on libtorch, and the server that speaks with the trained model.
//!
//! Reads dataset and checkpoint folders and writes checkpoint folders. Knows no chain and no database: a folder's hash is
//! all that the rest of the platform needs.

pub mod algo;
pub mod convert;
pub mod data;
pub mod generate;
pub mod memory;
pub mod model;
pub mod optim;
pub mod report;
pub mod run;
pub mod serve;
mod simd;
pub mod tokenizer;
