//! The HTTP server on a real database and a real chain: who may do what, and what is refused. The platform's stories are
//! in `tests/it`.
mod blocks;
mod campaigns;
mod disputes;
mod labels;
mod metrics;
mod pages;
mod permissions;
mod sign_in;
mod streams;
mod support;
