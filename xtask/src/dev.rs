//! `cargo xtask dev`: rebuilds and restarts on every change. Open pages reconnect, find a newer client and reload.

use std::path::Path;
use std::process::Child;
use std::time::{Duration, SystemTime};

use crate::shell::{Result, cargo, program, root, run, say, target};
use crate::web;

/// What is watched.
const WATCHED: &[&str] = &["crates", "Cargo.toml", "Cargo.lock"];

/// Runs until stopped.
pub fn dev() -> Result {
    let mut server: Option<Child> = None;
    let mut built = SystemTime::UNIX_EPOCH;
    loop {
        let newest = newest_change();
        if newest > built {
            built = newest;
            if let Err(failure) = rebuild() {
                say(&format!("{failure}; waiting for the next change"));
            } else {
                stop(server.take());
                server = Some(program(target().join("debug/praca")).args(["serve", "--demo"]).spawn()?);
            }
        }
        std::thread::sleep(Duration::from_millis(500));
    }
}

fn rebuild() -> Result {
    let dist = web::build(None)?;
    run(cargo().args(["build", "--workspace", "--bin", "praca"]).env("PRACA_WEB_DIST", dist))
}

/// Asks the server to stop, by its pid, and waits.
fn stop(server: Option<Child>) {
    if let Some(mut server) = server {
        let _ = program("kill").args(["-TERM", &server.id().to_string()]).status();
        let _ = server.wait();
    }
}

fn newest_change() -> SystemTime {
    WATCHED.iter().map(|path| newest_in(&root().join(path))).max().unwrap_or(SystemTime::UNIX_EPOCH)
}

fn newest_in(path: &Path) -> SystemTime {
    let own = path.metadata().and_then(|meta| meta.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    let Ok(entries) = std::fs::read_dir(path) else { return own };
    entries.flatten().map(|entry| newest_in(&entry.path())).max().unwrap_or(own)
}
