//! `praca-load`: one scenario against a running server.

use std::io::Write as _;
use std::net::SocketAddr;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::{Args, Parser, Subcommand};
use praca_load::bench::{self, BenchArgs};
use praca_load::people::Square;
use praca_load::report;
use praca_load::scenario::dms::{self, DmLoad};
use praca_load::scenario::idle::{self, IdleLoad};
use praca_load::scenario::pictures::{self, PictureLoad};
use praca_load::scenario::reads::{self, ReadLoad};
use praca_load::scenario::room::{self, RoomLoad};
use praca_load::scenario::search::{self, SearchLoad};
use praca_load::scenario::storm::{self, StormLoad};
use praca_load::scenario::{Target, bounded};
use serde::Serialize;

/// Load for Praça. The server needs `PRACA_ANTISPAM`, `PRACA_LIMIT_MESSAGES`, `_EVENTS`, `_REQUESTS` and `_DMS` set to `off`.
#[derive(Debug, Parser)]
#[command(name = "praca-load", version, about, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Talk in rooms.
    Room {
        #[command(flatten)]
        server: ServerArgs,
        #[command(flatten)]
        load: RoomLoad,
    },
    /// Sockets that do nothing.
    Idle {
        #[command(flatten)]
        server: ServerArgs,
        #[command(flatten)]
        load: IdleLoad,
    },
    /// History, rooms list, joining.
    Reads {
        #[command(flatten)]
        server: ServerArgs,
        #[command(flatten)]
        load: ReadLoad,
    },
    /// Talk between two people: messages, receipts, reading.
    Dms {
        #[command(flatten)]
        server: ServerArgs,
        #[command(flatten)]
        load: DmLoad,
    },
    /// A crowd that goes and comes back, beside talk in a room.
    Storm {
        #[command(flatten)]
        server: ServerArgs,
        #[command(flatten)]
        load: StormLoad,
    },
    /// Pictures sent all at once, beside talk in a room.
    Pictures {
        #[command(flatten)]
        server: ServerArgs,
        #[command(flatten)]
        load: PictureLoad,
    },
    /// Rooms filled with words, and searched.
    Search {
        #[command(flatten)]
        server: ServerArgs,
        #[command(flatten)]
        load: SearchLoad,
    },
    /// The project's benchmarks: starts the servers it measures. `cargo xtask bench` calls this.
    Bench(BenchArgs),
}

#[derive(Args, Clone, Debug)]
struct ServerArgs {
    /// Where the server listens.
    #[arg(long, default_value = "127.0.0.1:8080")]
    address: SocketAddr,
    /// Its process, to read what it uses.
    #[arg(long)]
    pid: Option<u32>,
    /// An administrator, to make rooms.
    #[arg(long, default_value = "ana")]
    admin: String,
    /// Their password; the default is that of the demo data.
    #[arg(long, default_value = "praca-demo-2026")]
    password: String,
    /// People to connect as.
    #[arg(long, default_value_t = 100)]
    people: usize,
    /// Rooms to talk in.
    #[arg(long, default_value_t = 1)]
    rooms: usize,
    /// Names the rooms of this run.
    #[arg(long, default_value = "a")]
    run: String,
    /// The server is the peer of the benchmarks, which has no accounts.
    #[arg(long)]
    peer: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl ServerArgs {
    async fn target(&self) -> Result<Target> {
        if self.peer {
            return Ok(Target { pid: self.pid, ..Target::of_peer(self.address, self.rooms) });
        }
        let square = Square::at(self.address);
        let admin = square.log_in(&self.admin, &self.password).await.context("the administrator cannot log in")?;
        let target = Target::prepare(&square, &admin, self.people, self.rooms, &self.run).await?;
        Ok(Target { pid: self.pid, ..target })
    }
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // A closed terminal is no reason to panic.
            let _ = writeln!(std::io::stderr(), "praca-load: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<()> {
    // One thread: the load takes one core, and leaves the others to the server.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(dispatch(cli.command))
}

async fn dispatch(command: Command) -> Result<()> {
    match command {
        Command::Room { server, load } => {
            let report = bounded(async { room::run(&server.target().await?, &load).await }).await?;
            show(&server, report)
        }
        Command::Idle { server, load } => {
            let report = bounded(async { idle::run(&server.target().await?, &load).await }).await?;
            show(&server, report)
        }
        Command::Reads { server, load } => {
            let report = bounded(async { reads::run(&server.target().await?, &load).await }).await?;
            show(&server, report)
        }
        Command::Dms { server, load } => {
            let report = bounded(async { dms::run(&server.target().await?, &load).await }).await?;
            show(&server, report)
        }
        Command::Storm { server, load } => {
            let report = bounded(async { storm::run(&server.target().await?, &load).await }).await?;
            show(&server, report)
        }
        Command::Pictures { server, load } => {
            let report = bounded(async { pictures::run(&server.target().await?, &load).await }).await?;
            show(&server, report)
        }
        Command::Search { server, load } => {
            let report = bounded(async { search::run(&server.target().await?, &load).await }).await?;
            show(&server, report)
        }
        Command::Bench(args) => bench::run(args).await,
    }
}

fn show(server: &ServerArgs, report: impl Serialize) -> Result<()> {
    let text = if server.json { serde_json::to_string_pretty(&report)? } else { report::table(&report)? };
    Ok(writeln!(std::io::stdout(), "{text}")?)
}
