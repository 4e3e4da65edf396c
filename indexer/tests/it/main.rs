//! The indexer against a real chain and a real database.

mod announcements;
mod audit;
mod chaos;
mod crash;
mod database;
mod kill;
mod lifecycle;
mod proxy;
mod reorg;
mod routine;
mod story;
mod tables;
