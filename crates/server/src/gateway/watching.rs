//! Sockets that watch whether people are there.
//!
//! They hear of changes by the bus. What no signal tells (a killed node's people, a lost signal) is found by asking the
//! coordinator about the people last told to be there, at every renewal of the leases.

use std::collections::HashMap;
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

/// People a socket watches; with more, it forgets those it began with.
const MOST: usize = 1_000;
/// People asked about in one call.
const BATCH: usize = 1_000;

/// That somebody may see a person, and whether also when they were last here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sight {
    /// Whom.
    pub user: UserId,
    /// Whether also when.
    pub last_seen: bool,
}

/// A person some socket watches.
#[derive(Default)]
pub struct Watched {
    /// What was last told; none before the first.
    told: Option<Presence>,
    watchers: HashMap<SocketId, Watcher>,
}

struct Watcher {
    connection: Arc<Connection>,
    last_seen: bool,
}

impl Caller {
    /// Watches these people with this socket, beside those it watches already.
    pub fn watch(&self, sights: &[Sight]) {
        let connection = &self.connection;
        let forgotten = {
            let mut watching = lock(&connection.watching);
            let forgotten = if watching.len() + sights.len() > MOST { std::mem::take(&mut *watching) } else { Vec::new() };
            watching.extend(sights.iter().map(|sight| sight.user));
            forgotten
        };
        let mut watched = write(&self.gateway.0.watched);
        for user in forgotten {
            unwatch(&mut watched, user, connection.id);
        }
        for sight in sights {
            let watcher = Watcher { connection: connection.clone(), last_seen: sight.last_seen };
            watched.entry(sight.user).or_default().watchers.insert(connection.id, watcher);
        }
        drop(watched);
        if !self.gateway.is_open(connection) {
            self.gateway.end_watching(connection);
        }
    }

    /// What the socket was told when it began to watch.
    pub fn note_told(&self, people: &[PersonPresence]) {
        let mut watched = write(&self.gateway.0.watched);
        for person in people {
            if let Some(known) = watched.get_mut(&person.user_id) {
                known.told.get_or_insert(person.state);
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
        for sighting in seen {
            let watchers: Vec<(Arc<Connection>, bool)> = {
                let mut watched = write(&self.0.watched);
                let Some(known) = watched.get_mut(&sighting.user) else { continue };
                if known.told.replace(sighting.state) == Some(sighting.state) {
                    continue;
                }
                known.watchers.values().map(|watcher| (watcher.connection.clone(), watcher.last_seen)).collect()
            };
            let frame = |with_time: bool| {
                let last_seen_at = (with_time && sighting.state == Presence::Offline).then_some(sighting.at);
                event_frame(&presence_event(sighting.user, sighting.state, last_seen_at))
            };
            let (with, without) = (frame(true), frame(false));
            for (connection, last_seen) in watchers {
                connection.send(if last_seen { with.clone() } else { without.clone() });
            }
        }
    }

    /// Asks how the people are who were last told to be there, and tells of those who are not what they were.
    pub(super) async fn check_watched(&self) {
        let told: Vec<(UserId, Presence)> = {
            let watched = read(&self.0.watched);
            let there = |(user, known): (&UserId, &Watched)| Some((*user, known.told.filter(|s| *s != Presence::Offline)?));
            watched.iter().filter_map(there).collect()
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

    /// These two no longer see each other: to each the other seems to go.
    pub(super) fn part(&self, one: UserId, two: UserId) {
        let mut parted = Vec::new();
        let mut watched = write(&self.0.watched);
        for (viewer, user) in [(one, two), (two, one)] {
            let Some(known) = watched.get_mut(&user) else { continue };
            let is_theirs = |_: &SocketId, watcher: &mut Watcher| {
                watcher.connection.person().is_some_and(|person| person.user == viewer)
            };
            parted.extend(known.watchers.extract_if(is_theirs).map(|(_, watcher)| (watcher.connection, user)));
            if known.watchers.is_empty() {
                watched.remove(&user);
            }
        }
        drop(watched);
        for (connection, user) in parted {
            lock(&connection.watching).retain(|known| *known != user);
            connection.send(event_frame(&presence_event(user, Presence::Offline, None)));
        }
    }

    /// Nobody learns any more when a person was last here, nor they when others were.
    pub(super) fn hide_last_seen(&self, user: UserId) {
        let mut watched = write(&self.0.watched);
        for (whom, known) in watched.iter_mut() {
            for watcher in known.watchers.values_mut() {
                let theirs = watcher.connection.person().is_some_and(|person| person.user == user);
                watcher.last_seen &= *whom != user && !theirs;
            }
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

fn presence_event(user_id: UserId, state: Presence, last_seen_at: Option<praca_api::Timestamp>) -> ServerEvent {
    ServerEvent::PresenceChanged(PersonPresence { user_id, state, last_seen_at })
}
