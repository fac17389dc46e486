//! Throw-away PostgreSQL and Redis for the tests: on free ports of loopback, stopped by their own pid.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::packages;
use crate::shell::{Failure, Result, output, program, run, say};

/// Whether what is committed must outlive a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// As in production: what benchmarks measure.
    Durably,
    /// The data is thrown away: what would keep it only slows the tests.
    Quickly,
}

/// Both servers; stopped and removed when dropped.
pub struct Servers {
    folder: PathBuf,
    postgres: Child,
    redis: Child,
    postgres_port: u16,
    redis_port: u16,
}

impl Servers {
    /// Starts both.
    pub fn start(keep: Keep) -> Result<Self> {
        let binaries = packages::postgres()?;
        let redis_server = packages::redis()?;
        let folder = std::env::temp_dir().join(format!("praca-servers-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let (postgres_port, redis_port) = (free_port()?, free_port()?);
        let redis = program(redis_server)
            .args(["--port", &redis_port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .arg("--dir")
            .arg(&folder)
            .stdout(Stdio::null())
            .spawn()?;
        let postgres = start_postgres(&binaries, &folder, postgres_port, keep)?;
        let servers = Self { folder, postgres, redis, postgres_port, redis_port };
        wait_for(postgres_port, "PostgreSQL")?;
        wait_for(redis_port, "Redis")?;
        say(&format!("PostgreSQL on port {postgres_port}, Redis on port {redis_port}"));
        Ok(servers)
    }

    /// Where PostgreSQL is.
    pub fn postgres_url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.postgres_port)
    }

    /// Tells a program where they are.
    pub fn describe(&self, command: &mut Command) {
        command
            .env("PRACA_TEST_POSTGRES_URL", self.postgres_url())
            .env("PRACA_TEST_REDIS_URL", format!("redis://127.0.0.1:{}/", self.redis_port));
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        // SIGINT is PostgreSQL's fast shutdown, and a normal one for Redis.
        for child in [&mut self.postgres, &mut self.redis] {
            let _ = program("kill").args(["-INT", &child.id().to_string()]).status();
            let _ = child.wait();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// PostgreSQL refuses to run as root: then it runs as its own user.
fn start_postgres(binaries: &Path, folder: &Path, port: u16, keep: Keep) -> Result<Child> {
    let data = folder.join("postgres");
    std::fs::create_dir_all(&data)?;
    let root = output(program("id").arg("-u"))? == "0";
    if root {
        run(program("chown").arg("-R").arg("postgres:postgres").arg(&data))?;
        run(program("chmod").arg("755").arg(folder))?;
    }
    let as_user = |binary: &str| {
        let path = binaries.join(binary);
        let mut command = if root { program("setpriv") } else { program(&path) };
        if root {
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(&path);
        }
        command.current_dir(&data);
        command
    };
    let cluster = data.join("cluster");
    run(as_user("initdb")
        .arg("-D")
        .arg(&cluster)
        .args(["-U", "postgres", "--auth=trust", "--no-sync", "-E", "UTF8"])
        .stdout(Stdio::null()))?;
    let quick: &[&str] = match keep {
        Keep::Durably => &["shared_buffers=1GB", "max_wal_size=4GB"],
        Keep::Quickly => &["fsync=off", "synchronous_commit=off", "full_page_writes=off"],
    };
    let mut command = as_user("postgres");
    command.arg("-D").arg(&cluster).args(["-p", &port.to_string()]).arg("-k").arg(&data);
    for setting in quick.iter().chain(&["max_connections=300", "listen_addresses=127.0.0.1"]) {
        command.args(["-c", setting]);
    }
    let log = std::fs::File::create(folder.join("postgres.log"))?;
    Ok(command.stdout(Stdio::null()).stderr(log).spawn()?)
}

/// A port nobody listens on.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Waits until somebody listens there.
pub fn wait_for(port: u16, name: &str) -> Result {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(60) {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Err(Failure::new(format!("{name} did not start within a minute.")))
}
