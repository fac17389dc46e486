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

/// A person some socket watches.
#[derive(Default)]
pub struct Watched {
    /// What was last told; none before the first.
    told: Option<Presence>,
    watchers: HashMap<SocketId, Arc<Connection>>,
}

impl Caller {
    /// Watches these people with this socket, beside those it watches already.
    pub fn watch(&self, people: &[UserId]) {
        let connection = &self.connection;
        let forgotten = {
            let mut watching = lock(&connection.watching);
            let forgotten =
                if watching.len() + people.len() > MOST { std::mem::take(&mut *watching) } else { Vec::new() };
            watching.extend(people);
            forgotten
        };
        let mut watched = write(&self.gateway.0.watched);
        for user in forgotten {
            unwatch(&mut watched, user, connection.id);
        }
        for user in people {
            watched.entry(*user).or_default().watchers.insert(connection.id, connection.clone());
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
            let watchers: Vec<Arc<Connection>> = {
                let mut watched = write(&self.0.watched);
                let Some(known) = watched.get_mut(&sighting.user) else { continue };
                if known.told.replace(sighting.state) == Some(sighting.state) {
                    continue;
                }
                known.watchers.values().cloned().collect()
            };
            let last_seen_at = (sighting.state == Presence::Offline).then_some(sighting.at);
            let frame = event_frame(&presence_event(sighting.user, sighting.state, last_seen_at));
            for connection in watchers {
                connection.send(frame.clone());
            }
        }
    }

    /// Asks how the people are who were last told to be there, and tells of those who are not what they were.
    pub(super) async fn check_watched(&self) {
        let told: Vec<(UserId, Presence)> = {
            let watched = read(&self.0.watched);
            let there =
                |(user, known): (&UserId, &Watched)| Some((*user, known.told.filter(|s| *s != Presence::Offline)?));
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
        self.end_sights(|viewer, user| (viewer, user) == (one, two) || (viewer, user) == (two, one));
    }

    /// Nobody sees a person any more, nor they anybody: to each the others seem to go.
    pub(super) fn hide(&self, whom: UserId) {
        self.end_sights(|viewer, user| (viewer == whom) != (user == whom));
    }

    /// Ends what somebody sees of somebody, where `ends` says so of the two.
    fn end_sights(&self, ends: impl Fn(UserId, UserId) -> bool) {
        let mut ended = Vec::new();
        write(&self.0.watched).retain(|user, known| {
            let gone = |_: &SocketId, watcher: &mut Arc<Connection>| {
                watcher.person().is_some_and(|person| ends(person.user, *user))
            };
            ended.extend(known.watchers.extract_if(gone).map(|(_, watcher)| (watcher, *user)));
            !known.watchers.is_empty()
        });
        for (connection, user) in ended {
            lock(&connection.watching).retain(|known| *known != user);
            connection.send(event_frame(&presence_event(user, Presence::Offline, None)));
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
