//! The object store as a process, for tests that are no Rust: says how to reach it, and ends with its standard input.

use std::io::{self, Write as _};

use praca_peers::S3;

fn main() -> io::Result<()> {
    let store = S3::start()?;
    let mut out = io::stdout().lock();
    for (setting, value) in store.settings() {
        writeln!(out, "{setting}={value}")?;
    }
    out.flush()?;
    io::copy(&mut io::stdin(), &mut io::sink()).map(drop)
}
