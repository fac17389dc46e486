//! Praça's own tools.
//!
//! `cargo xtask run` builds and starts everything; `cargo xtask test` checks everything. Both do their own set-up.

mod bench;
mod chaos;
mod dev;
mod fuzz;
mod packages;
mod run;
mod servers;
mod shell;
mod test;
mod tidy;
mod web;

use std::process::ExitCode;

use shell::{Failure, say};

const USAGE: &str = "\
cargo xtask COMMAND

  run [--listen ADDRESS] [--data-dir DIR]   build client and server in release and start them with the demo data
  dev                                       the same in debug, rebuilt and restarted on every change
  test [--only STEP]                        format, clippy, rustdoc, tidy, unit, integration and browser tests
  bench [NAME...] [--before COMMIT]         fanout, stored, memory, heap, history, logins, doors, people, pictures, search, web, compare: measure, and write docs/benchmarks.md
  chaos [WORD]                              the fault tests, repeated: kills, outages, bad networks, full disks, hostile clients
  fuzz [MINUTES]                            made-up input for whatever reads what people send, for 10 minutes
  web [--toolchain rustup|debian]           build the web client
  tidy                                      check sizes, the dependency rule and the languages
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = arguments.split_first().map_or(("", &[][..]), |(command, rest)| (command.as_str(), rest));
    let done = match command {
        "run" => run::run(rest),
        "dev" => dev::dev(),
        "test" => test::test(rest),
        "bench" => bench::bench(rest),
        "chaos" => chaos::chaos(rest),
        "fuzz" => fuzz::fuzz(rest),
        "web" => web::command(rest),
        "tidy" => tidy::tidy(),
        _ => Err(Failure::new(USAGE)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say(&format!("xtask: {failure}"));
            ExitCode::FAILURE
        }
    }
}
