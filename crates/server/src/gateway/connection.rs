//! One socket: who it is, until when, what it is in, and what it may send.

use std::collections::{HashSet, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use praca_api::events::{Nothing, ServerEvent};
use praca_api::limits::SOCKET_BYTES;
use praca_api::{ConversationId, ProblemCode, SessionId, Timestamp, UserId};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::packet::{disconnect_frame, event_frame};
use super::transport::{Frame, Full, SocketId, Wire};
use super::{Gateway, lock, read, write};
use crate::config::Quota;
use crate::error::{Error, Result};

/// A socket that has not proved who it is by then is closed.
const CONNECT_WITHIN: Duration = Duration::from_secs(20);
/// Events that may wait for their turn, and their bytes.
const INBOX: usize = 256;
const INBOX_BYTES: usize = 4 * SOCKET_BYTES;
/// Sockets of one person on one node, while floods are held back: so many tabs and programs nobody has.
const SOCKETS_A_PERSON: usize = 50;
/// Least time between two notices that somebody types, whatever a client sends.
const TYPING_PAUSE: Duration = Duration::from_secs(1);
/// People asked about at a time.
const CHECKS: usize = 8;
/// Bytes of answers a person is given over all their sockets of this node in a window; nobody reads history so fast.
const GIVEN_BYTES: usize = 16 * 1024 * 1024;
const GIVEN_WINDOW: Duration = Duration::from_secs(10);
/// People counted at a time, before those whose window has ended are let go.
const GIVEN_PEOPLE: usize = 4_096;
/// Ticks between two looks at whether everybody connected still may be.
const RECHECK_TICKS: u64 = 60;
/// So many times its quota a second, and a socket is not slow but hostile.
const HOSTILE: u32 = 200;

/// A socket.
pub struct Connection {
    pub id: SocketId,
    wire: Wire,
    opened: Instant,
    person: OnceLock<Person>,
    /// When the access token ends, in milliseconds since 1970.
    expires_at: AtomicI64,
    /// Set once it is being closed, so that it happens once.
    closing: AtomicBool,
    inbox: Mutex<Inbox>,
    /// Where and when it last told that its person types.
    typed: Mutex<Option<(ConversationId, Instant)>>,
    /// Conversations it is in.
    pub conversations: Mutex<HashSet<ConversationId>>,
    /// Rooms its person counts in because of it.
    pub present: Mutex<HashSet<ConversationId>>,
    /// People it watches.
    pub watching: Mutex<HashSet<UserId>>,
    /// Whether nobody uses the client.
    idle: AtomicBool,
}

/// Who a socket is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person {
    pub user: UserId,
    pub session: SessionId,
}

/// What arrived and waits; handled one after the other by at most one task.
#[derive(Default)]
struct Inbox {
    waiting: VecDeque<String>,
    bytes: usize,
    busy: bool,
    window: Option<(Instant, u32)>,
}

/// Whether a packet may be taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intake {
    /// Taken; nobody works on the inbox yet.
    Start,
    /// Taken; somebody does.
    Queued,
    /// Too many: answer, and wait so long.
    TooFast(Duration),
    /// Far too many: close.
    Hostile,
}

/// Whether a person may not be connected, rather than could not be read.
pub fn is_refusal(error: &Error) -> bool {
    error.is(ProblemCode::AuthInvalidToken) || error.is(ProblemCode::AccountSuspended)
}

impl Connection {
    pub fn new(id: SocketId, wire: Wire) -> Self {
        Self {
            id,
            wire,
            opened: Instant::now(),
            person: OnceLock::new(),
            expires_at: AtomicI64::new(i64::MAX),
            closing: AtomicBool::new(false),
            inbox: Mutex::default(),
            typed: Mutex::default(),
            conversations: Mutex::default(),
            present: Mutex::default(),
            watching: Mutex::default(),
            idle: AtomicBool::new(false),
        }
    }

