//! `rlhf serve` for the version that the DAO activated, restarted when it crashes and swapped when another version
//! becomes active. Whoever asks the engine therefore gets an approved version or nothing.
use super::Shutdown;
use crate::{
    app::AppState,
    engine::Served,
    jobs::{checkpoint, rlhf::Rlhf},
    settled::{self, Serve},
};
use alloy::primitives::B256;
use anyhow::{Context, bail};
use serde::Deserialize;
use std::{process::Stdio, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Child,
};

/// Between two looks at the tables and the child.
const LOOK: Duration = Duration::from_millis(500);
/// Before another attempt with a version that did not start.
const BACK_OFF: Duration = Duration::from_secs(5);
/// Reading and hashing weights of some gigabytes takes a while.
const START_DEADLINE: Duration = Duration::from_secs(300);

/// For the answers that a replaced server has begun.
const DRAIN: Duration = Duration::from_secs(60);
/// For those that are begun when everything stops.
const LAST_DRAIN: Duration = Duration::from_secs(10);

/// A running model server.
struct Server {
    child: Child,
    served: Served,
}

#[derive(Deserialize)]
struct Listening {
    addr: String,
}

/// Keep the engine of `app` at the active version until `shutdown`.
pub async fn run(app: AppState, mut shutdown: Shutdown) -> anyhow::Result<()> {
    let mut server: Option<Server> = None;
    while !shutdown.is_on() {
        tokio::select! {
            wait = look(&app, &mut server) => {
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    () = shutdown.wait() => {}
                }
            }
            () = shutdown.wait() => {}
        }
    }
    app.engine.set(None);
    if let Some(Server { child, .. }) = server {
        drain(child, LAST_DRAIN).await;
    }
    Ok(())
}

/// One look; returns how long to wait for the next.
async fn look(app: &AppState, server: &mut Option<Server>) -> Duration {
    if let Some(running) = server
        && let Ok(Some(status)) = running.child.try_wait()
    {
        tracing::error!(%status, "the model server ended by itself; starting it again");
        app.engine.set(None);
        *server = None;
    }
    let active = match wanted(app).await {
        Ok(Serve::Version(active)) => active,
        Ok(Serve::Nothing) => {
            // None was activated yet, or the active one was revoked: then nothing may be served.
            app.engine.set(None);
            if let Some(mut revoked) = server.take() {
                tracing::warn!(version.id = %revoked.served.version_id, "no version is active any more; stopping");
                revoked.child.kill().await.ok();
            }
            return LOOK;
        }
        Ok(Serve::AsBefore) => return LOOK,
        Err(error) => {
            tracing::warn!(%error, "the active version cannot be read");
            return BACK_OFF;
        }
    };
    if app.engine.served().is_some_and(|served| served.version_id == active) {
        return LOOK;
    }
    match swap(app, server, active).await {
        Ok(()) => LOOK,
        Err(error) => {
            tracing::error!(version.id = %active, error = format!("{error:#}"), "the active version is not served");
            BACK_OFF
        }
    }
}

/// The version whose activation is settled. One that was suspended or revoked is stopped without waiting for that, also
/// when it is not known which version comes next.
async fn wanted(app: &AppState) -> Result<Serve, sqlx::Error> {
    let wanted = settled::active_version(app, app.chain.deployment.family.family_id).await?;
    if wanted == Serve::AsBefore
        && let Some(served) = app.engine.served()
        && settled::is_stopped(&mut *app.pool.acquire().await?, served.version_id).await?
    {
        return Ok(Serve::Nothing);
    }
    Ok(wanted)
}

/// Start the new version's server before the old one's is stopped, so that answers do not stop.
async fn swap(app: &AppState, server: &mut Option<Server>, active: B256) -> anyhow::Result<()> {
    if !app.config.model.engine_url.is_empty() {
        // Somebody else's engine: its operator answers for what it serves.
        let base_url = app.config.model.engine_url.trim_end_matches('/').to_owned();
        app.engine.set(Some(Served { base_url, version_id: active }));
        return Ok(());
    }
    let new = start(app, active).await?;
    app.engine.set(Some(new.served.clone()));
    tracing::info!(version.id = %active, url = new.served.base_url, "serving");
    if let Some(old) = server.replace(new) {
        tokio::spawn(drain(old.child, DRAIN));
    }
    Ok(())
}

/// Lets a server finish the answers that it has begun.
async fn drain(mut child: Child, patience: Duration) {
    // `wait` would close its standard input, which a server takes for our end: it would drop its answers at once.
    let _stdin = child.stdin.take();
    if let Some(pid) = child.id().and_then(|pid| i32::try_from(pid).ok()) {
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGTERM).ok();
    }
    if tokio::time::timeout(patience, child.wait()).await.is_err() {
        child.kill().await.ok();
    }
}

async fn start(app: &AppState, version_id: B256) -> anyhow::Result<Server> {
    let digest = app.chain.version_digest(version_id).await?;
    let folder = checkpoint::folder(app, digest.manifest_hash);
    if !folder.is_dir() {
        bail!("its checkpoint is not in {}", folder.display());
    }
    let rlhf = Rlhf::find(&app.config.model);
    let mut command = rlhf.command();
    command
        .args(["serve", "--exit-with-parent", "--listen", "127.0.0.1:0"])
        .arg("--model")
        .arg(&folder)
        // The server refuses weights and manifests with other hashes.
        .args(["--expect", &digest.manifest_hash.to_string(), "--model-id", &version_id.to_string()])
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    let mut child = command.spawn().with_context(|| format!("running {}", rlhf.binary().display()))?;
    let mut lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
    let first = tokio::time::timeout(START_DEADLINE, lines.next_line()).await;
    let Some(line) = first.context("the model server did not start in time")?? else {
        bail!("the model server ended with {}", child.wait().await?);
    };
    let Listening { addr } =
        serde_json::from_str(&line).context("the model server printed something else")?;
    // Whatever it prints later must not fill the pipe.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    Ok(Server { child, served: Served { base_url: format!("http://{addr}"), version_id } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::process::Command;

    #[tokio::test]
    async fn a_server_that_finishes_its_answers_does_not_see_its_input_end() {
        let dir = tempfile::tempdir().unwrap();
        let seen = dir.path().join("seen");
        // Takes its time to stop, and notes the end of its input.
        let script = "trap '' TERM; echo ready; cat; touch \"$0\"";
        let mut command = Command::new("sh");
        command.arg("-c").arg(script).arg(&seen).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.kill_on_drop(true).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert_eq!(lines.next_line().await.unwrap().as_deref(), Some("ready"));
        drain(child, Duration::from_millis(500)).await;
        assert!(!seen.exists());
    }
}
