//! Throw-away PostgreSQL and Redis for tests and benchmarks: on free ports of loopback, ended by their own pid, and able
//! to go away and come back.

mod postgres;
mod redis;

use std::io::{self, Error};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

pub use postgres::{Keep, Postgres, find_postgres};
pub use redis::{REDIS, Redis};

/// Longest wait for a server.
const START_WITHIN: Duration = Duration::from_secs(60);

/// A port of loopback nobody listens on.
///
/// # Errors
/// There is none.
pub fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Waits until somebody listens there.
fn wait_for(port: u16, name: &str) -> io::Result<()> {
    let began = Instant::now();
    while began.elapsed() < START_WITHIN {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Err(Error::other(format!("{name} did not start within a minute")))
}

/// Sends a process a signal and waits for its end.
fn end(child: &mut Child, signal: &str) {
    // It may have ended already.
    let _ = Command::new("kill").args([signal, &child.id().to_string()]).status();
    let _ = child.wait();
}
