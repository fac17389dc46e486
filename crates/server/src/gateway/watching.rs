//! Sockets that watch whether people are there, as far as they may see them (`sights`).
//!
//! They hear of changes by the bus. What no signal tells (a killed node's people, a lost signal) is found by asking the
//! coordinator about the people last told to be there, at every renewal of the leases.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use praca_api::UserId;
use praca_api::events::ServerEvent;
use praca_api::people::{PersonPresence, Presence};

use super::connection::Connection;
use super::dispatch::Caller;
use super::packet::event_frame;
use super::presence::LEASE;
use super::transport::SocketId;
use super::{Gateway, lock, read, write};
use crate::bus::Sighting;

/// People a socket watches; with more, it forgets those it watched before.
const MOST: usize = 1_000;
/// People asked about in one call.
const BATCH: usize = 1_000;

/// A person some socket watches.
#[derive(Default)]
pub struct Watched {
    /// What was last told; none before the first.
    told: Option<Presence>,
    pub(super) watchers: HashMap<SocketId, Watcher>,
}

/// A socket that watches somebody.
pub struct Watcher {
    pub(super) connection: Arc<Connection>,
    /// Whether its person may see them; that may change while it watches.
    pub(super) sees: bool,
}

impl Watched {
    /// What a watcher is told that begins to see: what the others were told last, or else what was read just now.
    pub(super) fn begin(&mut self, read: PersonPresence) -> PersonPresence {
        let state = *self.told.get_or_insert(read.state);
        let last_seen_at = read.last_seen_at.filter(|_| state == Presence::Offline);
        PersonPresence { state, last_seen_at, ..read }
    }
}

/// Who is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Those last told to be there.
    Present,
    /// All, for signals were lost.
    Everybody,
}

impl Caller {
    /// Watches these people with this socket, beside those it watches already; of them it sees the visible ones.
    pub fn watch(&self, people: &[UserId], visible: &[UserId]) {
        let connection = &self.connection;
        let visible: HashSet<UserId> = visible.iter().copied().collect();
        let forgotten = {
            let mut watching = lock(&connection.watching);
            let forgotten =
                if watching.len() + people.len() > MOST { std::mem::take(&mut *watching) } else { HashSet::new() };
            watching.extend(people);
            forgotten
        };
        let mut watched = write(&self.gateway.0.watched);
        for user in forgotten {
            unwatch(&mut watched, user, connection.id);
        }
        for user in people {
            let sees = visible.contains(user);
            let known = watched.entry(*user).or_default();
            known.watchers.insert(connection.id, Watcher { connection: connection.clone(), sees });
        }
        drop(watched);
        if !self.gateway.is_open(connection) {
            self.gateway.end_watching(connection);
        }
    }

    /// Ends the sight of people who were visible when the socket began to watch, and are not any more.
    pub fn keep_seeing(&self, people: &[UserId], visible: &[UserId]) {
        self.gateway.end_sights(self.actor.id(), people, visible);
    }

    /// What the socket is told as it begins to watch, of the people it sees.
    pub fn begin_to_see(&self, items: &mut [PersonPresence]) {
        let mut watched = write(&self.gateway.0.watched);
        for item in items {
            let known = watched.get_mut(&item.user_id);
            let sees =
                |known: &&mut Watched| known.watchers.get(&self.connection.id).is_some_and(|watcher| watcher.sees);
            if let Some(known) = known.filter(sees) {
                *item = known.begin(*item);
            }
        }
    }
}

impl Gateway {
    /// The socket is gone.
    pub(super) fn end_watching(&self, connection: &Connection) {
        let watching = std::mem::take(&mut *lock(&connection.watching));
        if watching.is_empty() {
            return;
        }
        let mut watched = write(&self.0.watched);
        for user in watching {
            unwatch(&mut watched, user, connection.id);
        }
    }

    /// Tells the watchers here.
    pub(super) fn tell_watchers(&self, seen: &[Sighting]) {
        // Told under the lock, so that whoever begins to see meanwhile hears of both in their order.
        let mut watched = write(&self.0.watched);
        for sighting in seen {
            let Some(known) = watched.get_mut(&sighting.user) else { continue };
            if known.told.replace(sighting.state) == Some(sighting.state) {
                continue;
            }
            let last_seen_at = (sighting.state == Presence::Offline).then_some(sighting.at);
            let frame = event_frame(&presence_event(sighting.user, sighting.state, last_seen_at));
            for watcher in known.watchers.values().filter(|watcher| watcher.sees) {
                watcher.connection.send(frame.clone());
            }
        }
    }

    /// Asks how people are, and tells of those who are not what they were last told to be.
    pub(super) async fn check_watched(&self, asked: Asked) {
        let told: Vec<(UserId, Presence)> = {
            let watched = read(&self.0.watched);
            let is_asked = |told: &Presence| asked == Asked::Everybody || *told != Presence::Offline;
            let told = |(user, known): (&UserId, &Watched)| Some((*user, known.told.filter(is_asked)?));
            watched.iter().filter_map(told).collect()
        };
        for told in told.chunks(BATCH) {
            let people: Vec<UserId> = told.iter().map(|(user, _)| *user).collect();
            let Ok(states) = self.0.base.limits.presence(&people).await else { return };
            let now = self.0.base.clock.now();
            let changed = told.iter().zip(states).filter(|((_, told), state)| told != state);
            // Of those whose lease ended it is known that they were there when it began.
            let sighting = |((user, _), state): (&(UserId, Presence), Presence)| Sighting {
                user: *user,
                state,
                at: if state == Presence::Offline { now - LEASE } else { now },
            };
            let seen: Vec<Sighting> = changed.map(sighting).collect();
            let gone: Vec<UserId> =
                seen.iter().filter(|seen| seen.state == Presence::Offline).map(|seen| seen.user).collect();
            self.note_seen(&gone, now - LEASE).await;
            self.tell_watchers(&seen);
        }
    }
}

fn unwatch(watched: &mut HashMap<UserId, Watched>, user: UserId, socket: SocketId) {
    if let Some(known) = watched.get_mut(&user) {
        known.watchers.remove(&socket);
        if known.watchers.is_empty() {
            watched.remove(&user);
        }
    }
}

pub(super) fn presence_event(
    user_id: UserId,
    state: Presence,
    last_seen_at: Option<praca_api::Timestamp>,
) -> ServerEvent {
    ServerEvent::PresenceChanged(PersonPresence { user_id, state, last_seen_at })
}
