//! Schema `app`: what people and jobs did off chain. One file per table; call functions through their table:
//! `preferences::insert(…)`. The API and the jobs are the only writers.
//!
//! A function takes `&mut PgConnection` when one statement does the job, and the caller owns the transaction when several
//! belong together. To add a table: a migration with comments, a file here, a paragraph in the crate's README.
pub mod campaigns;
pub mod checkpoints;
pub mod datasets;
pub mod epochs;
pub mod jobs;
pub mod nonces;
pub mod payout_leaves;
pub mod preferences;
pub mod prompts;
pub mod refresh_tokens;
pub mod runs;
pub mod seats;
pub mod secrets;
pub mod session_keys;
pub mod slots;
pub mod statements;
pub mod tasks;
pub mod transactions;
