//! Postgres: one migrations tree, schema `app` written by the API and the jobs, schema `chain` written by the indexer.
//! The README describes every table.
pub mod app;
pub mod chain;
pub mod columns;
mod copy;
mod pool;
pub mod wei;

pub use pool::pool_options;

/// All migrations, in the binary.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!();