    /// Queues a frame, unless the socket is being closed; one whose queue is full is dropped, and comes back by `seq`.
    pub fn send(&self, frame: Frame) {
        if !self.is_closing() && self.wire.send(frame).is_err() && !self.closing.swap(true, Ordering::AcqRel) {
            metrics::counter!("praca_socket_overflows_total").increment(1);
            self.wire.close();
        }
    }

    /// Ends the socket for good: the client is told not to come back by itself.
    pub fn disconnect(&self) {
        self.end_with(disconnect_frame());
    }

    /// Ends the socket with a last word. Nothing is sent or taken any more.
    pub fn end_with(&self, farewell: Frame) {
        if !self.closing.swap(true, Ordering::AcqRel) {
            match self.wire.send(farewell) {
                Ok(()) => self.wire.close_soon(),
                Err(Full) => self.wire.close(),
            }
        }
    }

    /// Whether it was told to go, or is being cut.
    fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }

    /// Ends the connection; the client comes back by itself.
    pub fn drop_connection(&self) {
        if !self.closing.swap(true, Ordering::AcqRel) {
            self.wire.close();
        }
    }

    /// Ends the socket if its person was refused; a database out of reach refuses nobody.
    pub fn disconnect_if_refused<T>(&self, admitted: &Result<T>) {
        if admitted.as_ref().is_err_and(is_refusal) {
            self.disconnect();
        }
    }

    /// Whether nobody uses the client.
    pub fn is_idle(&self) -> bool {
        self.idle.load(Ordering::Acquire)
    }

    /// Notes whether somebody uses the client.
    pub fn set_idle(&self, idle: bool) {
        self.idle.store(idle, Ordering::Release);
    }

    /// Who it is; none before the handshake.
    pub fn person(&self) -> Option<Person> {
        self.person.get().copied()
    }

    /// Settles who it is. False if that was settled before.
    pub fn admit(&self, person: Person, expires_at: Timestamp) -> bool {
        self.expires_at.store(expires_at.millis(), Ordering::Release);
        self.person.set(person).is_ok()
    }

    /// Moves the end of its access token.
    pub fn renew(&self, expires_at: Timestamp) {
        self.expires_at.store(expires_at.millis(), Ordering::Release);
    }

    /// Whether the others hear again that its person types: once a second is enough for them.
    pub fn may_tell_typing(&self, conversation: ConversationId) -> bool {
        let mut typed = lock(&self.typed);
        let now = Instant::now();
        if typed.is_some_and(|(room, at)| room == conversation && now - at < TYPING_PAUSE) {
            return false;
        }
        *typed = Some((conversation, now));
        true
    }

    /// Takes a packet in, within the quota and the room there is.
    pub fn take_in(&self, text: &str, quota: Option<Quota>) -> Intake {
        let mut inbox = lock(&self.inbox);
        if let Some(quota) = quota {
            let now = Instant::now();
            let window = inbox.window.filter(|(began, _)| now - *began < quota.per);
            let (began, used) = window.unwrap_or((now, 0));
            inbox.window = Some((began, used + 1));
            if used >= quota.count.saturating_mul(HOSTILE) {
                return Intake::Hostile;
            }
            if used >= quota.count {
                return Intake::TooFast(quota.per.saturating_sub(now - began));
            }
        }
        // Without a quota (load tests) the inbox is only bounded against losing all memory.
        let times = if quota.is_some() { 1 } else { 16 };
        if inbox.waiting.len() >= times * INBOX || inbox.bytes + text.len() > times * INBOX_BYTES {
            return Intake::TooFast(Duration::from_secs(1));
        }
        inbox.bytes += text.len();
        inbox.waiting.push_back(text.to_owned());
        if std::mem::replace(&mut inbox.busy, true) { Intake::Queued } else { Intake::Start }
    }

    /// The next packet to handle; none ends the work. What a socket that is being closed has sent is passed over.
    pub fn next_packet(&self) -> Option<String> {
        let mut inbox = lock(&self.inbox);
        let next = inbox.waiting.pop_front().filter(|_| !self.is_closing());
        match &next {
            Some(text) => inbox.bytes -= text.len(),
            None => *inbox = Inbox { window: inbox.window, ..Inbox::default() },
        }
        next
    }
}

