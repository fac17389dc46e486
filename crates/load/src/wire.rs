//! The client's side of WebSocket (RFC 6455), as little as it takes: a handshake, masked frames out, whole frames in.
//!
//! A library would spend more on a frame than the server under test does, and so measure itself.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Most bytes of the answer to the handshake.
const HEAD_BYTES: usize = 8 * 1024;
/// Frames larger than this are no messages of ours.
const FRAME_BYTES: usize = 64 * 1024 * 1024;

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A packet.
    Text,
    /// The server ends the connection.
    Close,
    /// A heartbeat of WebSocket itself, and whatever else needs no answer.
    Other,
}

/// Opens a WebSocket to the Engine.IO endpoint; bytes that came right behind the handshake are returned with it.
///
/// # Errors
/// No connection, or the server refuses the upgrade.
pub async fn open(address: SocketAddr) -> Result<(TcpStream, Vec<u8>)> {
    let mut stream = TcpStream::connect(address).await.context("no connection")?;
    stream.set_nodelay(true)?;
    let request = format!(
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\n\
         Connection: Upgrade\r\nSec-WebSocket-Key: cHJhY2EgbG9hZCB0ZXN0IQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut head = Vec::with_capacity(512);
    loop {
        ensure!(stream.read_buf(&mut head).await? > 0, "closed during the handshake");
        if let Some(end) = memchr::memmem::find(&head, b"\r\n\r\n") {
            let rest = head.split_off(end + 4);
            ensure!(head.starts_with(b"HTTP/1.1 101"), "refused: {}", String::from_utf8_lossy(&head));
            return Ok((stream, rest));
        }
        ensure!(head.len() < HEAD_BYTES, "an endless answer to the handshake");
    }
}

/// A text frame. The mask is zero: servers must unmask all the same, and nothing here is secret.
pub fn frame(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut frame = Vec::with_capacity(bytes.len() + 14);
    frame.push(0x81);
    match (u8::try_from(bytes.len()), u16::try_from(bytes.len())) {
        (Ok(length), _) if length < 126 => frame.push(0x80 | length),
        (_, Ok(length)) => {
            frame.push(0xfe);
            frame.extend_from_slice(&length.to_be_bytes());
        }
        _ => {
            frame.push(0xff);
            frame.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        }
    }
    frame.extend_from_slice(&[0; 4]);
    frame.extend_from_slice(bytes);
    frame
}

/// Cuts a stream of bytes into frames.
#[derive(Debug, Default)]
pub struct Frames {
    /// The beginning of a frame whose end has not come.
    begun: Vec<u8>,
}

impl Frames {
    /// Takes bytes in; every whole frame is given to `each`.
    ///
    /// # Errors
    /// A frame no server of ours sends: fragmented, masked, or far too large.
    pub fn feed(&mut self, bytes: &[u8], mut each: impl FnMut(Kind, &[u8])) -> Result<()> {
        if self.begun.is_empty() {
            let used = cut(bytes, &mut each)?;
            self.begun.extend_from_slice(&bytes[used..]);
            return Ok(());
        }
        self.begun.extend_from_slice(bytes);
        let used = cut(&self.begun, &mut each)?;
        self.begun.drain(..used);
        Ok(())
    }
}

/// Gives every whole frame to `each`; how many bytes they take.
fn cut(bytes: &[u8], each: &mut impl FnMut(Kind, &[u8])) -> Result<usize> {
    let mut at = 0;
    while let Some((head, length)) = header(&bytes[at..])? {
        let Some(payload) = bytes.get(at + head..at + head + length) else { break };
        let kind = match bytes[at] & 0x0f {
            1 => Kind::Text,
            8 => Kind::Close,
            _ => Kind::Other,
        };
        each(kind, payload);
        at += head + length;
    }
    Ok(at)
}

/// The lengths of a frame's header and payload; none while the header is incomplete.
fn header(bytes: &[u8]) -> Result<Option<(usize, usize)>> {
    let [first, second, rest @ ..] = bytes else { return Ok(None) };
    if first & 0x80 == 0 || second & 0x80 != 0 {
        bail!("a fragmented or masked frame");
    }
    let (head, length) = match second & 0x7f {
        126 => match rest.first_chunk::<2>() {
            Some(length) => (4, u64::from(u16::from_be_bytes(*length))),
            None => return Ok(None),
        },
        127 => match rest.first_chunk::<8>() {
            Some(length) => (10, u64::from_be_bytes(*length)),
            None => return Ok(None),
        },
        length => (2, u64::from(length)),
    };
    let length = usize::try_from(length)?;
    ensure!(length <= FRAME_BYTES, "a frame of {length} bytes");
    Ok(Some((head, length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a server sends: as we do, but unmasked.
    fn served(text: &str) -> Vec<u8> {
        let masked = frame(text);
        let head = masked.len() - text.len() - 4;
        let mut bytes = masked[..head].to_vec();
        bytes[1] &= 0x7f;
        bytes.extend_from_slice(text.as_bytes());
        bytes
    }

    #[test]
    fn frames_are_found_however_the_bytes_are_cut() {
        let texts = ["2".to_owned(), "é".repeat(60), "x".repeat(126), "y".repeat(70_000)];
        let stream: Vec<u8> = texts.iter().flat_map(|text| served(text)).collect();
        for step in [1, 2, 3, 7, 1_000, stream.len()] {
            let (mut frames, mut heard) = (Frames::default(), Vec::new());
            for bytes in stream.chunks(step) {
                frames.feed(bytes, |_, text| heard.push(String::from_utf8(text.to_vec()).unwrap())).unwrap();
            }
            assert_eq!(heard, texts, "in steps of {step}");
        }
    }

    #[test]
    fn what_no_server_of_ours_sends_is_an_error() {
        assert!(Frames::default().feed(&frame("masked"), |_, _| {}).is_err());
        assert!(Frames::default().feed(&[0x01, 1, b'x'], |_, _| {}).is_err());
    }
}
