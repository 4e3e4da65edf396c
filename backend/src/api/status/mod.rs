//! How the platform is.
pub mod get;
mod providers;
