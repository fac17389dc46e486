//! `cargo xtask chaos`: the fault tests, each repeated far more often than in the tests.

use crate::packages;
use crate::shell::{Failure, Result, cargo, run};

/// How often a fault is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// As part of the tests.
    Short,
    /// `cargo xtask chaos`.
    Full,
}

/// Runs all fault tests, or those whose name holds a word.
pub fn chaos(arguments: &[String]) -> Result {
    match arguments {
        [] => run_tests(None, Length::Full),
        [word] => run_tests(Some(word), Length::Full),
        _ => Err(Failure::new("usage: cargo xtask chaos [WORD]")),
    }
}

/// Runs them one at a time: each takes all there is.
pub fn run_tests(only: Option<&str>, length: Length) -> Result {
    packages::postgres()?;
    packages::redis()?;
    let mut command = cargo();
    command.args(["test", "--locked", "--workspace", "--test", "chaos", "--"]).args(only);
    command.args(["--test-threads=1", "--nocapture"]);
    if length == Length::Full {
        command.env("PRACA_CHAOS", "full");
    }
    run(&mut command)
}
