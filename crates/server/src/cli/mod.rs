//! The command line.

mod admin;
mod doctor;
mod serve;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::app::{self, App, Migrate};
use crate::clock::Clock;
use crate::config::{Config, Database, Source};
use crate::db::{Db, migrations};
use crate::error::{Error, Result};
use crate::{demo, logging};

/// A self-hosted town square for local communities.
#[derive(Debug, Parser)]
#[command(name = "praca", version, about, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the web client, REST, Socket.IO and jobs.
    Serve(ServeArgs),
    /// Run background jobs only; needs Redis, to reach the sockets of other processes.
    Worker,
    /// Apply pending migrations.
    Migrate {
        /// Only list them; exit code 1 if there are any.
        #[arg(long)]
        check: bool,
    },
    /// Load data.
    Seed {
        /// The demo people, rooms, messages and ads.
        #[arg(long, required_unless_present = "ads")]
        demo: bool,
        /// So many invented ads of the demo people, for benchmarks.
        #[arg(long, value_name = "COUNT")]
        ads: Option<u64>,
    },
    /// Name administrators, rotate keys.
    #[command(subcommand)]
    Admin(admin::AdminCommand),
    /// Check the configuration and every configured service.
    Doctor,
}

#[derive(Debug, Args)]
struct ServeArgs {
    /// Address to listen on.
    #[arg(long)]
    listen: Option<String>,
    /// Folder of files and generated secrets.
    #[arg(long)]
    data_dir: Option<String>,
    /// Load the demo data once. Its passwords are public: only for this machine.
    #[arg(long)]
    demo: bool,
    /// Leave background jobs to other processes.
    #[arg(long)]
    no_jobs: bool,
}

/// Runs the command the process was started with.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("the runtime cannot start: {error}")),
    };
    match runtime.block_on(dispatch(cli.command)) {
        Ok(code) => code,
        Err(error) => fail(&sentence(&error)),
    }
}

async fn dispatch(command: Command) -> Result<ExitCode> {
    let mut source = Source::from_process().map_err(Error::internal)?;
    if let Command::Serve(args) = &command {
        let flags = [("PRACA_LISTEN", &args.listen), ("PRACA_DATA_DIR", &args.data_dir)];
        for (key, value) in flags {
            if let Some(value) = value {
                source.set_flag(key, value.clone());
            }
        }
    }
    let config = Config::load(&source).map_err(Error::internal)?;
    logging::start(&config)?;
    match command {
        Command::Serve(args) => {
            let config = Config { run_jobs: !args.no_jobs, ..config };
            serve::serve(config, args.demo).await?;
        }
        Command::Worker => serve::work(config).await?,
        Command::Migrate { check } => return migrate(&config, check).await,
        Command::Seed { demo, ads } => seed(&open(config).await?, demo, ads).await?,
        Command::Admin(command) => admin::run(config, command).await?,
        Command::Doctor => return Ok(doctor::examine(&config).await),
    }
    Ok(ExitCode::SUCCESS)
}

async fn seed(app: &App, demo: bool, ads: Option<u64>) -> Result<()> {
    if demo {
        demo::load(app).await?;
        say("The demo data is loaded.");
    }
    if let Some(count) = ads {
        demo::fill_the_fair(app, count).await?;
        say(&format!("The fair has {count} invented ads."));
    }
    Ok(())
}

/// An app for one command: on SQLite the database is brought up to date first.
async fn open(config: Config) -> Result<App> {
    let migrate = match config.database {
        Database::Sqlite(_) => Migrate::Apply,
        Database::Postgres(_) => Migrate::Leave,
    };
    app::build(config, Clock::system(), migrate).await
}

async fn migrate(config: &Config, check: bool) -> Result<ExitCode> {
    let db = Db::connect(&config.database).await?;
    if check {
        let pending = migrations::pending(&db).await?;
        for name in &pending {
            say(name);
        }
        return Ok(if pending.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    let applied = migrations::apply(&db).await?;
    say(&format!("{applied} migrations applied."));
    Ok(ExitCode::SUCCESS)
}

/// A line for the person at the terminal.
fn say(text: &str) {
    // A closed terminal is no reason to stop.
    let _ = writeln!(std::io::stdout(), "{text}");
}

fn fail(text: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "praca: {text}");
    ExitCode::FAILURE
}

/// What a person at the terminal is told: the sentence without our codes.
fn sentence(error: &Error) -> String {
    match error {
        Error::Problem(refusal) if refusal.fields.len() > 1 => {
            refusal.fields.iter().map(|field| field.detail.as_str()).collect::<Vec<_>>().join(" ")
        }
        Error::Problem(refusal) => refusal.detail.to_string(),
        Error::Internal(source) => source.to_string(),
    }
}
