//! Deploying the contracts with `script/Deploy.s.sol`, and checking a deployment with `script/Verify.s.sol`.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use nix::sys::signal::Signal;
use tempfile::TempDir;

use crate::process::Process;
use crate::{DEV_MNEMONIC, Tools};

/// Longest wait for forge, which compiles first when a contract changed.
const PATIENCE: Duration = Duration::from_secs(900);

/// The deployment failed.
#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    /// forge could not be run.
    #[error("running {path}")]
    Spawn {
        /// The binary.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// forge ended with an error.
    #[error("forge script {script} failed ({status}):\n{output}")]
    Failed {
        /// Which script.
        script: &'static str,
        /// Its exit status.
        status: std::process::ExitStatus,
        /// Both of its output streams.
        output: String,
    },
    /// forge did not come to its end.
    #[error("forge script {script} was not done after {} s", PATIENCE.as_secs())]
    NotDone {
        /// Which script.
        script: &'static str,
    },
    /// The deployment file is not there.
    #[error("there is no deployment file {path}")]
    NoFile {
        /// Where it was expected.
        path: PathBuf,
    },
}

/// What to deploy to.
#[derive(Debug, Clone)]
pub struct Deploy<'a> {
    /// JSON-RPC endpoint of a chain whose account 0 is that of the [dev mnemonic](DEV_MNEMONIC).
    pub rpc_url: &'a str,
    /// JSON file with the addresses, written by the script. An existing one is replaced.
    pub file: PathBuf,
}

/// Deploys with dev account 0. Takes seconds; compiles first when a contract changed.
pub async fn deploy(tools: &Tools, deploy: &Deploy<'_>) -> Result<(), DeployError> {
    let folder = work_folder(tools)?;
    let written = folder.path().join("deployment.json");
    let mut command = script(tools, "script/Deploy.s.sol", deploy.rpc_url, folder.path(), &written);
    // One transaction at a time: Anvil sometimes loses one of many that arrive while it mines.
    command.args(["--broadcast", "--slow", "--mnemonics", DEV_MNEMONIC, "--mnemonic-indexes", "0"]);
    run(tools, command, "script/Deploy.s.sol").await?;
    std::fs::copy(&written, &deploy.file).map_err(|_| DeployError::NoFile { path: written.clone() })?;
    Ok(())
}

/// Checks every role and parameter of a deployment with `script/Verify.s.sol`.
pub async fn verify_deployment(tools: &Tools, rpc_url: &str, file: &Path) -> Result<(), DeployError> {
    let folder = work_folder(tools)?;
    let copy = folder.path().join("deployment.json");
    std::fs::copy(file, &copy).map_err(|_| DeployError::NoFile { path: file.to_path_buf() })?;
    let command = script(tools, "script/Verify.s.sol", rpc_url, folder.path(), &copy);
    run(tools, command, "script/Verify.s.sol").await
}

/// Scripts read and write only below the folders that foundry.toml allows, so their files are kept under `target/` and
/// copied from and to where they belong.
fn work_folder(tools: &Tools) -> Result<TempDir, DeployError> {
    let spawn_error = |source| DeployError::Spawn { path: tools.forge.clone(), source };
    let target = tools.root.join("target");
    std::fs::create_dir_all(&target).map_err(spawn_error)?;
    tempfile::Builder::new().prefix("deployment-").tempdir_in(&target).map_err(spawn_error)
}

fn script(tools: &Tools, script: &str, rpc_url: &str, folder: &Path, deployment_file: &Path) -> Command {
    let mut command = Command::new(&tools.forge);
    command
        .current_dir(&tools.root)
        .args(["script", script, "--rpc-url", rpc_url])
        .env("DEPLOYMENT_FILE", deployment_file)
        .env("FOUNDRY_BROADCAST", folder.join("broadcast"))
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    // The compiler from npm, unless the person has chosen one: forge cannot always download its own.
    let solc = tools.root.join("tools/solc");
    if solc.is_file() {
        command.env("FOUNDRY_SOLC", solc);
    }
    command
}

async fn run(tools: &Tools, command: Command, script: &'static str) -> Result<(), DeployError> {
    let spawn_error = |source| DeployError::Spawn { path: tools.forge.clone(), source };
    let mut process = Process::spawn(command, "forge", Signal::SIGTERM).map_err(spawn_error)?;
    let stdout = process.child().stdout.take().expect("stdout is piped");
    let stderr = process.child().stderr.take().expect("stderr is piped");
    let readers = [
        thread::spawn(move || io::read_to_string(stdout).unwrap_or_default()),
        thread::spawn(move || io::read_to_string(stderr).unwrap_or_default()),
    ];
    let ended = tokio::time::timeout(PATIENCE, process.wait()).await;
    let status = ended.map_err(|_| DeployError::NotDone { script })?.map_err(spawn_error)?;
    let output = readers.map(|reader| reader.join().unwrap_or_default()).join("\n");
    if status.success() { Ok(()) } else { Err(DeployError::Failed { script, status, output }) }
}
