//! `cargo xtask fuzz`: made-up input for everything that reads what people send, far more of it than in the tests.

use std::time::{Duration, Instant};

use praca_peers::Keep;

use crate::servers::Servers;
use crate::shell::{Failure, Result, cargo, run, say};

/// Inputs of each test in one round; the tests of a running server make a hundredth of it.
const CASES: &str = "20000";

/// Runs rounds for so many minutes (10 when it is not said), each with other inputs; the first failure ends it, and names
/// the input.
pub fn fuzz(arguments: &[String]) -> Result {
    let minutes = match arguments {
        [] => 10,
        [minutes] => minutes.parse().map_err(|_| Failure::new("usage: cargo xtask fuzz [MINUTES]"))?,
        _ => return Err(Failure::new("usage: cargo xtask fuzz [MINUTES]")),
    };
    let servers = Servers::start(Keep::Quickly)?;
    let end = Instant::now() + Duration::from_secs(minutes * 60);
    for round in 1_u32.. {
        say(&format!("Round {round}"));
        // The properties of single functions, in all crates; then the routes and sockets of a running server.
        run(cargo().args(["test", "--quiet", "--locked", "--workspace", "--lib"]).env("PROPTEST_CASES", CASES))?;
        let mut routes = cargo();
        routes.args(["test", "--quiet", "--locked", "--workspace", "--test", "it", "--", "made_up"]);
        servers.describe(&mut routes);
        run(routes.env("PROPTEST_CASES", CASES))?;
        if Instant::now() >= end {
            break;
        }
    }
    Ok(())
}
