//! Where benchmarks get their servers, and how they take turns.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context as _, Result, ensure};
use praca_peers::free_port;
use tokio::process::Command;

use super::BenchArgs;
use crate::people::Square;
use crate::process::{NO_LIMITS, Ready, SECRET_KEY, Server, pinned};
use crate::scenario::Target;

/// Which database a server stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file.
    Sqlite,
    /// PostgreSQL, every commit on disk before it is answered.
    Postgres,
}

impl Engine {
    /// Its name in the report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// A folder for this run's servers; removed at the end.
pub struct Workshop {
    /// What to measure, and with what.
    pub args: BenchArgs,
    folder: PathBuf,
}

/// Numbers of what this process has made.
static MADE: AtomicU32 = AtomicU32::new(0);

fn next_number() -> u32 {
    MADE.fetch_add(1, Ordering::Relaxed)
}

/// A server of ours with people and rooms.
pub struct Town {
    /// Its process.
    pub server: Server,
    /// Its people and rooms.
    pub target: Target,
    /// Its database, if that is PostgreSQL.
    pub database: Option<String>,
    folder: PathBuf,
}

impl Workshop {
    /// Opens it.
    pub fn open(args: BenchArgs) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("praca-bench-{}-{}", std::process::id(), next_number()));
        fs::create_dir_all(&folder)?;
        Ok(Self { args, folder })
    }

    /// A folder of its own for a server.
    pub fn folder(&self) -> PathBuf {
        self.folder.join(next_number().to_string())
    }

    /// A fresh server with so many people and rooms.
    pub async fn town(&self, engine: Engine, settings: &[(&str, &str)], people: usize, rooms: usize) -> Result<Town> {
        let folder = self.folder();
        let database = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(self.database().await?),
        };
        let mut all = vec![SECRET_KEY, ("PRACA_LOG", "warn")];
        all.extend(NO_LIMITS);
        all.extend_from_slice(settings);
        all.extend(database.as_deref().map(|url| ("PRACA_DATABASE_URL", url)));
        let server = Server::praca(&self.args.praca, Some(&self.args.cores), &folder, &["--demo"], &all).await?;
        let square = Square::at(server.address);
        let admin = square.log_in("ana", "praca-demo-2026").await?;
        let target = Target::prepare(&square, &admin, people, rooms, "bench").await?;
        let target = Target { pid: Some(server.pid()?), ..target };
        Ok(Town { server, target, database, folder })
    }

    /// Has a town's fair filled with so many invented ads, and what the database knows of them brought up to date.
    pub async fn fill_fair(&self, town: &Town, ads: u64) -> Result<()> {
        let mut command = Command::new(&self.args.praca);
        command.args(["seed", "--ads", &ads.to_string()]).env("PRACA_DATA_DIR", &town.folder).stdout(Stdio::null());
        command.env(SECRET_KEY.0, SECRET_KEY.1).env("PRACA_LOG", "warn");
        if let Some(database) = &town.database {
            command.env("PRACA_DATABASE_URL", database);
        }
        ensure!(command.status().await?.success(), "the fair cannot be filled");
        if let Some(database) = &town.database {
            // As the database does by itself, a while after so many were stored.
            let done = Command::new("psql").args([database, "-qc", "VACUUM ANALYZE ads"]).status().await?;
            ensure!(done.success(), "psql cannot analyze");
        }
        Ok(())
    }

    /// A fresh peer.
    pub async fn peer(&self) -> Result<Town> {
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()?));
        let mut command = pinned(&self.args.cores, "node".as_ref());
        command.arg(&self.args.peer).arg(address.port().to_string()).stdout(Stdio::null());
        let server = Server::start(command, address, Ready::Listening).await?;
        let target = Target { pid: Some(server.pid()?), ..Target::of_peer(address, 1) };
        Ok(Town { server, target, database: None, folder: self.folder() })
    }

    /// A new database on the server of this run.
    async fn database(&self) -> Result<String> {
        let name = format!("bench_{}_{}", std::process::id(), next_number());
        let server = &self.args.postgres;
        let made = Command::new("psql").args([server, "-qc", &format!("CREATE DATABASE {name}")]).status().await?;
        ensure!(made.success(), "psql cannot make a database");
        let (base, _) = server.rsplit_once('/').context("the address of PostgreSQL names no database")?;
        Ok(format!("{base}/{name}"))
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        // What is left is the system's to clean.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Town {
    /// Where it keeps its data, and writes what it is asked for.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Ends the server and throws its data away.
    pub async fn close(self) -> Result<()> {
        self.server.kill().await?;
        if self.folder.exists() {
            fs::remove_dir_all(self.folder)?;
        }
        Ok(())
    }
}

/// The middle of some figures.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(0.0)
}

/// Both sides so often, in turns: A B, B A, A B …, so that a machine that slows down slows both. `side` is given `true`
/// for the first; its figures come first.
pub async fn in_turns<T>(rounds: usize, mut side: impl AsyncFnMut(bool) -> Result<T>) -> Result<(Vec<T>, Vec<T>)> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        for first in [round % 2 == 0, round % 2 != 0] {
            let found = side(first).await?;
            if first { ours.push(found) } else { theirs.push(found) }
        }
    }
    Ok((ours, theirs))
}
