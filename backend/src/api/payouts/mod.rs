//! What an account can claim.
pub mod get;
