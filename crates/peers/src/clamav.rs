//! clamd, with one signature of its own: EICAR's test file.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use super::{end, free_port, start};

/// Debian's program.
pub const CLAMD: &str = "/usr/sbin/clamd";

/// The longest file it takes, in bytes; of longer ones it cannot tell.
pub const CLAMAV_MOST_BYTES: usize = 1 << 20;

/// The test file every scanner finds (EICAR, 2003), put together here so that no scanner finds this source.
pub fn eicar() -> Vec<u8> {
    [r"X5O!P%@AP[4\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS-TEST-FILE", "!$H+H*"].concat().into_bytes()
}

/// A clamd of one's own; ended when dropped.
pub struct Clamav {
    child: Child,
    folder: PathBuf,
    port: u16,
}

impl Clamav {
    /// Starts one.
    ///
    /// # Errors
    /// It is not installed, or does not start.
    pub fn start() -> io::Result<Self> {
        let port = free_port()?;
        let folder = std::env::temp_dir().join(format!("praca-clamd-{}-{port}", std::process::id()));
        fs::create_dir_all(folder.join("signatures"))?;
        let mut signature = "Eicar-Test-Signature:0:*:".to_owned();
        for byte in eicar() {
            let _ = write!(signature, "{byte:02x}");
        }
        fs::write(folder.join("signatures/test.ndb"), signature + "\n")?;
        let settings = format!(
            "Foreground yes\nTCPSocket {port}\nTCPAddr 127.0.0.1\nStreamMaxLength {CLAMAV_MOST_BYTES}\nDatabaseDirectory {}\n",
            folder.join("signatures").display()
        );
        fs::write(folder.join("clamd.conf"), settings)?;
        let child = spawn(&folder, port)?;
        Ok(Self { child, folder, port })
    }

    /// Where it listens.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Ends it at once.
    pub fn stop(&mut self) {
        end(&mut self.child, "-KILL");
    }

    /// Starts it again at the same address.
    ///
    /// # Errors
    /// It does not start.
    pub fn start_again(&mut self) -> io::Result<()> {
        self.child = spawn(&self.folder, self.port)?;
        Ok(())
    }
}

impl Drop for Clamav {
    fn drop(&mut self) {
        self.stop();
        // What is left is the system's to clean.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn spawn(folder: &std::path::Path, port: u16) -> io::Result<Child> {
    let mut command = Command::new(CLAMD);
    command.arg("--config-file").arg(folder.join("clamd.conf"));
    start(command.stdout(Stdio::null()).stderr(Stdio::null()), port)
}