impl Gateway {
    /// A socket opened. It has yet to say who it is.
    pub(super) fn opened(&self, id: SocketId, wire: Wire) -> Arc<Connection> {
        let connection = Arc::new(Connection::new(id, wire));
        write(&self.0.sockets).insert(id, connection.clone());
        connection
    }

    /// A socket is gone: it leaves everything.
    pub(super) fn closed(&self, id: SocketId) {
        let Some(connection) = write(&self.0.sockets).remove(&id) else { return };
        connection.closing.store(true, Ordering::Release);
        let conversations = std::mem::take(&mut *lock(&connection.conversations));
        for conversation in conversations {
            self.leave_feed(&connection, conversation);
            self.end_presence(&connection, conversation);
        }
        self.end_watching(&connection);
        if let Some(person) = connection.person() {
            self.remove_person(&connection, person.user);
        }
    }

    /// Whether a person has as many sockets here as anybody may.
    pub(super) fn has_too_many(&self, user: UserId) -> bool {
        self.0.base.config.limits.requests.is_some()
            && read(&self.0.people).get(&user).is_some_and(|sockets| sockets.len() >= SOCKETS_A_PERSON)
    }

    /// Adds an admitted socket to its person's.
    pub(super) fn add_person(&self, connection: &Arc<Connection>, user: UserId) {
        write(&self.0.people).entry(user).or_default().push(connection.clone());
        metrics::gauge!("praca_sockets").increment(1);
        self.look_at(user);
    }

    /// Notes the rooms a person connected here is a member of.
    pub(super) fn add_memberships(&self, user: UserId, rooms: &[ConversationId]) {
        let people = read(&self.0.people);
        if !people.contains_key(&user) {
            // Gone meanwhile.
            return;
        }
        let mut members = write(&self.0.members);
        for room in rooms {
            members.add(*room, user);
        }
    }

    /// Whether the transport still has the socket.
    pub(super) fn is_open(&self, connection: &Connection) -> bool {
        read(&self.0.sockets).contains_key(&connection.id)
    }

    /// How long a person has to wait who was given more by their sockets here than anybody reads; none if they were not.
    pub(super) fn has_been_given_enough(&self, user: UserId) -> Option<Duration> {
        self.0.base.config.limits.events?;
        let given = lock(&self.0.given);
        let (began, bytes) = given.get(&user)?;
        (*bytes > GIVEN_BYTES).then(|| GIVEN_WINDOW.checked_sub(began.elapsed())).flatten()
    }

    /// Counts the bytes of an answer: what is queued for a client that does not read is memory.
    pub(super) fn note_given(&self, user: UserId, bytes: usize) {
        let mut given = lock(&self.0.given);
        if given.len() > GIVEN_PEOPLE {
            given.retain(|_, (began, _)| began.elapsed() < GIVEN_WINDOW);
        }
        let (began, sum) = given.entry(user).or_insert_with(|| (Instant::now(), 0));
        if began.elapsed() >= GIVEN_WINDOW {
            (*began, *sum) = (Instant::now(), 0);
        }
        *sum += bytes;
    }

    pub(super) fn remove_person(&self, connection: &Connection, user: UserId) {
        let mut people = write(&self.0.people);
        let Some(sockets) = people.get_mut(&user) else { return };
        let before = sockets.len();
        sockets.retain(|socket| socket.id != connection.id);
        if sockets.len() == before {
            return;
        }
        metrics::gauge!("praca_sockets").decrement(1);
        if !sockets.is_empty() {
            self.look_at(user);
            return;
        }
        people.remove(&user);
        self.note_leaving(user);
        write(&self.0.members).remove_person(user);
    }

