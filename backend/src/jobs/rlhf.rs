//! The `rlhf` binary as a child process: files in, files out, progress as JSON lines.
use super::GiveUp;
use crate::config::ModelConfig;
use alloy::primitives::B256;
use anyhow::Context;
use futures::future::BoxFuture;
use serde::Deserialize;
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{Child, Command},
};

/// Where the binary is and how much of the machine it may use.
#[derive(Debug, Clone)]
pub struct Rlhf {
    binary: PathBuf,
    threads: u32,
}

/// A line of the trainer's report that we read.
#[derive(Deserialize)]
#[serde(tag = "event", rename_all = "lowercase", rename_all_fields = "camelCase")]
enum Event {
    Done { manifest_hash: B256 },
    Progress {},
}

impl Rlhf {
    /// The configured binary; else the one beside this program; else whatever PATH has.
    pub fn find(config: &ModelConfig) -> Self {
        let beside =
            std::env::current_exe().ok().map(|me| me.with_file_name("rlhf")).filter(|path| path.is_file());
        let binary = match config.rlhf.as_str() {
            "" => beside.unwrap_or_else(|| PathBuf::from("rlhf")),
            path => PathBuf::from(path),
        };
        Self { binary, threads: config.threads }
    }

    /// The binary that would be run.
    pub fn binary(&self) -> &Path {
        &self.binary
    }

    /// A command that ends with us: its standard input is held open for as long as we live.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.binary);
        if self.threads > 0 {
            command.env("OMP_NUM_THREADS", self.threads.to_string());
        }
        command.stdin(Stdio::piped()).kill_on_drop(true);
        command
    }

    /// `rlhf import`: write the manifest of a Hugging Face folder.
    pub async fn import(&self, folder: &Path) -> anyhow::Result<()> {
        let mut command = self.command();
        command.arg("import").arg(folder).stdin(Stdio::null());
        let output = command.output().await.with_context(|| format!("running {}", self.binary.display()))?;
        let errors = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            return Err(GiveUp(format!("rlhf import {} failed: {}", folder.display(), tail(&errors))).into());
        }
        Ok(())
    }

    /// `rlhf train`: make the checkpoint `out`, telling `progress` each line of the report. Returns its manifest hash.
    ///
    /// # Errors
    /// [`GiveUp`] when the trainer refused the run; another error when it was killed or could not be started.
    pub async fn train(
        &self,
        spec: &Path,
        inputs: &[(&str, PathBuf)],
        out: &Path,
        progress: &(dyn Fn(Value) -> BoxFuture<'static, anyhow::Result<()>> + Sync),
    ) -> anyhow::Result<B256> {
        let mut command = self.command();
        command.args(["train", "--exit-with-parent"]).arg("--spec").arg(spec).arg("--out").arg(out);
        for (name, folder) in inputs {
            command.arg("--input").arg(format!("{name}={}", folder.display()));
        }
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("running {}", self.binary.display()))?;
        let errors = collect_errors(&mut child);
        let mut lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
        let mut done = None;
        while let Some(line) = lines.next_line().await? {
            if let Ok(Event::Done { manifest_hash }) = serde_json::from_str(&line) {
                done = Some(manifest_hash);
            } else if let Ok(value) = serde_json::from_str(&line) {
                progress(value).await?;
            }
        }
        let status = child.wait().await?;
        let errors = errors.await.unwrap_or_default();
        match (status.success(), done) {
            (true, Some(manifest_hash)) => Ok(manifest_hash),
            _ => Err(failure(status, &errors)),
        }
    }
}

/// Reads standard error all the time, so that the child never blocks on a full pipe.
fn collect_errors(child: &mut Child) -> tokio::task::JoinHandle<String> {
    let mut stderr = child.stderr.take().expect("stderr is piped");
    tokio::spawn(async move {
        let mut bytes = Vec::new();
        stderr.read_to_end(&mut bytes).await.ok();
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// A trainer that ended by itself has judged the run; one that was killed has not.
fn failure(status: ExitStatus, errors: &str) -> anyhow::Error {
    let text = format!("rlhf train ended with {status}: {}", tail(errors));
    if status.code().is_some() { GiveUp(text).into() } else { anyhow::anyhow!(text) }
}

fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.trim().lines().rev().take(10).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}
