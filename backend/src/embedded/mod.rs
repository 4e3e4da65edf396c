//! Servers that `polity up` starts for itself when none is configured: Postgres and Anvil. They live under the data
//! folder and end with this process.
pub mod anvil;
pub mod postgres;

use localnet::{Tools, tools::NoCheckout};
use std::path::Path;

/// The toolchain of the checkout that we are run in, or were built in.
///
/// # Errors
/// [`NoCheckout`] outside of any checkout: then a database and an RPC endpoint must be configured.
pub fn tools() -> Result<Tools, NoCheckout> {
    let here = std::env::current_dir().unwrap_or_default();
    let binary = std::env::current_exe().unwrap_or_default();
    Tools::find(&here)
        .or_else(|_| Tools::find(&binary))
        .or_else(|_| Tools::find(Path::new(env!("CARGO_MANIFEST_DIR"))))
}
