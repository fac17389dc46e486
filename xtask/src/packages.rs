//! What the project needs of the machine: installed from Debian's packages when it may be, otherwise named.

use std::path::{Path, PathBuf};

use praca_peers::{CLAMD, OPENSSL, PYTHON, REDIS, find_postgres};

use crate::shell::{Failure, Result, cargo, output, program, run, say, succeeds, target};

/// The version of what looks over dependencies.
const CARGO_DENY: &str = "0.20.2";

const CHROMIUM: &str = "/usr/bin/chromium";

/// PostgreSQL's server.
pub fn postgres() -> Result<()> {
    if find_postgres().is_none() {
        install(&["postgresql"], "PostgreSQL 15 or newer")?;
    }
    Ok(())
}

/// Redis' server.
pub fn redis() -> Result<()> {
    ensure(REDIS, &["redis-server"], "Redis 7 or newer")
}

/// A virus scanner.
pub fn clamd() -> Result<()> {
    ensure(CLAMD, &["clamav-daemon"], "clamd")
}

/// A mail server, what checks signatures of mails, and what makes its certificates.
pub fn smtp() -> Result<()> {
    let modules = succeeds(program(PYTHON).args(["-c", "import aiosmtpd, dkim, nacl"]));
    if modules && Path::new(OPENSSL).exists() {
        return Ok(());
    }
    install(&["python3-aiosmtpd", "python3-dkim", "openssl"], "a mail server in Python")
}

/// A clock of its own for the program of a test.
pub fn faketime() -> Result<()> {
    if !has_package("libfaketime") {
        install(&["libfaketime"], "libfaketime")?;
    }
    Ok(())
}

/// A browser for the tests.
pub fn chromium() -> Result<&'static str> {
    ensure(CHROMIUM, &["chromium", "fonts-noto-color-emoji"], "Chromium")?;
    Ok(CHROMIUM)
}

/// Debian's Rust compiler for WebAssembly, and the linker.
pub fn rustc_web() -> Result<()> {
    let there = |file: &str| Path::new(file).exists();
    if there("/usr/bin/cargo") && succeeds(program("/usr/bin/rustc").arg("--version")) && has_package("rust-web-src") {
        return Ok(());
    }
    install(&["rustc-web", "cargo-web", "rust-web-src", "lld"], "a Rust compiler for wasm32-unknown-unknown")
}

/// What looks over dependencies, built once and kept with the other build output.
pub fn cargo_deny() -> Result<PathBuf> {
    let folder = target().join("tools");
    let deny = folder.join("bin/cargo-deny");
    if output(program(&deny).arg("--version")).is_ok_and(|version| version.ends_with(CARGO_DENY)) {
        return Ok(deny);
    }
    say(&format!("Building cargo-deny {CARGO_DENY}"));
    // Built for once: no optimisation is worth its time.
    let install = ["install", "--quiet", "--locked", "--debug", "--version", CARGO_DENY, "--root"];
    run(cargo().args(install).arg(&folder).arg("cargo-deny").env("CARGO_TARGET_DIR", folder.join("target")))?;
    std::fs::remove_dir_all(folder.join("target"))?;
    Ok(deny)
}

fn has_package(name: &str) -> bool {
    output(program("dpkg-query").args(["-W", "-f=${Status}", name])).is_ok_and(|status| status.ends_with("installed"))
}

fn ensure(binary: &str, packages: &[&str], what: &str) -> Result<()> {
    if Path::new(binary).exists() { Ok(()) } else { install(packages, what) }
}

fn install(packages: &[&str], what: &str) -> Result<()> {
    let names = packages.join(" ");
    let missing = || Failure::new(format!("{what} is missing. Install it with: sudo apt-get install {names}"));
    let prefix: &[&str] = match output(program("id").arg("-u")).as_deref() {
        Ok("0") => &[],
        _ if succeeds(program("sudo").args(["-n", "true"])) => &["sudo", "-n"],
        _ => return Err(missing()),
    };
    let apt = |arguments: &[&str]| {
        let words: Vec<&str> =
            prefix.iter().copied().chain(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]).collect();
        run(program(words[0]).args(&words[1..]).args(arguments))
    };
    if !Path::new("/usr/bin/apt-get").exists() {
        return Err(missing());
    }
    say(&format!("Installing {names} ({what})"));
    apt(&["update", "-q"])?;
    let mut arguments = vec!["install", "-y", "-q", "--no-install-recommends"];
    arguments.extend_from_slice(packages);
    apt(&arguments).map_err(|_| missing())
}

/// Python's virtual environments.
pub fn python_venv() -> Result<()> {
    install(&["python3", "python3-venv", "python3-pip"], "Python 3 with venv")
}
