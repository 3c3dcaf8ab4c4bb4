//! A private PostgreSQL server for tests: made from Debian's packages, gone when dropped.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

/// Where Debian puts the servers, one folder a major version
/// (<https://wiki.debian.org/PostgreSql>).
const DEBIAN: &str = "/usr/lib/postgresql";

/// The account of Debian's packages; PostgreSQL refuses to run as root.
const ACCOUNT: &str = "postgres";

/// How long a server may take to answer.
const START: Duration = Duration::from_mins(1);

/// Between finding a free port and using it another process may take it.
const PORTS_TRIED: u32 = 3;

/// A running server of its own. It trusts every local user and does not sync to disk: fit for
/// tests alone. Dropped, it is stopped; its folder stays.
#[derive(Debug)]
pub(crate) struct Postgres {
    bin: PathBuf,
    data: PathBuf,
    port: u16,
    url: String,
    server: Child,
}

impl Postgres {
    /// Makes a cluster in the folder, which is created if absent and must not hold one yet, and
    /// starts a server of the newest installed version on a free port of 127.0.0.1.
    ///
    /// As root the server runs as `postgres`, who is given the folder, and the right to pass
    /// through the folder above, which a fresh temporary one withholds.
    pub(crate) fn start(dir: &Path) -> Result<Postgres> {
        let bin = newest_version()?;
        fs::create_dir_all(dir).with_context(|| format!("creating {}", dir.display()))?;
        let dir = dir
            .canonicalize()
            .with_context(|| format!("finding {}", dir.display()))?;
        if is_root()? {
            run(Command::new("chown").arg(format!("{ACCOUNT}:")).arg(&dir))?;
            if let Some(above) = dir.parent() {
                let_pass(above)?;
            }
        }
        let data = dir.join("data");
        run(as_account(&bin.join("initdb"))?
            .args(["--no-sync", "--locale=C.UTF-8", "--encoding=UTF8"])
            .args(["--auth=trust", "--username=postgres", "--pgdata"])
            .arg(&data))?;
        let log = dir.join("server.log");
        for _ in 0..PORTS_TRIED {
            let port = free_port()?;
            let server = spawn(&bin, &data, port, &log)?;
            let mut started = Postgres {
                bin: bin.clone(),
                data: data.clone(),
                port,
                url: format!("postgres://postgres@{}:{port}", Ipv4Addr::LOCALHOST),
                server,
            };
            if started.answers()? {
                return Ok(started);
            }
        }
        let said = fs::read_to_string(&log).unwrap_or_else(|error| error.to_string());
        bail!("PostgreSQL does not start; it says:\n{said}")
    }

    /// The address, without a database: `postgres://postgres@127.0.0.1:port`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Waits until the server answers; `false` if it has ended instead.
    fn answers(&mut self) -> Result<bool> {
        let begun = Instant::now();
        while begun.elapsed() < START {
            if self
                .server
                .try_wait()
                .context("watching the PostgreSQL server")?
                .is_some()
            {
                return Ok(false);
            }
            let ready = Command::new(self.bin.join("pg_isready"))
                .args([
                    "--quiet",
                    "--host=127.0.0.1",
                    "--port",
                    &self.port.to_string(),
                ])
                .status()
                .context("running pg_isready")?;
            // Another server may have taken the port: ours would have ended by then.
            if ready.success() && self.is_ready()? {
                return Ok(true);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("PostgreSQL does not answer within {START:?}")
    }

    /// Whether the server has noted in its `postmaster.pid` that it is ready (line 8; see
    /// `src/include/utils/pidfile.h` of PostgreSQL).
    fn is_ready(&self) -> Result<bool> {
        let path = self.data.join("postmaster.pid");
        let noted = match fs::read_to_string(&path) {
            Ok(noted) => noted,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            Err(error) => {
                return Err(error).with_context(|| format!("reading {}", path.display()));
            }
        };
        Ok(noted
            .lines()
            .nth(7)
            .is_some_and(|state| state.trim() == "ready"))
    }

    fn stop(&mut self) -> Result<()> {
        if self.server.try_wait()?.is_none() {
            run(as_account(&self.bin.join("pg_ctl"))?
                .args(["stop", "--silent", "--mode=immediate", "--pgdata"])
                .arg(&self.data))?;
            self.server.wait()?;
        }
        Ok(())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if self.stop().is_err() {
            // The hard way. If it fails too the server has ended by itself.
            drop(self.server.kill());
            drop(self.server.wait());
        }
    }
}

fn spawn(bin: &Path, data: &Path, port: u16, log: &Path) -> Result<Child> {
    let log = File::create(log).with_context(|| format!("creating {}", log.display()))?;
    let settings = [
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "max_connections=300",
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
    ];
    let mut command = as_account(&bin.join("postgres"))?;
    command.arg("-D").arg(data).args(["-p", &port.to_string()]);
    for setting in settings {
        command.args(["-c", setting]);
    }
    command
        .stdin(Stdio::null())
        .stdout(log.try_clone().context("sharing the server's log")?)
        .stderr(log)
        .spawn()
        .context("starting the PostgreSQL server")
}

/// A command that runs as `postgres` where we are root, else as we are. `setpriv` becomes the
/// program instead of waiting for it, so that the child that we hold is the server.
fn as_account(program: &Path) -> Result<Command> {
    if !is_root()? {
        return Ok(Command::new(program));
    }
    let mut command = Command::new("setpriv");
    command
        .args([
            "--reuid",
            ACCOUNT,
            "--regid",
            ACCOUNT,
            "--init-groups",
            "--",
        ])
        .arg(program)
        // Ours may be a folder that the account cannot enter.
        .current_dir("/");
    Ok(command)
}

fn is_root() -> Result<bool> {
    Ok(fs::metadata("/proc/self")
        .context("asking who we are")?
        .uid()
        == 0)
}

/// Lets everybody pass through the folder, without seeing what is in it.
fn let_pass(folder: &Path) -> Result<()> {
    const PASS: u32 = 0o001;
    let doing = || format!("letting {ACCOUNT} pass through {}", folder.display());
    let mut permissions = fs::metadata(folder).with_context(doing)?.permissions();
    if permissions.mode() & PASS != 0 {
        return Ok(());
    }
    permissions.set_mode(permissions.mode() | PASS);
    fs::set_permissions(folder, permissions).with_context(doing)
}

/// The programs of the newest version installed.
fn newest_version() -> Result<PathBuf> {
    let missing = || format!("no PostgreSQL in {DEBIAN}: apt-get install postgresql");
    let mut newest: Option<(u32, PathBuf)> = None;
    for entry in fs::read_dir(DEBIAN).with_context(missing)? {
        let entry = entry.with_context(|| format!("reading {DEBIAN}"))?;
        let version = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<u32>().ok());
        let bin = entry.path().join("bin");
        if let Some(version) = version
            && bin.join("initdb").exists()
            && newest.as_ref().is_none_or(|(best, _)| version > *best)
        {
            newest = Some((version, bin));
        }
    }
    newest.map(|(_version, bin)| bin).with_context(missing)
}

fn free_port() -> Result<u16> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("looking for a free port")?;
    Ok(listener
        .local_addr()
        .context("looking for a free port")?
        .port())
}

fn run(command: &mut Command) -> Result<()> {
    let output = command
        .output()
        .with_context(|| format!("running {command:?}"))?;
    ensure!(
        output.status.success(),
        "{command:?} ended with {}: {}",
        output.status,
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(())
}
