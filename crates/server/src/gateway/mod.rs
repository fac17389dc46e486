//! The live side: sockets, who hears what, and the order everyone sees.
//!
//! Invariants: a socket's events are handled in the order they came; a socket in a conversation gets its changes in the
//! order of `rev`, each once, beginning right after the history it was given; a socket that does not read is closed
//! rather than waited for, and catches up by `seq` when it returns.
//!
//! The gateway knows slices only through small interfaces that `app` fills: [`SocketHandler`] for events, [`Backlog`] for
//! what was missed, [`Sights`] for who may see whom, and the gatekeeper for people. The transport is named in `transport` alone.

mod activity;
pub mod asyncapi;
mod change_frame;
mod comparing;
mod connection;
mod dispatch;
mod feed;
mod members;
mod packet;
mod presence;
mod sights;
mod signals;
mod subscription;
mod transport;
mod watching;

use std::collections::{HashMap, HashSet};
use std::pin::Pin;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use praca_api::events::{ClientEvent, Restarting, ServerEvent};
use praca_api::people::PersonPresence;
use praca_api::{ConversationId, Rev, Seq, Timestamp, UserId};
use tokio::time::Instant;
use uuid::Uuid;

use crate::base::Base;
use crate::bus::{Change, Sight};
use crate::error::Result;
use crate::http::Gatekeeper;
use connection::Connection;
use feed::Feed;
use packet::event_frame;

pub use dispatch::{Caller, Reply, SocketHandler, read_payload};
pub use subscription::Joining;
pub use transport::{SOCKET_BODY_BYTES, SocketId};

/// Time clients are told to wait before they connect to a restarted server, spread so that they do not come at once.
const RESTART_PAUSE_MS: u64 = 1_000;

/// The newest change and message of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Newest {
    /// Which conversation.
    pub id: ConversationId,
    /// Its newest change.
    pub rev: Rev,
    /// Its newest message.
    pub seq: Seq,
}

/// Changes that did not arrive by the bus.
pub struct Missed {
    /// In the order to be delivered.
    pub changes: Vec<Change>,
    /// How far they reach.
    pub newest: Newest,
    /// Whether there are more behind.
    pub more: bool,
}

/// A future behind an interface.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// Reads what the gateway needs from the database. The conversations slice is it.
pub trait Backlog: Send + Sync {
    /// Changes after `after`; messages beyond `seen` count as new.
    fn missed(&self, id: ConversationId, after: Rev, seen: Seq) -> Answer<'_, Missed>;
    /// Where these conversations stand.
    fn newest<'a>(&'a self, ids: &'a [ConversationId]) -> Answer<'a, Vec<Newest>>;
    /// The rooms a person is a member of.
    fn rooms_of(&self, user: UserId) -> Answer<'_, Vec<ConversationId>>;
}

/// Knows who may see whom, and when people were last here. The presence slice is it.
pub trait Sights: Send + Sync {
    /// Whom of these a person may see.
    fn visible<'a>(&'a self, viewer: UserId, people: &'a [UserId]) -> Answer<'a, Vec<UserId>>;
    /// How people are, for who may see them.
    fn states<'a>(&'a self, people: &'a [UserId]) -> Answer<'a, Vec<PersonPresence>>;
    /// These people were here at `at`; what is known to be later stays.
    fn note_seen<'a>(&'a self, people: &'a [UserId], at: Timestamp) -> Answer<'a, ()>;
}

/// What kind of conversation a socket joins: it decides the names of events, and whose sockets hear of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Whoever joined hears of it.
    Rooms,
    /// Both people hear of it, in every tab.
    Dms,
}

/// The gateway of one node.
#[derive(Clone)]
pub struct Gateway(Arc<Inner>);

struct Inner {
    base: Base,
    gatekeeper: Gatekeeper,
    backlog: Arc<dyn Backlog>,
    handlers: HashMap<ClientEvent, Arc<dyn SocketHandler>>,
    /// Sockets that are connected, authenticated or not yet.
    sockets: RwLock<HashMap<SocketId, Arc<Connection>>>,
    /// Authenticated sockets by person.
    people: RwLock<HashMap<UserId, Vec<Arc<Connection>>>>,
    /// Conversations some socket is in.
    feeds: RwLock<HashMap<ConversationId, Arc<Feed>>>,
    members: RwLock<members::Members>,
    activity: Mutex<activity::Pending>,
    /// Names this node in the coordinator.
    node: Uuid,
    sights: Arc<dyn Sights>,
    /// Who may see others, or be seen, otherwise than before.
    sights_changed: Mutex<HashSet<Sight>>,
    presence: Mutex<presence::Changes>,
    /// People some socket here watches.
    watched: RwLock<HashMap<UserId, watching::Watched>>,
    /// When a person's window began, and the bytes of answers in it.
    given: Mutex<HashMap<UserId, (Instant, usize)>>,
    /// How often signals were lost since this node last began to start over.
    starting_over: AtomicU32,
}

impl Gateway {
    /// A gateway over these services. `handlers` must name every event but `auth:renew`, which is the gateway's own.
    pub fn new(
        base: Base,
        gatekeeper: Gatekeeper,
        backlog: Arc<dyn Backlog>,
        sights: Arc<dyn Sights>,
        handlers: HashMap<ClientEvent, Arc<dyn SocketHandler>>,
    ) -> Self {
        Self(Arc::new(Inner {
            node: base.ids.uuid(),
            base,
            gatekeeper,
            backlog,
            handlers,
            sockets: RwLock::default(),
            people: RwLock::default(),
            feeds: RwLock::default(),
            members: RwLock::default(),
            activity: Mutex::default(),
            sights,
            sights_changed: Mutex::default(),
            presence: Mutex::default(),
            watched: RwLock::default(),
            given: Mutex::default(),
            starting_over: AtomicU32::new(0),
        }))
    }

    /// The service to mount at `/socket.io/`.
    pub fn service(&self) -> transport::Service {
        transport::service(self.clone())
    }

    /// Starts the tasks: signals of the bus, expiry, presence, activity, and comparing with the database.
    pub fn start(&self) {
        let stop = self.0.base.shutdown.clone();
        let spawn = |task: Pin<Box<dyn Future<Output = ()> + Send>>| {
            let stop = stop.clone();
            tokio::spawn(async move { stop.run_until_cancelled_owned(task).await })
        };
        // Signals go on while the process shuts down, so that what commits last is still delivered.
        tokio::spawn(signals::run(self.clone()));
        spawn(Box::pin(connection::watch(self.clone())));
        spawn(Box::pin(presence::run(self.clone())));
        spawn(Box::pin(sights::run(self.clone())));
        spawn(Box::pin(activity::run(self.clone())));
        spawn(Box::pin(comparing::watch(self.clone())));
    }

    /// Tells every socket to come back later, and closes it.
    pub async fn shut_down(&self) {
        let frame = event_frame(&ServerEvent::ServerRestarting(Restarting { retry_after_ms: RESTART_PAUSE_MS }));
        let sockets: Vec<_> = read(&self.0.sockets).values().cloned().collect();
        for socket in &sockets {
            socket.send(frame.clone());
        }
        self.end_all_presence().await;
        // A poll under way takes the notice with it; then the connection itself ends, which clients come back from.
        tokio::time::sleep(Duration::from_millis(if sockets.is_empty() { 0 } else { 150 })).await;
        for socket in sockets {
            socket.drop_connection();
        }
    }
}

/// Reads a lock whose holders never panic half-way.
fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

/// Writes a lock whose holders never panic half-way.
fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

/// Takes a lock whose holders never panic half-way.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
