//! A private Postgres and a private Ethereum chain, as child processes.
//!
//! `polity up` runs on them when no database or RPC endpoint is configured, and the test kit runs on them always.
//! Every child dies with the process that started it, even when that one is killed with SIGKILL.
//!
//! | file | holds |
//! |---|---|
//! | [`tools`] | where the binaries are (the npm toolchain of a checkout, or configured paths) |
//! | [`process`] | a child that never outlives its parent |
//! | [`postgres`] | initdb, start, clean stop, restart after a crash |
//! | [`anvil`] | the chain |
//! | [`deploy`] | the contracts, by the forge script |
//! | [`deployment`] | the addresses that the script writes, on any chain |

pub mod anvil;
pub mod deploy;
pub mod deployment;
pub mod postgres;
pub mod process;
pub mod tools;

pub use anvil::{Anvil, AnvilOptions};
pub use deploy::{Deploy, deploy, verify_deployment};
pub use deployment::{DeploymentError, read_deployment};
pub use postgres::{Postgres, PostgresOptions};
pub use tools::Tools;

/// The mnemonic of Anvil's prefunded accounts. Public knowledge: worth nothing on any real chain.
pub const DEV_MNEMONIC: &str = "test test test test test test test test test test test junk";

/// Chain id of a local Anvil.
pub const DEV_CHAIN_ID: u64 = 31337;

/// Prefunded accounts that a local chain is started with.
pub const DEV_ACCOUNTS: u32 = 40;
