//! A Socket.IO v5 client over WebSocket: events out with their acknowledgements, packets in.

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use praca_api::Problem;
use praca_api::events::{Ack, ClientEvent};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use tokio::io::AsyncWriteExt as _;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::wire::{self, Frames, Kind};

/// Longest wait for an acknowledgement, and for the handshake.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// Bytes read at a time.
const READ_BYTES: usize = 256 * 1024;

thread_local! {
    /// One buffer for all sockets of a thread: ten thousand of their own would be the load's memory, not the server's.
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_BYTES]);
}

/// What a socket says; shared by everyone who speaks through it.
pub struct Socket {
    write: tokio::sync::Mutex<OwnedWriteHalf>,
    waiting: Mutex<HashMap<u64, oneshot::Sender<String>>>,
    next_id: AtomicU64,
}

/// What a socket hears.
pub struct Ear {
    read: OwnedReadHalf,
    frames: Frames,
}

/// Why an event was not done.
#[derive(Debug)]
pub enum Refusal {
    /// The server says so.
    Problem(Box<Problem>),
    /// The connection ended, or nobody answered: it may or may not have been done.
    Unknown,
}

/// Connects and shows a token; a peer that asks for none gets none.
///
/// # Errors
/// No connection, or the handshake is refused.
pub async fn connect(address: SocketAddr, token: Option<&str>) -> Result<(Arc<Socket>, Ear)> {
    timeout(PATIENCE, shake_hands(address, token)).await.context("the handshake took too long")?
}

async fn shake_hands(address: SocketAddr, token: Option<&str>) -> Result<(Arc<Socket>, Ear)> {
    let (stream, rest) = wire::open(address).await?;
    let (read, write) = stream.into_split();
    let mut ear = Ear { read, frames: Frames::default() };
    let socket = Socket { write: write.into(), waiting: Mutex::default(), next_id: AtomicU64::new(1) };
    let auth = token.map_or_else(|| "40".to_owned(), |token| format!("40{{\"token\":\"{token}\"}}"));
    socket.say(&auth).await?;
    let (answer, pinged) = (OnceLock::new(), AtomicBool::new(false));
    let mut hear = |text: &str| match text.as_bytes() {
        b"2" => pinged.store(true, Ordering::Relaxed),
        // The first answer is the one to this handshake.
        [b'4', b'0' | b'4', ..] => drop(answer.set(text.to_owned())),
        _ => {}
    };
    feed(&mut ear.frames, &rest, &mut hear)?;
    while answer.get().is_none() {
        ear.hear(&mut hear).await?;
    }
    if pinged.into_inner() {
        socket.say("3").await?;
    }
    let answer = answer.into_inner().unwrap_or_default();
    ensure!(answer.starts_with("40"), "refused: {answer}");
    Ok((Arc::new(socket), ear))
}

impl Ear {
    /// Waits for bytes; every packet is given to `each`.
    ///
    /// # Errors
    /// The connection ended.
    pub async fn hear(&mut self, each: &mut (impl FnMut(&str) + Send)) -> Result<()> {
        self.read.readable().await?;
        let Self { read, frames } = self;
        BUFFER.with_borrow_mut(|buffer| match read.try_read(buffer) {
            Ok(0) => bail!("the server closed the connection"),
            Ok(count) => feed(frames, &buffer[..count], each),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => Ok(()),
            Err(error) => Err(error.into()),
        })
    }

    /// Hears answers only, and no heartbeats, until the connection ends.
    pub async fn hear_answers(&mut self, socket: &Socket) {
        while self.hear(&mut |packet| socket.hear_answer(packet)).await.is_ok() {}
    }

    /// Hears until the connection ends or the server says to go: answers heartbeats, gives answers to whoever waits, events to `each`.
    pub async fn listen(mut self, socket: &Socket, mut each: impl FnMut(&str) + Send) {
        loop {
            let (mut ping, mut told_to_go) = (false, false);
            let mut hear = |packet: &str| match packet.as_bytes() {
                b"2" => ping = true,
                b"41" => told_to_go = true,
                [b'4', b'3', ..] => socket.hear_answer(packet),
                [b'4', b'2', ..] => each(packet),
                _ => {}
            };
            let heard = self.hear(&mut hear).await;
            if heard.is_err() || told_to_go || (ping && socket.say("3").await.is_err()) {
                socket.forget_waiting();
                return;
            }
        }
    }
}

fn feed(frames: &mut Frames, bytes: &[u8], each: &mut impl FnMut(&str)) -> Result<()> {
    let mut closed = false;
    frames.feed(bytes, |kind, payload| match kind {
        Kind::Text => {
            if let Ok(text) = std::str::from_utf8(payload) {
                each(text);
            }
        }
        Kind::Close => closed = true,
        Kind::Other => {}
    })?;
    ensure!(!closed, "the server closed the WebSocket");
    Ok(())
}

impl Socket {
    /// Sends a packet as it is.
    ///
    /// # Errors
    /// The connection ended.
    pub async fn say(&self, packet: &str) -> Result<()> {
        self.write(&wire::frame(packet)).await
    }

    /// Writes bytes as they are, whole frames or not.
    ///
    /// # Errors
    /// The connection ended.
    pub async fn write(&self, bytes: &[u8]) -> Result<()> {
        Ok(self.write.lock().await.write_all(bytes).await?)
    }

    /// Sends an event and waits for its answer.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub async fn ask<T: DeserializeOwned>(&self, event: ClientEvent, payload: &impl Serialize) -> Result<T, Refusal> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let (done, answer) = oneshot::channel();
        self.waiting().insert(id, done);
        let payload = serde_json::to_string(payload).map_err(|_| Refusal::Unknown)?;
        let packet = format!("42{id}[\"{}\",{payload}]", event.name());
        if self.say(&packet).await.is_err() {
            self.waiting().remove(&id);
            return Err(Refusal::Unknown);
        }
        let answer = timeout(PATIENCE, answer).await.ok().and_then(Result::ok);
        let answer = answer.ok_or_else(|| {
            self.waiting().remove(&id);
            Refusal::Unknown
        })?;
        let json = answer.find('[').and_then(|at| answer.get(at + 1..answer.len() - 1)).unwrap_or_default();
        let ack: Ack<Box<RawValue>> = serde_json::from_str(json).map_err(|_| Refusal::Unknown)?;
        match (ack.data, ack.error) {
            (Some(data), _) if ack.ok => serde_json::from_str(data.get()).map_err(|_| Refusal::Unknown),
            (_, Some(problem)) => Err(Refusal::Problem(Box::new(problem))),
            _ => Err(Refusal::Unknown),
        }
    }

    /// Whoever waits for this answer gets it; other packets are passed over.
    pub fn hear_answer(&self, packet: &str) {
        let Some(answer) = packet.strip_prefix("43") else { return };
        let id = answer.split('[').next().and_then(|id| id.parse().ok());
        if let Some(done) = id.and_then(|id: u64| self.waiting().remove(&id)) {
            // Whoever asked may have given up.
            let _ = done.send(packet.to_owned());
        }
    }

    /// Nobody answers any more.
    fn forget_waiting(&self) {
        self.waiting().clear();
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, HashMap<u64, oneshot::Sender<String>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<Refusal> for anyhow::Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Problem(problem) => anyhow!("refused: {} ({})", problem.detail, problem.code),
            Refusal::Unknown => anyhow!("the connection ended before an answer came"),
        }
    }
}
