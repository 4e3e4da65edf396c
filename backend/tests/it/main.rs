//! The platform as a whole: a real chain, a real database, the server over HTTP, people with real signatures.
//! Each story is one file that reads from top to bottom; `support` holds what the stories share.
mod bonds;
mod crash_recovery;
mod disproved_payouts;
mod finality;
mod frauds;
mod label_to_claim;
mod lost_votes;
mod served_version;
mod session_keys;
mod silent_operator;
mod stuck_transactions;
mod support;
mod train_to_serve;
mod up;
