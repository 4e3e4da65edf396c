//! Signed answers.
pub mod create;
