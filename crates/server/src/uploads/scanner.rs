//! Asks clamd whether a file is infected. Anything but a clear answer is none: the file waits while the scanner is away, and
//! is not accepted if the scanner is there and cannot tell.

use std::time::Duration;

use clamav_client::tokio::{Socket, Tcp, ping, scan_buffer};

use crate::config::ClamavAddress;
use crate::error::{Error, Result};

/// Longest wait for an answer.
const ANSWERS_WITHIN: Duration = Duration::from_secs(60);
/// Bytes given to it at a time.
const PART: usize = 256 * 1024;

/// What the scanner says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing known is in it.
    Clean,
    /// Something is, by its name.
    Infected(String),
    /// The scanner cannot tell, such as of a file larger than it takes.
    Unclear(String),
}

/// Scans a file.
///
/// # Errors
/// `service.unavailable`: the scanner is away.
pub async fn scan(address: &ClamavAddress, bytes: &[u8]) -> Result<Verdict> {
    require_there(address).await?;
    let scan = async {
        match address {
            ClamavAddress::Tcp(host) => scan_buffer(bytes, Tcp { host_address: host.as_str() }, Some(PART)).await,
            ClamavAddress::Unix(path) => scan_buffer(bytes, Socket { socket_path: path }, Some(PART)).await,
        }
    };
    match tokio::time::timeout(ANSWERS_WITHIN, scan).await {
        Ok(Ok(answer)) => Ok(read(&String::from_utf8_lossy(&answer))),
        // It hung up. If it is there still, that was because of this file.
        Ok(Err(error)) => require_there(address).await.map(|()| Verdict::Unclear(error.to_string())),
        Err(_) => Err(away("it does not answer in time")),
    }
}

async fn require_there(address: &ClamavAddress) -> Result<()> {
    check(address).await.map_err(|error| away(&error.to_string()))
}

fn away(cause: &str) -> Error {
    tracing::warn!(cause, "the virus scanner is away");
    Error::unavailable("The virus scanner cannot be reached right now.")
}

/// Whether it answers.
///
/// # Errors
/// `service.unavailable`.
pub async fn check(address: &ClamavAddress) -> Result<()> {
    let ping = async {
        match address {
            ClamavAddress::Tcp(host) => ping(Tcp { host_address: host.as_str() }).await,
            ClamavAddress::Unix(path) => ping(Socket { socket_path: path }).await,
        }
    };
    let answer = tokio::time::timeout(Duration::from_secs(3), ping).await;
    match answer {
        Ok(Ok(answer)) if answer.starts_with(b"PONG") => Ok(()),
        Ok(Ok(_)) => Err(Error::unavailable("What listens there is no clamd.")),
        Ok(Err(error)) => Err(Error::unavailable(error.to_string())),
        Err(_) => Err(Error::unavailable("No answer within 3 seconds.")),
    }
}

/// `stream: OK`, `stream: NAME FOUND`; everything else, such as `… ERROR`, tells nothing about the file.
fn read(answer: &str) -> Verdict {
    let said = answer.trim_matches(['\0', '\n', ' ']);
    match said.strip_prefix("stream: ") {
        Some("OK") => Verdict::Clean,
        Some(found) if found.ends_with(" FOUND") => Verdict::Infected(found.trim_end_matches(" FOUND").to_owned()),
        _ => Verdict::Unclear(said.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_answer_counts() {
        assert_eq!(read("stream: OK\0"), Verdict::Clean);
        assert_eq!(read("stream: Eicar-Signature FOUND\n"), Verdict::Infected("Eicar-Signature".into()));
        for unclear in ["", "OK", "INSTREAM size limit exceeded. ERROR", "stream: OK ERROR", "stream: "] {
            assert_eq!(read(unclear), Verdict::Unclear(unclear.trim().into()));
        }
    }
}
