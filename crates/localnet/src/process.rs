//! A child process that never outlives this one.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus};
use std::sync::{LazyLock, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// How long a child may take to stop on its own before it is killed: a database writes its checkpoint, a chain its state.
const GRACE: Duration = Duration::from_secs(60);

/// A running child.
///
/// It gets `stop` when the value is dropped, and also from the kernel when this process dies by any means. It has a
/// process group of its own, so that Ctrl-C in a terminal reaches only us and we stop it in order.
#[derive(Debug)]
pub struct Process {
    child: Child,
    name: &'static str,
    stop: Signal,
}

impl Process {
    /// Starts `command`; `stop` is the signal that makes this program end cleanly.
    pub fn spawn(mut command: Command, name: &'static str, stop: Signal) -> io::Result<Process> {
        command.process_group(0);
        die_with_parent(&mut command, stop);
        let child = spawn_from_lasting_thread(command)?;
        tracing::debug!(process.name = name, process.pid = child.id(), "started");
        Ok(Process { child, name, stop })
    }

    /// Process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The child itself, for its pipes.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// The exit status, if it has ended.
    pub fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// Waits for the end without blocking the runtime.
    pub async fn wait(&mut self) -> io::Result<ExitStatus> {
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Asks the child to stop and waits for it; kills it when it does not within a minute.
    pub fn stop(&mut self) {
        let Ok(None) = self.child.try_wait() else { return };
        let pid = Pid::from_raw(self.child.id().cast_signed());
        let asked = Instant::now();
        if kill(pid, self.stop).is_ok() {
            while asked.elapsed() < GRACE {
                if !matches!(self.child.try_wait(), Ok(None)) {
                    return;
                }
                thread::sleep(Duration::from_millis(5));
            }
            tracing::warn!(process.name = self.name, "did not stop in time: killing it");
        }
        if let Err(error) = self.child.kill().and_then(|()| self.child.wait()) {
            tracing::error!(process.name = self.name, %error, "could not be killed");
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Makes the kernel send `signal` to the child when its parent is gone. Other systems than Linux have no such thing;
/// there a child survives a SIGKILL of its parent and the next start cleans up.
#[expect(
    unsafe_code,
    reason = "pre_exec has no safe form; the closure makes one system call that is async-signal-safe"
)]
fn die_with_parent(command: &mut Command, signal: Signal) {
    #[cfg(target_os = "linux")]
    unsafe {
        command.pre_exec(move || nix::sys::prctl::set_pdeathsig(signal).map_err(io::Error::from));
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (command, signal);
}

type Spawn = (Command, mpsc::Sender<io::Result<Child>>);

/// The parent-death signal fires when the *thread* that forked ends. Runtime threads come and go, this one stays.
static SPAWNER: LazyLock<mpsc::Sender<Spawn>> = LazyLock::new(|| {
    let (sender, receiver) = mpsc::channel::<Spawn>();
    thread::Builder::new()
        .name("spawner".into())
        .spawn(move || {
            for (mut command, reply) in receiver {
                // A caller that is gone drops the receiver; the child it asked for must not linger.
                if let Err(mpsc::SendError(Ok(mut orphan))) = reply.send(command.spawn()) {
                    orphan.kill().ok();
                }
            }
        })
        .expect("the system can start one thread");
    sender
});

fn spawn_from_lasting_thread(command: Command) -> io::Result<Child> {
    let (reply, answer) = mpsc::channel();
    SPAWNER.send((command, reply)).expect("the spawner thread never ends");
    answer.recv().expect("the spawner thread answers every request")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sleeper() -> Process {
        let mut command = Command::new("sleep");
        command.arg("60");
        Process::spawn(command, "sleep", Signal::SIGTERM).unwrap()
    }

    #[test]
    fn dropping_the_value_ends_the_child() {
        let process = sleeper();
        let pid = Pid::from_raw(process.id().cast_signed());
        drop(process);
        assert!(kill(pid, None).is_err());
    }

    #[test]
    fn the_child_survives_the_thread_that_asked_for_it() {
        let mut process = thread::spawn(sleeper).join().unwrap();
        // The signal would arrive at the end of the thread, before join returns.
        assert!(process.try_wait().unwrap().is_none());
    }

    #[test]
    fn a_missing_binary_is_an_error() {
        assert!(Process::spawn(Command::new("/nonexistent"), "none", Signal::SIGTERM).is_err());
    }
}
