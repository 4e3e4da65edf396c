//! Files by the hash of their bytes.
pub mod get;
