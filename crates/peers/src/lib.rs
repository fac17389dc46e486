//! Throw-away PostgreSQL, Redis, clamd, S3 and mail servers for tests and benchmarks: on free ports of loopback, ended by their own pid,
//! and able to go away and come back.

mod clamav;
mod postgres;
mod redis;
#[cfg(feature = "s3")]
mod s3;
mod smtp;

use std::io::{self, Error};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

pub use clamav::{CLAMAV_MOST_BYTES, CLAMD, Clamav, eicar};
pub use postgres::{Keep, Postgres, find_postgres};
pub use redis::{REDIS, Redis};
#[cfg(feature = "s3")]
pub use s3::S3;
pub use smtp::{OPENSSL, PYTHON, Smtp, TakenMail, Tls, rsa_key};

/// Longest wait for a server.
const START_WITHIN: Duration = Duration::from_secs(60);

/// A port of loopback nobody listens on.
///
/// # Errors
/// There is none.
pub fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Starts a server, and waits until it listens on its port.
fn start(command: &mut Command, port: u16) -> io::Result<Child> {
    let mut child = command.spawn()?;
    let began = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if let Some(status) = child.try_wait()? {
            return Err(Error::other(format!("{command:?} ended with {status}")));
        }
        if began.elapsed() > START_WITHIN {
            end(&mut child, "-KILL");
            return Err(Error::other(format!("{command:?} did not start within a minute")));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(child)
}

/// Sends a process a signal and waits for its end.
fn end(child: &mut Child, signal: &str) {
    // One that has ended already has no pid of its own any more.
    if matches!(child.try_wait(), Ok(None)) {
        let _ = Command::new("kill").args([signal, &child.id().to_string()]).status();
        let _ = child.wait();
    }
}
