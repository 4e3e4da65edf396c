//! `polity doctor`: say what is wrong with the settings and the services behind them, and how to put it right.
use crate::config::Config;

/// Check everything and print one line each.
pub async fn run(_config: Config) -> anyhow::Result<()> {
    anyhow::bail!("`doctor` is not part of this build")
}
