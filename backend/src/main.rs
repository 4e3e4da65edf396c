//! The `polity` binary: one program, one role (or all of them) per process.
use backend::{api, challenge, config::Config, doctor, epoch_cli, supervise, verify};
use clap::{Parser, Subcommand};
use std::{path::PathBuf, process::ExitCode};
use tracing_subscriber::EnvFilter;

/// Polity: people label, a vote pays them and decides which model is served.
#[derive(Debug, Parser)]
#[command(name = "polity", version)]
struct Cli {
    /// Settings file over the defaults; POLITY__SECTION__KEY variables win over both
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    role: Role,
}

#[derive(Debug, Subcommand)]
enum Role {
    /// Everything on this machine: database, chain, indexer, jobs, model server and web page
    Up,
    /// The HTTP server alone; any number can run
    Api,
    /// The indexer alone; one runs, others wait
    Index,
    /// Jobs alone; any number can run
    Work,
    /// Bring the database to this binary's schema
    Migrate,
    /// After a final block was replaced and you have looked at it: let jobs, models and roles go on
    Acknowledge,
    /// Recompute something and compare it with the chain
    Verify {
        #[command(subcommand)]
        target: verify::Target,
    },
    /// Look for anything wrong in epochs, and send what proves it
    Challenge(challenge::Args),
    /// See what an epoch waits for and why it pays what it pays, and take the steps that anybody may take
    Epoch {
        #[command(subcommand)]
        command: epoch_cli::Command,
    },
    /// Say what is wrong with this installation and how to put it right
    Doctor,
    /// Print the OpenAPI document of the HTTP server
    Openapi,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(
            EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn")),
        )
        .init();
    if matches!(cli.role, Role::Openapi) {
        print!("{}", api::openapi_json());
        return Ok(ExitCode::SUCCESS);
    }
    let config = Config::load(cli.config.as_deref())?;
    match cli.role {
        Role::Up => supervise::up(config).await,
        Role::Api => supervise::api(config).await,
        Role::Index => supervise::index(config).await,
        Role::Work => supervise::work(config).await,
        Role::Migrate => supervise::migrate(config).await,
        Role::Acknowledge => supervise::acknowledge(config).await,
        Role::Verify { target } => verify::run(config, target).await,
        Role::Challenge(args) => return challenge::run(config, args).await,
        Role::Epoch { command } => {
            print!("{}", epoch_cli::run(&config, command).await?);
            Ok(())
        }
        Role::Doctor => doctor::run(config).await,
        Role::Openapi => Ok(()),
    }?;
    Ok(ExitCode::SUCCESS)
}
