//! Server processes: started pinned to a core, watched through `/proc`, ended by their own pid.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use praca_peers::free_port;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::sleep;

/// Ticks of `/proc/PID/stat` in a second, on every Linux that matters.
const TICKS: f64 = 100.0;
/// Longest wait for a server to answer.
const START_WITHIN: Duration = Duration::from_secs(60);

/// Settings that let a load through: no flood limits.
pub const NO_LIMITS: [(&str, &str); 6] = [
    ("PRACA_LIMIT_MESSAGES", "off"),
    ("PRACA_ANTISPAM", "off"),
    ("PRACA_LIMIT_EVENTS", "off"),
    ("PRACA_LIMIT_REQUESTS", "off"),
    ("PRACA_LIMIT_DMS", "off"),
    ("PRACA_LIMIT_UPLOADS", "off"),
];
/// Seals what a server that is thrown away stores secret.
pub const SECRET_KEY: (&str, &str) = ("PRACA_SECRET_KEY", "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=");

/// What a process has used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    /// Processor time in seconds, of the program and of the kernel for it.
    pub cpu_seconds: f64,
    /// Memory it holds now, in KiB.
    pub rss_kib: u64,
    /// The most it ever held, in KiB.
    pub peak_kib: u64,
}

/// What a process has used so far.
///
/// # Errors
/// There is no such process.
pub fn usage(pid: u32) -> Result<Usage> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).with_context(|| format!("no process {pid}"))?;
    // The name, in parentheses, may hold anything.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks = fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum::<f64>();
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let kib = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key));
        line.and_then(|line| line.split_whitespace().next()).and_then(|number| number.parse().ok()).unwrap_or(0)
    };
    Ok(Usage { cpu_seconds: ticks / TICKS, rss_kib: kib("VmRSS:"), peak_kib: kib("VmHWM:") })
}

/// A server; killed when dropped.
pub struct Server {
    command: Command,
    child: Child,
    ready: Ready,
    /// Where it listens.
    pub address: SocketAddr,
    /// From its start until it was ready.
    pub started_within: Duration,
}

impl Server {
    /// Starts `praca serve` with these arguments, and waits until it is of use; `cores` as `taskset` names them, none =
    /// all; `settings` are its environment. Its log goes to `praca.log` in `folder`, which is its data folder too.
    ///
    /// # Errors
    /// It does not start, or does not answer in time.
    pub async fn praca(
        binary: &Path,
        cores: Option<&str>,
        folder: &Path,
        arguments: &[&str],
        settings: &[(&str, &str)],
    ) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()?));
        let log = fs::OpenOptions::new().create(true).append(true).open(folder.join("praca.log"))?;
        let mut command = cores.map_or_else(|| Command::new(binary), |cores| pinned(cores, binary));
        command.args(["serve", "--listen", &address.to_string()]).args(arguments).current_dir(folder);
        command.env_clear().env("PRACA_DATA_DIR", folder).envs(settings.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(log);
        Self::start(command, address, Ready::Useful).await
    }

    /// Starts any server at `address`.
    ///
    /// # Errors
    /// It does not start, or is not ready in time.
    pub async fn start(mut command: Command, address: SocketAddr, ready: Ready) -> Result<Self> {
        let began = Instant::now();
        let child = launch(&mut command, address, ready).await?;
        Ok(Self { command, child, address, ready, started_within: began.elapsed() })
    }

    /// Asks it to stop, and starts it again at the same address once it has.
    ///
    /// # Errors
    /// It does not stop, or does not start.
    pub async fn restart(&mut self) -> Result<()> {
        self.terminate().await?;
        self.child = launch(&mut self.command, self.address, self.ready).await?;
        Ok(())
    }

    /// Its pid.
    ///
    /// # Errors
    /// It has ended.
    pub fn pid(&self) -> Result<u32> {
        self.child.id().context("the server has ended")
    }

    /// What it has used so far.
    ///
    /// # Errors
    /// It has ended.
    pub fn usage(&self) -> Result<Usage> {
        usage(self.pid()?)
    }

    /// Writes a line to its standard input.
    ///
    /// # Errors
    /// It does not read.
    pub async fn tell(&mut self, line: &str) -> Result<()> {
        let mut input = self.child.stdin.take().context("the server does not read")?;
        Ok(input.write_all(format!("{line}\n").as_bytes()).await?)
    }

    /// Forgets the most memory it has held, so that [`Usage::peak_kib`] begins anew.
    ///
    /// # Errors
    /// It has ended.
    pub fn forget_peak(&self) -> Result<()> {
        Ok(fs::write(format!("/proc/{}/clear_refs", self.pid()?), "5")?)
    }

    /// Ends it at once, as a power cut would end its process.
    ///
    /// # Errors
    /// It cannot be killed.
    pub async fn kill(mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }

    /// Ends it at once, and starts it again at the same address.
    ///
    /// # Errors
    /// It cannot be killed, or does not start.
    pub async fn crash(&mut self) -> Result<()> {
        self.child.kill().await?;
        self.child = launch(&mut self.command, self.address, self.ready).await?;
        Ok(())
    }

    /// Asks it to stop, and waits until it has.
    ///
    /// # Errors
    /// It cannot be asked, or ends with a failure.
    pub async fn stop(mut self) -> Result<()> {
        self.terminate().await
    }

    async fn terminate(&mut self) -> Result<()> {
        Command::new("kill").args(["-TERM", &self.pid()?.to_string()]).status().await?;
        let status = self.child.wait().await?;
        ensure!(status.success(), "the server was asked to stop and ended with {status}");
        Ok(())
    }
}

async fn launch(command: &mut Command, address: SocketAddr, ready: Ready) -> Result<Child> {
    let began = Instant::now();
    let mut child = command.kill_on_drop(true).spawn().context("the server does not start")?;
    while !ready.is_reached(address).await {
        if let Some(status) = child.try_wait()? {
            bail!("the server ended with {status}");
        }
        if began.elapsed() > START_WITHIN {
            bail!("the server does not answer");
        }
        sleep(Duration::from_millis(2)).await;
    }
    Ok(child)
}

/// When a server counts as started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ready {
    /// It takes connections.
    Listening,
    /// `/readyz` says that it is of use.
    Useful,
}

impl Ready {
    async fn is_reached(self, address: SocketAddr) -> bool {
        match self {
            Self::Listening => TcpStream::connect(address).await.is_ok(),
            Self::Useful => {
                let answer = reqwest::get(format!("http://{address}/readyz")).await;
                answer.is_ok_and(|answer| answer.status().is_success())
            }
        }
    }
}

/// A command that runs on these cores only.
pub fn pinned(cores: &str, program: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", cores]).arg(program);
    command
}
