//! Redis, nothing kept on disk.

use std::io;
use std::process::{Child, Command, Stdio};

use super::{end, free_port, start};

/// Debian's program.
pub const REDIS: &str = "/usr/bin/redis-server";

/// A Redis of one's own; ended when dropped.
pub struct Redis {
    child: Child,
    port: u16,
}

impl Redis {
    /// Starts one.
    ///
    /// # Errors
    /// It is not installed, or does not start.
    pub fn start() -> io::Result<Self> {
        let port = free_port()?;
        Ok(Self { child: spawn(port)?, port })
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends it at once; all it held is lost.
    pub fn stop(&mut self) {
        end(&mut self.child, "-KILL");
    }

    /// Starts it again, empty, at the same address.
    ///
    /// # Errors
    /// It does not start.
    pub fn start_again(&mut self) -> io::Result<()> {
        self.child = spawn(self.port)?;
        Ok(())
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.stop();
    }
}

fn spawn(port: u16) -> io::Result<Child> {
    let mut command = Command::new(REDIS);
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
    start(command.stdout(Stdio::null()), port)
}
