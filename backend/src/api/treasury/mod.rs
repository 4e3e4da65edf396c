//! The DAO's money.
pub mod get;
