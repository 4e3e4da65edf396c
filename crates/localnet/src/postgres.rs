//! A private Postgres server.
//!
//! Layout of its folder: `cluster/` (the data), `password` (of the only role), `log`.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, geteuid};

use crate::Tools;
use crate::process::Process;

/// The role that owns everything.
const ROLE: &str = "polity";
/// `nobody`: Postgres refuses to run as root, so it runs as this user when we are root.
const UNPRIVILEGED: u32 = 65534;
/// Recovery after a crash is the slowest start.
const START_DEADLINE: Duration = Duration::from_secs(120);
/// For what is left of the server before.
const PREVIOUS_ENDS: Duration = Duration::from_secs(60);

/// Postgres did not come up.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    /// A file or folder could not be prepared.
    #[error("{what} {path}")]
    Io {
        /// What was attempted.
        what: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// `initdb` failed.
    #[error("initdb failed: {output}")]
    InitDb {
        /// What it printed.
        output: String,
    },
    /// The server ended or took too long before it accepted connections.
    #[error("postgres did not become ready; end of its log:\n{log}")]
    NotReady {
        /// Last lines of the log.
        log: String,
    },
    /// The server of an earlier process still holds the folder.
    #[error("another postgres (pid {pid}) is running in {dir}")]
    Busy {
        /// Its process id.
        pid: i32,
        /// The folder.
        dir: PathBuf,
    },
}

/// How to run the server.
#[derive(Debug, Clone)]
pub struct PostgresOptions {
    /// Its folder; created when it does not exist, reused when it does.
    pub dir: PathBuf,
    /// False gives up safety against power failure for speed: for tests.
    pub durable: bool,
}

/// A running server.
#[derive(Debug)]
pub struct Postgres {
    // Held for its Drop.
    _process: Process,
    port: u16,
    password: String,
}

