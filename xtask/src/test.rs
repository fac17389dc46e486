//! `cargo xtask test`: everything that must hold.

use std::time::Instant;

use praca_peers::Keep;

use crate::packages;
use crate::servers::Servers;
use crate::shell::{Failure, Result, cargo, program, root, run, say, target};
use crate::{chaos, tidy, web};

const USAGE: &str = "usage: cargo xtask test [--only format|tidy|clippy|rustdoc|deny|rust|chaos|browser]";

/// Longest time for one file of browser tests, so that a test that waits for ever ends as a failure.
const TEST_TIMEOUT: &str = "--test-timeout=600000";

/// A part of the tests.
type Step = fn() -> Result;

/// The steps in their order: cheap ones first.
const STEPS: &[(&str, Step)] = &[
    ("format", format),
    ("tidy", tidy::tidy),
    ("clippy", clippy),
    ("rustdoc", rustdoc),
    ("deny", deny),
    ("rust", rust),
    ("chaos", faults),
    ("browser", browser),
];

/// Runs all steps, or one.
pub fn test(arguments: &[String]) -> Result {
    let only = match arguments {
        [] => None,
        [flag, step] if flag == "--only" => Some(step.as_str()),
        _ => return Err(Failure::new(USAGE)),
    };
    if only.is_some_and(|only| STEPS.iter().all(|(name, _)| *name != only)) {
        return Err(Failure::new(USAGE));
    }
    for (name, step) in STEPS.iter().filter(|(name, _)| only.is_none_or(|only| only == *name)) {
        let began = Instant::now();
        say(&format!("== {name}"));
        step().map_err(|failure| Failure::new(format!("{name}: {failure}")))?;
        say(&format!("== {name}: ok in {} s", began.elapsed().as_secs()));
    }
    Ok(())
}

fn format() -> Result {
    run(cargo().args(["fmt", "--all", "--check"]))
}

fn clippy() -> Result {
    run(cargo().args(["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]))
}

fn rustdoc() -> Result {
    let doc = ["doc", "--workspace", "--no-deps", "--locked", "--document-private-items"];
    run(cargo().args(doc).env("RUSTDOCFLAGS", "-D warnings"))
}

/// Licences, duplicates and sources of what is depended on, on every system: what others need is not here yet. The check
/// itself asks no network.
fn deny() -> Result {
    let deny = packages::cargo_deny()?;
    run(cargo().args(["fetch", "--locked", "--quiet"]))?;
    run(program(deny).args(["--offline", "--locked", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"]))
}

/// Unit and integration tests, on both twins.
fn rust() -> Result {
    packages::clamd()?;
    packages::smtp()?;
    let servers = Servers::start(Keep::Quickly)?;
    let mut command = cargo();
    command.args(["test", "--workspace", "--locked", "--no-fail-fast", "--lib", "--bins", "--test", "it"]);
    servers.describe(&mut command);
    run(&mut command)?;
    // Among them what must not compile.
    run(cargo().args(["test", "--locked", "--package", "praca", "--doc"]))
}

/// The fault tests, shortened.
fn faults() -> Result {
    chaos::run_tests(None, chaos::Length::Short)
}

/// The official clients and the browser against the real program.
fn browser() -> Result {
    let chromium = packages::chromium()?;
    packages::smtp()?;
    packages::faketime()?;
    let dist = web::build(None)?;
    let programs = ["--bin", "praca", "--bin", "s3-peer", "--features", "praca-peers/s3"];
    run(cargo().args(["build", "--locked", "--workspace"]).args(programs).env("PRACA_WEB_DIST", dist))?;
    let e2e = root().join("e2e");
    run(program("npm").args(["ci", "--no-audit", "--no-fund", "--silent"]).current_dir(&e2e))?;
    let python = python()?;
    let servers = Servers::start(Keep::Quickly)?;
    let mut command = program("node");
    command.args(["--test", "--test-concurrency=1", "--test-reporter=spec", TEST_TIMEOUT]).current_dir(&e2e);
    command.env("PRACA_BIN", target().join("debug/praca")).env("PRACA_S3_PEER", target().join("debug/s3-peer"));
    command.env("CHROMIUM", chromium).env("PYTHON", python);
    servers.describe(&mut command);
    run(&mut command)
}

/// A Python with the official client and what tries the documents out, in an environment of its own.
fn python() -> Result<std::path::PathBuf> {
    let venv = target().join("e2e-python");
    let python = venv.join("bin/python");
    let wanted = root().join("e2e/requirements.txt");
    if !python.exists() {
        run(program("python3").args(["-m", "venv", "--clear"]).arg(&venv)).or_else(|_| {
            packages::python_venv()?;
            run(program("python3").args(["-m", "venv", "--clear"]).arg(&venv))
        })?;
    }
    run(program(&python).args(["-m", "pip", "install", "-q", "-r"]).arg(wanted))?;
    Ok(python)
}