    /// Takes sockets we have closed out of everything, without waiting for the transport: a client that does not read can
    /// hold its connection open, but nothing is kept for it.
    fn forget_closing(&self) {
        let closing = |socket: &&Arc<Connection>| socket.is_closing();
        let ids: Vec<SocketId> = read(&self.0.sockets).values().filter(closing).map(|socket| socket.id).collect();
        for id in ids {
            self.closed(id);
        }
    }

    /// Closes the sockets of people who may no longer be connected, should the signal that said so have been lost.
    pub(super) async fn recheck_people(&self) {
        let sockets: Vec<Arc<Connection>> = read(&self.0.sockets).values().cloned().collect();
        let check = async |socket: Arc<Connection>| {
            let Some(person) = socket.person() else { return };
            let admitted = self.0.gatekeeper.admit(person.user, person.session).await;
            let admitted = admitted.and_then(|actor| actor.require_not_suspended());
            socket.disconnect_if_refused(&admitted);
        };
        stream::iter(sockets).for_each_concurrent(CHECKS, check).await;
    }

    /// Reads the memberships of everybody connected here anew, should signals of some have been lost.
    pub(super) async fn reread_memberships(&self) {
        let people: Vec<UserId> = read(&self.0.people).keys().copied().collect();
        let reread = async |user: UserId| match self.0.backlog.rooms_of(user).await {
            Ok(rooms) => self.add_memberships(user, &rooms),
            Err(error) => tracing::debug!(%error, "memberships cannot be read; the next join shows them"),
        };
        stream::iter(people).for_each_concurrent(CHECKS, reread).await;
    }

    /// The sockets of a person.
    pub(super) fn sockets_of(&self, user: UserId) -> Vec<Arc<Connection>> {
        read(&self.0.people).get(&user).cloned().unwrap_or_default()
    }
}

/// Every second: closes sockets whose token has ended, and those that never said who they are.
pub async fn watch(gateway: Gateway) {
    let mut tick = interval(Duration::from_secs(1));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let expired = event_frame(&ServerEvent::AuthExpired(Nothing {}));
    let mut ticks = 0_u64;
    loop {
        tick.tick().await;
        ticks += 1;
        gateway.forget_closing();
        if ticks.is_multiple_of(RECHECK_TICKS) {
            let gateway = gateway.clone();
            tokio::spawn(async move { gateway.recheck_people().await });
        }
        let now = gateway.0.base.clock.now().millis();
        let due = |socket: &&Arc<Connection>| {
            let silent = socket.person().is_none() && socket.opened.elapsed() > CONNECT_WITHIN;
            silent || socket.expires_at.load(Ordering::Acquire) <= now
        };
        let due: Vec<_> = read(&gateway.0.sockets).values().filter(due).cloned().collect();
        for socket in due {
            if socket.person().is_some() {
                socket.send(expired.clone());
            }
            socket.disconnect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_waits_is_bounded_in_number_and_bytes_and_dropped_with_its_socket() {
        let quota = Some(Quota { count: 1_000, per: Duration::from_secs(1) });
        let taken = |connection: &Connection, text: &str| {
            let intake = |_: &usize| !matches!(connection.take_in(text, quota), Intake::TooFast(_));
            (0..2 * INBOX).take_while(intake).count()
        };
        for (text, most) in [("2".to_owned(), INBOX), ("x".repeat(SOCKET_BYTES), 4)] {
            let (id, wire) = Wire::of_nobody();
            let connection = Connection::new(id, wire);
            assert_eq!(taken(&connection, &text), most);
            connection.next_packet().unwrap();
            assert_eq!(taken(&connection, &text), 1, "there is room for one again");
            connection.drop_connection();
            assert_eq!(connection.next_packet(), None);
            assert_eq!(lock(&connection.inbox).bytes, 0);
        }
    }
}
