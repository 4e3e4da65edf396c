//! What integration tests run on: a real Postgres and a real chain with the contracts deployed, all on free ports.
//!
//! ```no_run
//! # async fn test() {
//! // A fresh database with every migration applied; the server is shared by the tests of this process.
//! let db = testkit::TestDb::new().await;
//! sqlx::query("select 1").execute(&db.pool).await.unwrap();
//!
//! // A chain of one's own: Anvil, a block per transaction, with the contracts of `script/Deploy.s.sol`.
//! let chain = testkit::TestChain::start().await;
//! println!("{} {:?}", chain.rpc_url(), chain.deployment().contracts.governor);
//!
//! // Every sender is an index into Anvil's accounts: see [`account`].
//! // chain.send(account::labeler(0), token, &lockAndCallCall { .. }).await          panics on a revert
//! // chain.try_send(account::labeler(0), token, &lockAndCallCall { .. }).await      Err(reason) on a revert
//! // chain.call(token, &balanceOfCall { .. }).await
//! chain.warp(30).await; // moves the chain's clock and mines a block
//! chain.mine(2).await;
//!
//! // Governance in one step: propose, wait, the three voters vote For, wait, queue, wait, execute.
//! // let id = chain.pass(account::OPERATOR, vec![chain.action(to, &someCall {})], "Title\n\nWhy").await;
//! # }
//! ```
//!
//! Helpers panic with what went wrong: a test has no better use for an error.

pub mod account;
mod chain;
mod database;
mod governance;
mod snapshot;

pub use account::Account;
pub use bindings::{Contracts, Deployment};
pub use chain::TestChain;
pub use database::TestDb;
pub use governance::Action;
pub use localnet::Tools;

use std::path::Path;

/// The toolchain of this checkout.
pub fn tools() -> Tools {
    let tools =
        Tools::find(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("the test kit is inside a checkout");
    let missing = tools.missing();
    assert!(missing.is_empty(), "{}", missing.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "));
    tools
}
