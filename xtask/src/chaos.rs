//! `cargo xtask chaos`: the fault tests, each repeated far more often than in the tests.

use crate::packages;
use crate::shell::{Failure, Result, cargo, run};

/// Runs all fault tests, or those whose name holds a word.
pub fn chaos(arguments: &[String]) -> Result {
    let only = match arguments {
        [] => None,
        [word] => Some(word),
        _ => return Err(Failure::new("usage: cargo xtask chaos [WORD]")),
    };
    packages::postgres()?;
    packages::redis()?;
    let mut command = cargo();
    command.args(["test", "--locked", "--package", "praca", "--test", "chaos", "--"]).args(only);
    // One fault at a time: each takes all there is.
    command.args(["--test-threads=1", "--nocapture"]).env("PRACA_CHAOS", "full");
    run(&mut command)
}
