//! `polity doctor`: say what is wrong with the settings and the services behind them, and how to put it right.
use crate::{
    app::connect_pool,
    chain::{ChainHandle, ConnectError},
    config::Config,
    embedded,
    jobs::rlhf::Rlhf,
};
use alloy::{
    primitives::{U256, utils::format_ether},
    providers::Provider,
};
use anyhow::{Context, bail, ensure};
use localnet::read_deployment;
use std::path::Path;
use tokio::net::TcpListener;

/// Check everything and print one line each; the error counts what is wrong.
pub async fn run(config: Config) -> anyhow::Result<()> {
    let findings = [
        ("data folder", data_folder(&config.data.dir)),
        ("listening socket", listening(&config.server.listen).await),
        ("database", database(&config).await),
        ("chain", chain(&config).await),
        ("trainer and model server", trainer(&config).await),
    ];
    let mut n_wrong = 0;
    for (what, finding) in findings {
        match finding {
            Ok(good) => println!("ok     {what}: {good}"),
            Err(error) => {
                n_wrong += 1;
                println!("WRONG  {what}: {error:#}");
            }
        }
    }
    ensure!(n_wrong == 0, "{n_wrong} of these must be put right first");
    Ok(())
}

fn data_folder(dir: &Path) -> anyhow::Result<String> {
    std::fs::create_dir_all(dir)
        .with_context(|| format!("{} cannot be created; set data.dir", dir.display()))?;
    tempfile::tempfile_in(dir).with_context(|| format!("{} is not writable; set data.dir", dir.display()))?;
    Ok(dir.display().to_string())
}

async fn listening(listen: &str) -> anyhow::Result<String> {
    let bound = TcpListener::bind(listen).await;
    bound.with_context(|| {
        format!("{listen} cannot be used; is polity running already? Else set server.listen")
    })?;
    Ok(format!("{listen} is free"))
}

async fn database(config: &Config) -> anyhow::Result<String> {
    if config.database.url.is_empty() {
        return private_tools("database.url");
    }
    let pool = connect_pool(&config.database.url, 1).await?;
    let applied: Vec<i64> =
        sqlx::query_scalar("select version from _sqlx_migrations where success order by version")
            .fetch_all(&pool)
            .await
            .context("the database was never migrated; run `polity migrate`")?;
    let missing = storage::MIGRATOR.iter().filter(|migration| !applied.contains(&migration.version)).count();
    ensure!(missing == 0, "{missing} migrations are missing; run `polity migrate`");
    Ok(format!("migrated, {} migrations", applied.len()))
}

async fn chain(config: &Config) -> anyhow::Result<String> {
    if config.chain.rpc_url.is_empty() {
        return private_tools("chain.rpc_url");
    }
    let deployment = read_deployment(&config.deployment_path())?;
    let chain = match ChainHandle::connect(config, &config.chain.rpc_url, deployment).await {
        Ok(chain) => chain,
        Err(error @ ConnectError::NoKey) => {
            bail!("{error}; write the key to a file of mode 0600 and name it there")
        }
        Err(error) => return Err(error.into()),
    };
    let operator = chain.operator.address();
    let balance = chain.provider.get_balance(operator).await?;
    ensure!(!balance.is_zero(), "the operator {operator} has no ether to pay for transactions with");
    let bond = bond(&chain).await?;
    Ok(format!("chain {}, operator {operator}, {bond}", chain.chain_id))
}

/// An epoch that cannot be opened or paid for want of a bond should be known beforehand.
async fn bond(chain: &ChainHandle) -> anyhow::Result<String> {
    let (free, reserved) = chain.bond().await?;
    let unlocked = chain.unlocked_balance().await?;
    let needed = chain.operator_bond(U256::ZERO).await? + chain.proposer_bond(U256::ZERO).await?;
    ensure!(
        free + reserved + unlocked >= needed,
        "the operator needs {} POL for the bonds of one epoch, more for a large budget, and has {} POL in bonds and {} \
         POL unlocked; send it tokens",
        format_ether(needed),
        format_ether(free + reserved),
        format_ether(unlocked)
    );
    Ok(format!("{} POL bonded, {} POL unlocked", format_ether(free + reserved), format_ether(unlocked)))
}

fn private_tools(setting: &str) -> anyhow::Result<String> {
    let tools =
        embedded::tools().with_context(|| format!("{setting} is empty, so `polity up` starts its own"))?;
    let missing: Vec<String> = tools.missing().iter().map(ToString::to_string).collect();
    ensure!(missing.is_empty(), "{}", missing.join("; "));
    Ok("`polity up` starts its own".to_owned())
}

async fn trainer(config: &Config) -> anyhow::Result<String> {
    let rlhf = Rlhf::find(&config.model);
    let path = rlhf.binary().display();
    let output = rlhf.command().arg("--version").output().await;
    let output =
        output.with_context(|| format!("{path} cannot be run; build it with `make`, or set model.rlhf"))?;
    ensure!(
        output.status.success(),
        "{path} --version failed: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(format!("{} ({path})", String::from_utf8_lossy(&output.stdout).trim()))
}
