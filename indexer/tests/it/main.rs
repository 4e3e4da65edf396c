//! The indexer against a real chain and a real database.

mod crash;
mod lifecycle;
mod reorg;
mod routine;
mod story;
mod tables;
