//! Who may see whom, while somebody watches: a block, a new acquaintance, a room that is left change it.
//!
//! What may have changed is gathered, and the presence slice asked about it a few times a second, by one task: an older
//! answer never comes after a newer one.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use praca_api::UserId;
use praca_api::people::{PersonPresence, Presence};
use tokio::time::{MissedTickBehavior, interval};

use super::connection::Connection;
use super::packet::event_frame;
use super::watching::presence_event;
use super::{Gateway, lock, read, write};
use crate::bus::Sight;

/// Time between two looks.
const PERIOD: Duration = Duration::from_millis(200);

/// People a viewer looks at anew, by viewer.
type Looks = HashMap<UserId, HashSet<UserId>>;

/// A socket that sees somebody from now on, or no longer.
type Turn = (Arc<Connection>, UserId);

impl Gateway {
    /// Notes that this may have changed.
    pub(super) fn note_sight(&self, sight: Sight) {
        lock(&self.0.sights_changed).insert(sight);
    }

    /// Whoever is watched here is looked at anew.
    pub(super) async fn recheck_sights(&self) {
        let mut looks = Looks::new();
        for (user, known) in &*read(&self.0.watched) {
            for viewer in known.watchers.values().filter_map(|watcher| watcher.connection.person()) {
                looks.entry(viewer.user).or_default().insert(*user);
            }
        }
        self.look(looks).await;
    }

    async fn settle_sights(&self) {
        let changed = std::mem::take(&mut *lock(&self.0.sights_changed));
        if !changed.is_empty() {
            self.look(self.looks_of(&changed)).await;
        }
    }

    /// Who looks at whom anew: where somebody sees who might not any more, or does not and might now.
    fn looks_of(&self, changed: &HashSet<Sight>) -> Looks {
        let mut looks = Looks::new();
        for sight in changed {
            let (one, gains) = (sight.of, sight.gains);
            if let Some(other) = sight.with {
                self.add_looks(&mut looks, one, Some(other), gains);
                self.add_looks(&mut looks, other, Some(one), gains);
                continue;
            }
            self.add_looks(&mut looks, one, None, gains);
            let watching: HashSet<UserId> =
                self.sockets_of(one).iter().flat_map(|socket| lock(&socket.watching).clone()).collect();
            for user in watching {
                self.add_looks(&mut looks, user, Some(one), gains);
            }
        }
        looks
    }

    /// Looks at `user` by `viewer`, or by whoever watches them.
    fn add_looks(&self, looks: &mut Looks, user: UserId, viewer: Option<UserId>, gains: bool) {
        let watched = read(&self.0.watched);
        let watchers = watched.get(&user).into_iter().flat_map(|known| known.watchers.values());
        for watcher in watchers.filter(|watcher| watcher.sees != gains) {
            let Some(person) = watcher.connection.person() else { continue };
            if viewer.is_none_or(|viewer| viewer == person.user) {
                looks.entry(person.user).or_default().insert(user);
            }
        }
    }

    /// Asks, and tells what changed. Who cannot be asked about is not seen, and asked about again.
    async fn look(&self, looks: Looks) {
        for (viewer, people) in looks {
            let people: Vec<UserId> = people.into_iter().collect();
            let visible = self.0.sights.visible(viewer, &people).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "who may be seen cannot be read");
                let again = |user: &UserId| Sight { of: *user, with: Some(viewer), gains: true };
                lock(&self.0.sights_changed).extend(people.iter().map(again));
                Vec::new()
            });
            let (begun, ended) = self.turn(viewer, &people, &visible.into_iter().collect());
            for (connection, user) in ended {
                connection.send(event_frame(&presence_event(user, Presence::Offline, None)));
            }
            self.tell_begun(begun).await;
        }
    }

    /// Sets who is seen by whom; the sockets that see somebody from now on, and those that do no longer.
    fn turn(&self, viewer: UserId, people: &[UserId], visible: &HashSet<UserId>) -> (Vec<Turn>, Vec<Turn>) {
        let (mut begun, mut ended) = (Vec::new(), Vec::new());
        let mut watched = write(&self.0.watched);
        for user in people {
            let Some(known) = watched.get_mut(user) else { continue };
            let sees = visible.contains(user);
            let its = known.watchers.values_mut().filter(|watcher| watcher.sees != sees);
            for watcher in its.filter(|watcher| watcher.connection.person().is_some_and(|person| person.user == viewer))
            {
                watcher.sees = sees;
                let turned = if sees { &mut begun } else { &mut ended };
                turned.push((watcher.connection.clone(), *user));
            }
        }
        (begun, ended)
    }

    /// Tells how those are who are seen from now on.
    async fn tell_begun(&self, begun: Vec<Turn>) {
        let people: HashSet<UserId> = begun.iter().map(|(_, user)| *user).collect();
        let people: Vec<UserId> = people.into_iter().collect();
        if people.is_empty() {
            return;
        }
        let states = match self.0.sights.states(&people).await {
            Ok(states) => states,
            // The next change of theirs is told.
            Err(error) => return tracing::warn!(%error, "how people are cannot be read"),
        };
        let states: HashMap<UserId, PersonPresence> = states.into_iter().map(|seen| (seen.user_id, seen)).collect();
        let mut watched = write(&self.0.watched);
        for (connection, user) in begun {
            let Some(seen) = states.get(&user) else { continue };
            if let Some(known) = watched.get_mut(&user) {
                known.begin(seen.state);
            }
            connection.send(event_frame(&presence_event(user, seen.state, seen.last_seen_at)));
        }
    }
}

/// Looks anew at what changed, for ever.
pub async fn run(gateway: Gateway) {
    let mut tick = interval(PERIOD);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        gateway.settle_sights().await;
    }
}
