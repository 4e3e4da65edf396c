//! `polity up` and the single roles: start what is needed, in order, and stop it together.
use crate::config::Config;

/// All roles in one process, with a private Postgres and Anvil where none is configured.
pub async fn up(_config: Config) -> anyhow::Result<()> {
    anyhow::bail!("`up` is not part of this build")
}

/// The HTTP server alone.
pub async fn api(_config: Config) -> anyhow::Result<()> {
    anyhow::bail!("`api` is not part of this build")
}

/// The indexer alone.
pub async fn index(_config: Config) -> anyhow::Result<()> {
    anyhow::bail!("`index` is not part of this build")
}

/// Jobs alone.
pub async fn work(_config: Config) -> anyhow::Result<()> {
    anyhow::bail!("`work` is not part of this build")
}

/// Bring the database to this binary's schema.
pub async fn migrate(_config: Config) -> anyhow::Result<()> {
    anyhow::bail!("`migrate` is not part of this build")
}
