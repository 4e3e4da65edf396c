//! The indexer against a real chain and a real database.

mod audit;
mod chaos;
mod crash;
mod kill;
mod lifecycle;
mod proxy;
mod reorg;
mod routine;
mod story;
mod tables;
