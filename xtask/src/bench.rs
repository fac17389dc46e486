//! `cargo xtask bench`: builds what is measured, starts what it needs, and lets `praca-load` measure and report.

use std::path::Path;

use praca_peers::Keep;

use crate::packages;
use crate::servers::Servers;
use crate::shell::{Result, cargo, output, program, root, run, say, target};
use crate::web;

/// The core of the load; the servers have the first.
const LOAD_CORE: &str = "1";

/// Measures what is named, or everything.
pub fn bench(names: &[String]) -> Result {
    let chromium = packages::chromium()?;
    let dist = web::build(None)?;
    run(cargo().args(["build", "--release", "--locked", "--package", "praca"]).env("PRACA_WEB_DIST", &dist))?;
    run(cargo().args(["build", "--release", "--locked", "--package", "praca-load"]))?;
    let peer = root().join("crates/load/peer");
    let e2e = root().join("e2e");
    for folder in [&peer, &e2e] {
        install(folder)?;
    }
    let servers = Servers::start(Keep::Durably)?;
    let mut command = program("taskset");
    command.args(["--cpu-list", LOAD_CORE]).arg(target().join("release/praca-load")).arg("bench").args(names);
    command.arg("--praca").arg(target().join("release/praca"));
    command.arg("--peer").arg(peer.join("server.mjs"));
    command.arg("--browser").arg(e2e.join("visit.mjs")).env("CHROMIUM", chromium);
    command.arg("--web").arg(dist);
    command.args(["--postgres", &servers.postgres_url()]);
    command.arg("--docs").arg(root().join("docs"));
    command.args(["--commit", &commit()?]);
    run(&mut command)?;
    say("The report is docs/benchmarks.md");
    Ok(())
}

/// The packages of a folder, at the versions of its lock file.
fn install(folder: &Path) -> Result {
    run(program("npm").args(["ci", "--no-audit", "--no-fund", "--silent"]).current_dir(folder))
}

/// What is measured: the commit, and whether there is more than is committed.
fn commit() -> Result<String> {
    let commit = output(program("git").args(["rev-parse", "--short", "HEAD"]))?;
    let changed = output(program("git").args(["status", "--porcelain", "--", "crates", "Cargo.lock"]))?;
    Ok(if changed.is_empty() { commit } else { format!("{commit} with changes") })
}
