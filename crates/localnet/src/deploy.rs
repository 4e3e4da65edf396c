//! Deploying the contracts with `script/Deploy.s.sol`.

use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;

use nix::sys::signal::Signal;

use crate::process::Process;
use crate::{DEV_MNEMONIC, Tools};

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
    #[error("forge script script/Deploy.s.sol failed ({status}):\n{output}")]
    Failed {
        /// Its exit status.
        status: std::process::ExitStatus,
        /// Both of its output streams.
        output: String,
    },
    /// forge was content but the deployment file is not there.
    #[error("the deploy script wrote no {path}")]
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
///
/// The script writes only below the folders that foundry.toml allows, so the addresses go to a file under `target/`
/// first and are copied to their place.
pub async fn deploy(tools: &Tools, deploy: &Deploy<'_>) -> Result<(), DeployError> {
    let spawn_error = |source| DeployError::Spawn { path: tools.forge.clone(), source };
    let target = tools.root.join("target");
    std::fs::create_dir_all(&target).map_err(spawn_error)?;
    let folder = tempfile::Builder::new().prefix("deployment-").tempdir_in(&target).map_err(spawn_error)?;
    let written = folder.path().join("deployment.json");

    let mut command = Command::new(&tools.forge);
    command
        .current_dir(&tools.root)
        .args(["script", "script/Deploy.s.sol", "--rpc-url", deploy.rpc_url, "--broadcast", "--slow"])
        .args(["--mnemonics", DEV_MNEMONIC, "--mnemonic-indexes", "0"])
        .env("DEPLOYMENT_FILE", &written)
        .env("FOUNDRY_BROADCAST", folder.path().join("broadcast"))
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    // The compiler from npm, unless the person has chosen one: forge cannot always download its own.
    let solc = tools.root.join("tools/solc");
    if solc.is_file() {
        command.env("FOUNDRY_SOLC", solc);
    }
    let mut process = Process::spawn(command, "forge", Signal::SIGTERM).map_err(spawn_error)?;
    let stdout = process.child().stdout.take().expect("stdout is piped");
    let stderr = process.child().stderr.take().expect("stderr is piped");
    let readers = [
        thread::spawn(move || io::read_to_string(stdout).unwrap_or_default()),
        thread::spawn(move || io::read_to_string(stderr).unwrap_or_default()),
    ];
    let status = process.wait().await.map_err(spawn_error)?;
    let output = readers.map(|reader| reader.join().unwrap_or_default()).join("\n");
    if !status.success() {
        return Err(DeployError::Failed { status, output });
    }
    std::fs::copy(&written, &deploy.file).map_err(|_| DeployError::NoFile { path: written.clone() })?;
    Ok(())
}