impl Postgres {
    /// Starts a server on a free port of 127.0.0.1, initialising the folder first if it is new.
    pub async fn start(tools: &Tools, options: &PostgresOptions) -> Result<Postgres, PostgresError> {
        let user = Unprivileged::current();
        let dir = user.reachable_dir(&options.dir)?;
        let bin = user.reachable_binaries(&tools.postgres_bin)?;
        let cluster = dir.join("cluster");
        // PG_VERSION is the last word of a half-made cluster too; `password` is written only after initdb succeeded.
        let password = match fs::read_to_string(dir.join("password")) {
            Ok(password) => password,
            Err(_) => initialise(&user, &bin, &dir)?,
        };
        wait_for_previous(&cluster).await?;
        let asked = Instant::now();
        let mut n_ports = 0;
        loop {
            let port = free_port()?;
            let mut process = serve(&user, &bin, &dir, port, options.durable)?;
            match wait_until_ready(&mut process, &dir).await {
                Ok(()) => return Ok(Postgres { _process: process, port, password }),
                // Somebody may have taken the port between our look and the server's bind.
                Err(PostgresError::NotReady { log }) if n_ports < 2 && log.contains("could not bind") => {
                    n_ports += 1;
                }
                // A server that was killed leaves children, who end by themselves when they notice.
                Err(PostgresError::NotReady { log })
                    if log.contains("shared memory block") && asked.elapsed() < PREVIOUS_ENDS =>
                {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Connection string for the given database. `postgres` always exists.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{ROLE}:{}@127.0.0.1:{}/{database}", self.password, self.port)
    }
}

/// Whom the server runs as.
struct Unprivileged(Option<u32>);

impl Unprivileged {
    fn current() -> Self {
        Unprivileged(geteuid().is_root().then_some(UNPRIVILEGED))
    }

    fn apply(&self, command: &mut Command) {
        if let Some(id) = self.0 {
            command.uid(id).gid(id);
        }
    }

    fn own(&self, path: &Path) -> Result<(), PostgresError> {
        match self.0 {
            Some(id) => chown(path, Some(id), Some(id)).map_err(io_error("handing over", path)),
            None => Ok(()),
        }
    }

    /// Creates the folder. When a folder above it is closed to the unprivileged user, the real one is made in
    /// `/var/tmp` and `dir` becomes a link to it.
    fn reachable_dir(&self, dir: &Path) -> Result<PathBuf, PostgresError> {
        let parent = dir.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(io_error("creating", parent))?;
        if !dir.exists() {
            if self.0.is_some() && !everyone_may_enter(parent) {
                let real = tempfile::Builder::new().prefix("polity-postgres-").tempdir_in("/var/tmp");
                let real = real.map_err(io_error("creating a folder in", Path::new("/var/tmp")))?.keep();
                // A dangling link is left when somebody cleaned /var/tmp.
                fs::remove_file(dir).ok();
                symlink(&real, dir).map_err(io_error("linking", dir))?;
            } else {
                fs::create_dir(dir).map_err(io_error("creating", dir))?;
            }
        }
        let real = dir.canonicalize().map_err(io_error("resolving", dir))?;
        self.own(&real)?;
        fs::set_permissions(&real, fs::Permissions::from_mode(0o700)).map_err(io_error("closing", &real))?;
        Ok(real)
    }

    /// The folder of binaries itself, or a copy in `/var/tmp` when the unprivileged user cannot read it.
    fn reachable_binaries(&self, bin: &Path) -> Result<PathBuf, PostgresError> {
        let bin = bin.canonicalize().map_err(io_error("looking for the Postgres binaries in", bin))?;
        if self.0.is_none() || everyone_may_enter(&bin) {
            return Ok(bin);
        }
        let native = bin.parent().expect("the binaries have a folder above them");
        let modified = fs::metadata(bin.join("postgres")).map_err(io_error("reading", &bin))?.mtime();
        let copy = PathBuf::from(format!("/var/tmp/polity-postgres-bin-{modified}"));
        if !copy.exists() {
            // Renamed when complete, so that a crash in the middle leaves nothing that looks finished.
            let partial = tempfile::Builder::new().prefix("polity-postgres-bin-").tempdir_in("/var/tmp");
            let partial = partial.map_err(io_error("creating a folder in", Path::new("/var/tmp")))?.keep();
            copy_tree(native, &partial).map_err(io_error("copying the Postgres binaries to", &partial))?;
            fs::set_permissions(&partial, fs::Permissions::from_mode(0o755))
                .map_err(io_error("opening", &partial))?;
            if fs::rename(&partial, &copy).is_err() && !copy.exists() {
                return Err(io_error("renaming", &partial)(io::Error::last_os_error()));
            }
        }
        Ok(copy.join("bin"))
    }
}

fn everyone_may_enter(path: &Path) -> bool {
    let Ok(real) = path.canonicalize() else { return false };
    real.ancestors().all(|folder| fs::metadata(folder).is_ok_and(|meta| meta.mode() & 0o001 != 0))
}

/// Copies files, folders and the (relative) links between libraries.
fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else if kind.is_symlink() {
            symlink(fs::read_link(entry.path())?, &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

/// Makes a cluster in `dir/cluster` with a random password, and returns the password.
fn initialise(user: &Unprivileged, bin: &Path, dir: &Path) -> Result<String, PostgresError> {
    let cluster = dir.join("cluster");
    if cluster.exists() {
        // Left by a crash during initdb: the password was never written, so nothing can be in it.
        fs::remove_dir_all(&cluster).map_err(io_error("removing the unfinished", &cluster))?;
    }
    let password = random_password()?;
    let draft = dir.join("password.new");
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(true).mode(0o600).open(&draft);
    io::Write::write_all(&mut file.map_err(io_error("creating", &draft))?, password.as_bytes())
        .map_err(io_error("writing", &draft))?;
    user.own(&draft)?;
    let mut command = Command::new(bin.join("initdb"));
    command
        .current_dir(dir)
        .arg("--pgdata")
        .arg(&cluster)
        .arg("--pwfile")
        .arg(&draft)
        .args(["--username", ROLE, "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C"])
        // The password has 256 random bits: stretching it would only slow down every connection.
        .args(["--no-sync", "--no-instructions", "--set", "scram_iterations=1"])
        .stdin(Stdio::null());
    user.apply(&mut command);
    let output = command.output().map_err(io_error("running initdb in", bin))?;
    if !output.status.success() {
        return Err(PostgresError::InitDb { output: String::from_utf8_lossy(&output.stderr).into_owned() });
    }
    let kept = dir.join("password");
    fs::rename(&draft, &kept).map_err(io_error("writing", &kept))?;
    Ok(password)
}

fn random_password() -> Result<String, PostgresError> {
    let source = Path::new("/dev/urandom");
    let mut bytes = [0u8; 32];
    let mut file = File::open(source).map_err(io_error("opening", source))?;
    io::Read::read_exact(&mut file, &mut bytes).map_err(io_error("reading", source))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A server that lost its parent may need a moment to end; one that was killed leaves a stale `postmaster.pid`.
async fn wait_for_previous(cluster: &Path) -> Result<(), PostgresError> {
    let pid_file = cluster.join("postmaster.pid");
    let asked = Instant::now();
    while let Some(pid) = first_line(&pid_file).and_then(|line| line.parse::<i32>().ok()) {
        if !is_postgres(pid, cluster) {
            return fs::remove_file(&pid_file).map_err(io_error("removing the stale", &pid_file));
        }
        if asked.elapsed() > PREVIOUS_ENDS {
            return Err(PostgresError::Busy { pid, dir: cluster.to_path_buf() });
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// Whether the process exists and works in this cluster: process ids are reused.
fn is_postgres(pid: i32, cluster: &Path) -> bool {
    if cfg!(target_os = "linux") {
        fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == cluster)
    } else {
        kill(Pid::from_raw(pid), None).is_ok()
    }
}

fn serve(
    user: &Unprivileged,
    bin: &Path,
    dir: &Path,
    port: u16,
    durable: bool,
) -> Result<Process, PostgresError> {
    let log_path = dir.join("log");
    let log = File::create(&log_path).map_err(io_error("creating", &log_path))?;
    let errors = log.try_clone().map_err(io_error("opening", &log_path))?;
    let mut command = Command::new(bin.join("postgres"));
    command
        .current_dir(dir)
        .arg("-D")
        .arg(dir.join("cluster"))
        .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="])
        .args(["-c", "max_connections=200", "-c", "timezone=UTC"])
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(errors);
    if !durable {
        command.args(["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]);
    }
    user.apply(&mut command);
    // SIGINT is Postgres's fast shutdown: it ends the sessions and writes a checkpoint.
    Process::spawn(command, "postgres", Signal::SIGINT).map_err(io_error("starting postgres in", bin))
}

async fn wait_until_ready(process: &mut Process, dir: &Path) -> Result<(), PostgresError> {
    let started = Instant::now();
    let pid_file = dir.join("cluster/postmaster.pid");
    let ours = process.id().to_string();
    while started.elapsed() < START_DEADLINE {
        let lines = fs::read_to_string(&pid_file).unwrap_or_default();
        // Line 1 is the pid, line 8 the state (src/include/utils/pidfile.h).
        let mut lines = lines.lines();
        if lines.next().map(str::trim) == Some(ours.as_str()) && lines.nth(6).map(str::trim) == Some("ready")
        {
            return Ok(());
        }
        if !matches!(process.try_wait(), Ok(None)) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let log = fs::read_to_string(dir.join("log")).unwrap_or_default();
    let tail: Vec<&str> = log.lines().rev().take(15).collect();
    Err(PostgresError::NotReady { log: tail.into_iter().rev().collect::<Vec<_>>().join("\n") })
}

fn first_line(path: &Path) -> Option<String> {
    Some(fs::read_to_string(path).ok()?.lines().next()?.trim().to_owned())
}

fn free_port() -> Result<u16, PostgresError> {
    let local = Path::new("127.0.0.1:0");
    let listener = TcpListener::bind("127.0.0.1:0").map_err(io_error("binding", local))?;
    Ok(listener.local_addr().map_err(io_error("binding", local))?.port())
}

fn io_error(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> PostgresError + use<> {
    let path = path.to_path_buf();
    move |source| PostgresError::Io { what, path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tools() -> Tools {
        Tools::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap()
    }

    #[tokio::test]
    async fn a_folder_can_be_used_again_after_its_server_was_killed() {
        let parent = tempfile::tempdir().unwrap();
        let options = PostgresOptions { dir: parent.path().join("postgres"), durable: false };
        let first = Postgres::start(&tools(), &options).await.unwrap();
        let pid = Pid::from_raw(first._process.id().cast_signed());
        kill(pid, Signal::SIGKILL).unwrap();
        drop(first);
        assert!(options.dir.join("cluster/postmaster.pid").exists());

        let second = Postgres::start(&tools(), &options).await.unwrap();
        assert!(second.url("postgres").starts_with("postgres://polity:"));
        drop(second);
        assert!(!options.dir.join("cluster/postmaster.pid").exists(), "stopped cleanly");
    }

    /// A process whose parent is `pid`.
    #[cfg(target_os = "linux")]
    fn child_of(pid: Pid) -> Pid {
        let parent = |child: i32| {
            // The name, in brackets, may hold anything; state and parent follow it.
            let stat = fs::read_to_string(format!("/proc/{child}/stat")).ok()?;
            stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse::<i32>().ok()
        };
        let processes = fs::read_dir("/proc").unwrap().flatten();
        let mut pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
        Pid::from_raw(pids.find(|&child| parent(child) == Some(pid.as_raw())).unwrap())
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_server_waits_for_what_is_left_of_a_killed_one() {
        let parent = tempfile::tempdir().unwrap();
        let options = PostgresOptions { dir: parent.path().join("postgres"), durable: false };
        let first = Postgres::start(&tools(), &options).await.unwrap();
        let pid = Pid::from_raw(first._process.id().cast_signed());
        let child = child_of(pid);
        kill(child, Signal::SIGSTOP).unwrap();
        kill(pid, Signal::SIGKILL).unwrap();
        drop(first);
        let log = options.dir.canonicalize().unwrap().join("log");
        let release = async {
            let refused = || fs::read_to_string(&log).is_ok_and(|log| log.contains("shared memory block"));
            while !refused() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            kill(child, Signal::SIGCONT).unwrap();
        };
        let tools = tools();
        let release = tokio::time::timeout(PREVIOUS_ENDS, release);
        let (second, refused) = tokio::join!(Postgres::start(&tools, &options), release);
        refused.expect("a server that is still there is noticed");
        assert!(second.unwrap().url("postgres").starts_with("postgres://polity:"));
    }

    #[tokio::test]
    async fn a_folder_below_a_closed_one_is_linked_to_an_open_one() {
        if !geteuid().is_root() {
            return; // Only root runs the server as somebody else.
        }
        let closed = tempfile::tempdir().unwrap();
        fs::set_permissions(closed.path(), fs::Permissions::from_mode(0o700)).unwrap();
        let options = PostgresOptions { dir: closed.path().join("postgres"), durable: false };
        let server = Postgres::start(&tools(), &options).await.unwrap();
        let real = fs::read_link(&options.dir).unwrap();
        assert!(real.starts_with("/var/tmp"));
        drop(server);
        fs::remove_dir_all(real).unwrap();
    }
}
