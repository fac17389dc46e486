//! `cargo xtask run`: everything from nothing.

use std::os::unix::process::CommandExt as _;

use crate::shell::{Failure, Result, cargo, program, run as wait, say, target};
use crate::web;

/// Builds client and server in release, and starts the embedded default with the demo data.
pub fn run(arguments: &[String]) -> Result {
    let dist = web::build(None)?;
    wait(cargo().args(["build", "--release", "--locked", "--package", "praca"]).env("PRACA_WEB_DIST", dist))?;
    say("");
    say("Demo people: ana (administrator), bia (moderator), caio, davi, elis; password praca-demo-2026 for all.");
    say("An administrator of your own: praca admin create --email you@example.org --handle you");
    say(&format!("  (the program is {})", target().join("release/praca").display()));
    say("");
    // In its own place, so that what ends this ends the server.
    let error = program(target().join("release/praca")).args(["serve", "--demo"]).args(arguments).exec();
    Err(Failure::new(format!("the server does not start: {error}")))
}
