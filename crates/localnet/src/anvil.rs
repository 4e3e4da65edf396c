//! Anvil: a chain of one's own.

use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use nix::sys::signal::Signal;
use tokio::sync::oneshot;

use crate::process::Process;
use crate::{DEV_ACCOUNTS, DEV_CHAIN_ID, DEV_MNEMONIC, Tools};

/// Anvil did not come up.
#[derive(Debug, thiserror::Error)]
pub enum AnvilError {
    /// The binary could not be run.
    #[error("starting {path}")]
    Spawn {
        /// The binary.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It ended, or was silent for too long, before it listened.
    #[error("anvil did not start to listen: {output}")]
    NotListening {
        /// What it printed.
        output: String,
    },
}

/// Gas of a block, as on Ethereum's main network. The whole deployment is sent at once, and what does not fit into Anvil's
/// own 30,000,000 would be lost.
const BLOCK_GAS: u64 = 60_000_000;
/// Loading a state of many blocks is the slowest start.
const START_DEADLINE: Duration = Duration::from_secs(120);

/// How to run the chain.
#[derive(Debug, Clone, Default)]
pub struct AnvilOptions {
    /// File that the chain is loaded from, and written to every second and at the end.
    pub state: Option<PathBuf>,
    /// A block every so many seconds; `None` = a block for every transaction.
    pub block_time_s: Option<u64>,
    /// Port on 127.0.0.1; 0 = any free one.
    pub port: u16,
}

/// A running chain.
#[derive(Debug)]
pub struct Anvil {
    process: Process,
    port: u16,
}

impl Anvil {
    /// Starts Anvil with the [dev mnemonic](DEV_MNEMONIC) and waits until it listens.
    pub async fn start(tools: &Tools, options: &AnvilOptions) -> Result<Anvil, AnvilError> {
        let mut command = Command::new(&tools.anvil);
        command
            .args(["--host", "127.0.0.1", "--port", &options.port.to_string()])
            .args(["--chain-id", &DEV_CHAIN_ID.to_string()])
            .args(["--mnemonic", DEV_MNEMONIC, "--accounts", &DEV_ACCOUNTS.to_string()])
            .args(["--gas-limit", &BLOCK_GAS.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(seconds) = options.block_time_s {
            command.args(["--block-time", &seconds.to_string()]);
        }
        if let Some(file) = &options.state {
            command.arg("--state").arg(file).args(["--state-interval", "1"]);
        }
        let mut process = Process::spawn(command, "anvil", Signal::SIGINT)
            .map_err(|source| AnvilError::Spawn { path: tools.anvil.clone(), source })?;
        let listening = watch_output(&mut process);
        let port = match tokio::time::timeout(START_DEADLINE, listening).await {
            Ok(Ok(Ok(port))) => port,
            Ok(Ok(Err(output))) => return Err(AnvilError::NotListening { output }),
            Ok(Err(_)) | Err(_) => {
                return Err(AnvilError::NotListening {
                    output: format!("nothing within {START_DEADLINE:?}"),
                });
            }
        };
        Ok(Anvil { process, port })
    }

    /// `http://127.0.0.1:<port>`.
    pub fn rpc_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// TCP port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The exit status, if it has ended.
    pub fn try_wait(&mut self) -> io::Result<Option<std::process::ExitStatus>> {
        self.process.try_wait()
    }
}

/// Reads both pipes for as long as they are open, so that Anvil never blocks on a full one. Answers with the port, or
/// with everything printed when the output ends first.
fn watch_output(process: &mut Process) -> oneshot::Receiver<Result<u16, String>> {
    let (sender, receiver) = oneshot::channel();
    let stdout = process.child().stdout.take().expect("stdout is piped");
    let stderr = process.child().stderr.take().expect("stderr is piped");
    let errors = thread::spawn(move || io::read_to_string(stderr).unwrap_or_default());
    thread::spawn(move || {
        let mut sender = Some(sender);
        let mut seen = String::new();
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if let Some(port) = listening_port(&line)
                && let Some(sender) = sender.take()
            {
                sender.send(Ok(port)).ok();
            }
            if sender.is_some() {
                seen.push_str(&line);
                seen.push('\n');
            }
        }
        if let Some(sender) = sender {
            seen.push_str(&errors.join().unwrap_or_default());
            sender.send(Err(seen)).ok();
        }
    });
    receiver
}

fn listening_port(line: &str) -> Option<u16> {
    line.strip_prefix("Listening on ")?.rsplit(':').next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn reads_the_port_from_the_line_that_anvil_prints() {
        assert_eq!(listening_port("Listening on 127.0.0.1:36999"), Some(36999));
        assert_eq!(listening_port("eth_blockNumber"), None);
    }

    #[tokio::test]
    async fn reports_what_anvil_printed_when_it_does_not_start() {
        let tools = Tools::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        let held = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let options = AnvilOptions { port: held.local_addr().unwrap().port(), ..AnvilOptions::default() };
        let error = Anvil::start(&tools, &options).await.unwrap_err();
        assert!(error.to_string().contains("in use"), "{error}");
    }
}
