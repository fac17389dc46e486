//! `cargo xtask bench`: builds what is measured, starts what it needs, and lets `praca-load` measure and report.

use std::path::{Path, PathBuf};

use praca_peers::Keep;

use crate::packages;
use crate::servers::Servers;
use crate::shell::{Failure, Result, cargo, output, program, root, run, say, target};
use crate::web;

/// Builds the program.
const PRACA: &[&str] = &["build", "--release", "--locked", "--package", "praca"];
/// The core of the load; the servers have the first.
const LOAD_CORE: &str = "1";

/// Measures what is named, or everything; `--before COMMIT` gives an older program for `compare`.
pub fn bench(arguments: &[String]) -> Result {
    let mut names = arguments.to_vec();
    let before = match names.iter().position(|argument| argument == "--before") {
        Some(at) => names
            .drain(at..names.len().min(at + 2))
            .nth(1)
            .map(Some)
            .ok_or_else(|| Failure::new("--before which commit?"))?,
        None => None,
    };
    let before = before.map(|name| output(program("git").args(["rev-parse", "--short", &name]))).transpose()?;
    let commit = commit()?;
    let chromium = packages::chromium()?;
    let dist = web::build(None)?;
    let older = before.as_deref().map(build_older).transpose()?;
    let wants_heap = names.is_empty() || names.iter().any(|name| name == "heap");
    let heap =
        wants_heap.then(|| build("praca-heap", &root(), &target(), &["--features", "heap-profile"])).transpose()?;
    run(cargo().args(PRACA).env("PRACA_WEB_DIST", &dist))?;
    run(cargo().args(["build", "--release", "--locked", "--package", "praca-load"]))?;
    let peer = root().join("crates/load/peer");
    let e2e = root().join("e2e");
    for folder in [&peer, &e2e] {
        install(folder)?;
    }
    let servers = Servers::start(Keep::Durably)?;
    let mut command = program("taskset");
    command.args(["--cpu-list", LOAD_CORE]).arg(target().join("release/praca-load")).arg("bench").args(&names);
    command.arg("--praca").arg(target().join("release/praca"));
    command.arg("--peer").arg(peer.join("server.mjs"));
    command.arg("--browser").arg(e2e.join("visit.mjs")).env("CHROMIUM", chromium);
    command.arg("--web").arg(dist);
    command.args(["--postgres", &servers.postgres_url()]);
    command.arg("--docs").arg(root().join("docs"));
    command.args(["--commit", &commit]);
    if let Some(heap) = heap {
        command.arg("--heap").arg(heap);
    }
    if let (Some(older), Some(before)) = (older, before) {
        command.arg("--before").arg(older).args(["--before-commit", &before]);
    }
    run(&mut command)?;
    say("The report is docs/benchmarks.md");
    Ok(())
}

/// Builds the program of a folder without the client, and keeps it under another name.
fn build(name: &str, folder: &Path, into: &Path, options: &[&str]) -> Result<PathBuf> {
    run(cargo().args(PRACA).args(options).arg("--target-dir").arg(into).current_dir(folder))?;
    let kept = target().join("release").join(name);
    std::fs::copy(into.join("release/praca"), &kept)?;
    Ok(kept)
}

/// Builds the program as it was, in a folder of its own: what it shares with the present one is not the same.
fn build_older(commit: &str) -> Result<PathBuf> {
    let folder = target().join("older");
    let git = |arguments: &[&str]| run(program("git").arg("worktree").args(arguments).arg(&folder).current_dir(root()));
    if folder.exists() {
        git(&["remove", "--force"])?;
    }
    run(program("git").args(["worktree", "add", "--detach"]).arg(&folder).arg(commit).current_dir(root()))?;
    let built = build("praca-before", &folder, &target().join("older-target"), &[]);
    git(&["remove", "--force"])?;
    built
}

/// The packages of a folder, at the versions of its lock file.
fn install(folder: &Path) -> Result {
    run(program("npm").args(["ci", "--no-audit", "--no-fund", "--silent"]).current_dir(folder))
}

/// What is measured: the commit, and whether there is more than is committed.
fn commit() -> Result<String> {
    let commit = output(program("git").args(["rev-parse", "--short", "HEAD"]))?;
    let changed = output(program("git").args(["status", "--porcelain", "--", ".", ":!docs"]))?;
    Ok(if changed.is_empty() { commit } else { format!("{commit} with changes") })
}
