//! PostgreSQL with a cluster of its own.

use std::fs::{self, File};
use std::io::{self, Error};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::{end, free_port, start};

/// Whether what is committed must outlive a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// As in production: what benchmarks measure.
    Durably,
    /// The data is thrown away: what would keep it only slows the tests.
    Quickly,
}

/// A PostgreSQL of one's own; stopped and removed when dropped.
pub struct Postgres {
    child: Child,
    binaries: PathBuf,
    folder: PathBuf,
    port: u16,
    keep: Keep,
}

/// Where the newest PostgreSQL of this machine keeps its programs.
pub fn find_postgres() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut folders: Vec<_> = versions.flatten().map(|entry| entry.path().join("bin")).collect();
    folders.sort();
    folders.into_iter().rev().find(|folder| folder.join("initdb").exists())
}

impl Postgres {
    /// Makes a cluster and starts it.
    ///
    /// # Errors
    /// It is not installed, or does not start.
    pub fn start(keep: Keep) -> io::Result<Self> {
        let binaries = find_postgres().ok_or_else(|| Error::other("PostgreSQL is not installed"))?;
        let port = free_port()?;
        let folder = std::env::temp_dir().join(format!("praca-postgres-{}-{port}", std::process::id()));
        fs::create_dir_all(&folder)?;
        if is_root()? {
            checked(Command::new("chown").arg("postgres:postgres").arg(&folder))?;
        }
        let mut initdb = as_its_user(&binaries.join("initdb"), &folder)?;
        initdb.arg("-D").arg(folder.join("cluster"));
        checked(initdb.args(["-U", "postgres", "--auth=trust", "--no-sync", "-E", "UTF8"]).stdout(Stdio::null()))?;
        let child = spawn(&binaries, &folder, port, keep)?;
        Ok(Self { child, binaries, folder, port, keep })
    }

    /// The address of its first database.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its log.
    pub fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// Shuts it down at once, ending every connection: SIGINT is its fast shutdown.
    pub fn stop(&mut self) {
        end(&mut self.child, "-INT");
    }

    /// Starts it again with what it stored, at the same address.
    ///
    /// # Errors
    /// It does not start.
    pub fn start_again(&mut self) -> io::Result<()> {
        self.child = spawn(&self.binaries, &self.folder, self.port, self.keep)?;
        Ok(())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop();
        // What is left is the system's to clean.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn spawn(binaries: &Path, folder: &Path, port: u16, keep: Keep) -> io::Result<Child> {
    let mut command = as_its_user(&binaries.join("postgres"), folder)?;
    command.arg("-D").arg(folder.join("cluster")).args(["-p", &port.to_string()]).arg("-k").arg(folder);
    let settings: &[&str] = match keep {
        Keep::Durably => &["shared_buffers=1GB", "max_wal_size=4GB"],
        Keep::Quickly => &["fsync=off", "synchronous_commit=off", "full_page_writes=off"],
    };
    for setting in settings.iter().chain(&["max_connections=800", "listen_addresses=127.0.0.1"]) {
        command.args(["-c", setting]);
    }
    let log = File::options().create(true).append(true).open(folder.join("log"))?;
    start(command.stdout(Stdio::null()).stderr(log), port)
}

/// PostgreSQL refuses to run as root: then it runs as its own user.
fn as_its_user(program: &Path, folder: &Path) -> io::Result<Command> {
    let mut command = if is_root()? { Command::new("setpriv") } else { Command::new(program) };
    if is_root()? {
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
    }
    command.current_dir(folder);
    Ok(command)
}

fn is_root() -> io::Result<bool> {
    Ok(Command::new("id").arg("-u").output()?.stdout.starts_with(b"0"))
}

fn checked(command: &mut Command) -> io::Result<()> {
    let status = command.status()?;
    if status.success() { Ok(()) } else { Err(Error::other(format!("{command:?} failed ({status})"))) }
}
