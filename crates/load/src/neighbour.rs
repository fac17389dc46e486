//! Somebody who talks and listens whatever happens to the servers: sends each message until it is acknowledged, comes
//! back to another node when one goes away, and asks for what they missed. As the web client does.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use praca_api::events::{ClientEvent, InRoom};
use praca_api::messages::NewMessage;
use praca_api::{ConversationId, Seq};
use tokio::time::sleep;

use crate::people::Person;
use crate::reader::{Reader, body, message_of};
use crate::scenario::crowd::{Sent, join};
use crate::socket::{self, Ear, Refusal, Socket};
use crate::tally::{Tally, Times, now};

/// Pause before trying another node, and after a refusal.
const PAUSE: Duration = Duration::from_millis(100);

/// Somebody in a room.
pub struct Neighbour {
    /// The nodes, in the order they are tried.
    addresses: Vec<SocketAddr>,
    person: Person,
    room: ConversationId,
    /// Begins the nonces of what they say, so that whoever comes again says new things.
    nonces: String,
    /// Between two messages.
    pace: Duration,
    /// What they heard.
    pub reader: Arc<Reader>,
    /// Counts what they heard twice or in the wrong order.
    pub tally: Arc<Tally>,
    /// From sending a message first until it was acknowledged.
    pub waits: Times,
    /// Acknowledged messages: nonce and place.
    acked: Mutex<BTreeMap<String, i64>>,
    /// Messages they heard: place and nonce.
    heard: Mutex<BTreeMap<i64, String>>,
    /// How often they were refused, by code.
    refusals: Mutex<BTreeMap<String, u64>>,
    /// How often they connected.
    connections: AtomicU64,
    quiet: AtomicBool,
    gone: AtomicBool,
}

/// A message that is not acknowledged yet.
#[derive(Clone)]
struct Unsure {
    nonce: String,
    /// When it was first sent.
    since: u64,
}

impl Neighbour {
    /// Somebody who has yet to come.
    ///
    /// # Errors
    /// None in practice.
    pub fn new(
        addresses: Vec<SocketAddr>,
        person: Person,
        room: ConversationId,
        nonces: impl Into<String>,
        pace: Duration,
    ) -> Result<Arc<Self>> {
        let tally = Arc::new(Tally::new()?);
        Ok(Arc::new(Self {
            addresses,
            person,
            room,
            nonces: nonces.into(),
            pace,
            reader: Reader::new(tally.clone()),
            tally,
            waits: Times::new()?,
            acked: Mutex::default(),
            heard: Mutex::default(),
            refusals: Mutex::default(),
            connections: AtomicU64::new(0),
            quiet: AtomicBool::new(false),
            gone: AtomicBool::new(false),
        }))
    }

    /// Comes, talks, listens, and comes back, until [`Neighbour::leave`].
    pub async fn live(self: Arc<Self>) {
        let mut unsure: Option<Unsure> = None;
        let mut number = 0_u64;
        for address in self.addresses.clone().iter().cycle() {
            if self.is_gone() {
                return;
            }
            let Ok((socket, ear)) = socket::connect(*address, Some(&self.person.token)).await else {
                sleep(PAUSE).await;
                continue;
            };
            self.connections.fetch_add(1, Ordering::Relaxed);
            let mut listening = tokio::spawn(self.clone().listen(socket.clone(), ear));
            tokio::select! {
                // First: an answer that came just before the end counts.
                biased;
                () = self.stay(&socket, &mut unsure, &mut number) => {}
                _ = &mut listening => {}
            }
            listening.abort();
            sleep(PAUSE).await;
        }
    }

    /// While the connection holds.
    async fn stay(&self, socket: &Socket, unsure: &mut Option<Unsure>, number: &mut u64) {
        match self.catch_up(socket).await {
            Ok(()) => {}
            Err(refusal) => return self.note(&refusal),
        }
        while !self.is_gone() {
            if unsure.is_none() && self.quiet.load(Ordering::Relaxed) {
                sleep(PAUSE).await;
                continue;
            }
            // Kept until it is answered: whatever interrupts this, the next connection asks again with the same nonce.
            let Unsure { nonce, since } = unsure
                .get_or_insert_with(|| {
                    *number += 1;
                    Unsure { nonce: format!("{}-{}-{number}", self.person.handle, self.nonces), since: now() }
                })
                .clone();
            match self.say(socket, &nonce).await {
                Ok(seq) => {
                    *unsure = None;
                    self.waits.note(now().saturating_sub(since));
                    lock(&self.acked).insert(nonce, seq);
                    sleep(self.pace).await;
                }
                Err(refusal @ Refusal::Problem(_)) => {
                    self.note(&refusal);
                    sleep(PAUSE).await;
                }
                Err(Refusal::Unknown) => return,
            }
        }
    }

    fn note(&self, refusal: &Refusal) {
        if let Refusal::Problem(problem) = refusal {
            *lock(&self.refusals).entry(problem.code.clone()).or_default() += 1;
        }
    }

    fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Relaxed)
    }

    async fn say(&self, socket: &Socket, nonce: &str) -> Result<i64, Refusal> {
        let message = NewMessage::text(body(now(), 80), nonce);
        let wish = InRoom { room_id: self.room, what: message };
        let Sent { message } = socket.ask(ClientEvent::RoomsMessageSend, &wish).await?;
        Ok(message.seq.0)
    }

    /// Joins, and reads what was missed meanwhile.
    async fn catch_up(&self, socket: &Socket) -> Result<(), Refusal> {
        if !self.reader.has_begun() {
            let joined = join(socket, self.room, None).await?;
            self.reader.begin(joined.room.last_seq.0);
            return Ok(());
        }
        // A cursor of its own: what is heard live meanwhile is further on.
        let mut cursor = self.reader.last();
        loop {
            let joined = join(socket, self.room, Some(Seq(cursor))).await?;
            for message in &joined.messages {
                self.reader.catch_up(message.seq.0);
                self.remember(message.seq.0, message.nonce.clone().unwrap_or_default());
                cursor = message.seq.0;
            }
            if !joined.has_after {
                return Ok(());
            }
        }
    }

    async fn listen(self: Arc<Self>, socket: Arc<Socket>, ear: Ear) {
        let hear = |packet: &str| {
            self.reader.hear(packet);
            if let Some((seq, nonce)) = message_of(packet) {
                self.remember(seq, nonce);
            }
        };
        ear.listen(&socket, hear).await;
    }

    fn remember(&self, seq: i64, nonce: String) {
        lock(&self.heard).insert(seq, nonce);
    }

    /// What they heard: place and nonce.
    pub fn heard(&self) -> BTreeMap<i64, String> {
        lock(&self.heard).clone()
    }

    /// Sends no new messages; one that is not acknowledged yet is still asked about.
    pub fn be_quiet(&self) {
        self.quiet.store(true, Ordering::Relaxed);
    }

    /// Ends it.
    pub fn leave(&self) {
        self.gone.store(true, Ordering::Relaxed);
    }

    /// Acknowledged messages: nonce and place.
    pub fn acked(&self) -> BTreeMap<String, i64> {
        lock(&self.acked).clone()
    }

    /// How often they were refused, by code.
    pub fn refusals(&self) -> BTreeMap<String, u64> {
        lock(&self.refusals).clone()
    }

    /// How often they connected.
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
