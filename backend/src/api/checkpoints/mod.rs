//! Files of trained weights.
pub mod get_file;
