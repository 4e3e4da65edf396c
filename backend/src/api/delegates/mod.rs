//! Who votes with how much.
pub mod list;
