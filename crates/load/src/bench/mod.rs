//! The project's benchmarks: each starts the servers it compares, pinned to one core with the load on another, runs them
//! in turns, and writes its part of the report.

mod chart;
mod compare;
mod doors;
mod fair;
mod fanout;
mod heap;
mod history;
mod logins;
mod memory;
mod people;
mod pictures;
mod report;
mod search;
mod stored;
mod web;
mod workshop;

use std::path::PathBuf;
use std::pin::Pin;

use anyhow::{Context as _, Result, bail};
use clap::Args;

use crate::report::say;
use crate::scenario::bounded;
use report::Part;
use workshop::Workshop;

/// What to measure, and with what. `cargo xtask bench` fills this in.
#[derive(Args, Clone, Debug)]
pub struct BenchArgs {
    /// Which benchmarks; none = all.
    pub names: Vec<String>,
    /// The program, built for release.
    #[arg(long)]
    pub praca: PathBuf,
    /// The program that notes where memory is asked for.
    #[arg(long)]
    pub heap: Option<PathBuf>,
    /// An older program, to compare with.
    #[arg(long, requires = "before_commit")]
    pub before: Option<PathBuf>,
    /// What it is, as the report names it.
    #[arg(long)]
    pub before_commit: Option<String>,
    /// The peer's program.
    #[arg(long)]
    pub peer: PathBuf,
    /// The script that drives the browser.
    #[arg(long)]
    pub browser: PathBuf,
    /// The web client as it is served.
    #[arg(long)]
    pub web: PathBuf,
    /// A PostgreSQL server that keeps what it commits; databases are made on it.
    #[arg(long)]
    pub postgres: String,
    /// Where the report is: `benchmarks.md` and its pictures.
    #[arg(long)]
    pub docs: PathBuf,
    /// What is measured, as the report names it.
    #[arg(long)]
    pub commit: String,
    /// Cores of the servers, as `taskset` names them.
    #[arg(long, default_value = "0")]
    pub cores: String,
    /// How often each side runs.
    #[arg(long, default_value_t = 3)]
    pub rounds: usize,
    /// Seconds a run measures.
    #[arg(long, default_value_t = 8.0)]
    pub seconds: f64,
}

/// A benchmark under way.
type Measuring<'a> = Pin<Box<dyn Future<Output = Result<Part>> + 'a>>;

/// Runs a benchmark.
type Benchmark = for<'a> fn(&'a Workshop) -> Measuring<'a>;

/// Every benchmark, in the order of the report.
const ALL: &[(&str, Benchmark)] = &[
    ("fanout", |shop| Box::pin(fanout::run(shop))),
    ("stored", |shop| Box::pin(stored::run(shop))),
    ("memory", |shop| Box::pin(memory::run(shop))),
    ("heap", |shop| Box::pin(heap::run(shop))),
    ("history", |shop| Box::pin(history::run(shop))),
    ("logins", |shop| Box::pin(logins::run(shop))),
    ("doors", |shop| Box::pin(doors::run(shop))),
    ("people", |shop| Box::pin(people::run(shop))),
    ("pictures", |shop| Box::pin(pictures::run(shop))),
    ("search", |shop| Box::pin(search::run(shop))),
    ("fair", |shop| Box::pin(fair::run(shop))),
    ("web", |shop| Box::pin(web::run(shop))),
    ("compare", |shop| Box::pin(compare::run(shop))),
];

/// Runs the benchmarks asked for and writes their parts of the report.
///
/// # Errors
/// An unknown name, or a server that does not do its work.
pub async fn run(args: BenchArgs) -> Result<()> {
    if let Some(unknown) = args.names.iter().find(|name| ALL.iter().all(|(known, _)| known != name)) {
        let known: Vec<&str> = ALL.iter().map(|(name, _)| *name).collect();
        bail!("there is no benchmark `{unknown}`, only {}", known.join(", "));
    }
    let shop = Workshop::open(args)?;
    let named = |name: &str| shop.args.names.iter().any(|wanted| wanted == name);
    let all = |name: &str| shop.args.names.is_empty() && (name != "compare" || shop.args.before.is_some());
    let wanted = |name: &str| named(name) || all(name);
    for (name, benchmark) in ALL.iter().filter(|(name, _)| wanted(name)) {
        say(&format!("== {name}"));
        let part = bounded(benchmark(&shop)).await.with_context(|| format!("the benchmark {name} failed"))?;
        let order: Vec<&str> = ALL.iter().map(|(name, _)| *name).collect();
        report::write(&shop.args, &order, name, &part)?;
    }
    Ok(())
}
