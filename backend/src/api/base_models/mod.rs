//! Weights from elsewhere, for admins.
pub mod create;
