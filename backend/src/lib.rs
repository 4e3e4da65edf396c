//! The platform's server side. `app` is what all roles share; `api` answers people, `jobs` does the work that they cause,
//! `chain` speaks to the contracts, `supervise` puts the roles into processes.
pub mod aggregation;
pub mod api;
pub mod app;
pub mod assignment;
pub mod auth;
pub mod blobs;
pub mod chain;
pub mod challenge;
pub mod clock;
pub mod config;
pub mod doctor;
pub mod embedded;
pub mod engine;
pub mod epoch_cli;
mod epoch_votes;
pub mod jobs;
pub mod limits;
pub mod metrics;
pub mod settled;
pub mod standing;
pub mod supervise;
pub mod verify;
