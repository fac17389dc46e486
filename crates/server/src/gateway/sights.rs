//! Who may see whom, while somebody watches: a block, a new acquaintance, a room that is left change it.
//!
//! What may have changed is gathered, and the presence slice asked about it a few times a second, by one task: an older
//! answer whether somebody may be seen never comes after a newer one.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use praca_api::UserId;
use praca_api::limits::WATCHED_AT_ONCE;
use praca_api::people::{PersonPresence, Presence};
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::connection::Connection;
use super::packet::event_frame;
use super::watching::presence_event;
use super::{Gateway, lock, read, write};
use crate::bus::Sight;

/// Time between two looks.
const PERIOD: Duration = Duration::from_millis(200);

/// Rest after a look without an answer.
const PAUSE: Duration = Duration::from_secs(2);

/// People a viewer looks at anew, by viewer.
type Looks = HashMap<UserId, HashSet<UserId>>;

/// A socket that sees somebody from now on, or no longer.
type Turn = (Arc<Connection>, UserId);

impl Gateway {
    /// Notes that this may have changed.
    pub(super) fn note_sight(&self, sight: Sight) {
        if let Some(other) = sight.with.filter(|_| !sight.gains) {
            // A block ends it at once, whatever else holds.
            self.end_sights(sight.of, &[other], &[]);
            self.end_sights(other, &[sight.of], &[]);
            // And once more, should a look that was under way have begun it again.
        }
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

    /// Looks anew at what changed; whether there was an answer for all.
    async fn settle_sights(&self) -> bool {
        let changed = std::mem::take(&mut *lock(&self.0.sights_changed));
        changed.is_empty() || self.look(self.looks_of(&changed)).await
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

    /// Asks, and tells what changed. Who cannot be asked about is not seen, and asked about again. Whether there was an
    /// answer for all.
    async fn look(&self, looks: Looks) -> bool {
        let mut answered = true;
        let in_parts = |(viewer, people): (UserId, HashSet<UserId>)| {
            let people: Vec<UserId> = people.into_iter().collect();
            people.chunks(WATCHED_AT_ONCE).map(|some| (viewer, some.to_vec())).collect::<Vec<_>>()
        };
        for (viewer, people) in looks.into_iter().flat_map(in_parts) {
            let visible = self.0.sights.visible(viewer, &people).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "who may be seen cannot be read");
                let again = |user: &UserId| Sight { of: *user, with: Some(viewer), gains: true };
                lock(&self.0.sights_changed).extend(people.iter().map(again));
                answered = false;
                Vec::new()
            });
            let (begun, ended) = self.turn(viewer, &people, &visible.into_iter().collect());
            tell_ended(ended);
            self.tell_begun(begun).await;
        }
        answered
    }

    /// Ends what a viewer sees of those of these people who are not visible.
    pub(super) fn end_sights(&self, viewer: UserId, people: &[UserId], visible: &[UserId]) {
        let gone: Vec<UserId> = people.iter().copied().filter(|user| !visible.contains(user)).collect();
        if !gone.is_empty() {
            let (_, ended) = self.turn(viewer, &gone, &HashSet::new());
            tell_ended(ended);
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
            let (Some(read), Some(known)) = (states.get(&user), watched.get_mut(&user)) else { continue };
            let seen = known.begin(*read);
            connection.send(event_frame(&presence_event(user, seen.state, seen.last_seen_at)));
        }
    }
}

fn tell_ended(ended: Vec<Turn>) {
    for (connection, user) in ended {
        connection.send(event_frame(&presence_event(user, Presence::Offline, None)));
    }
}

/// Looks anew at what changed, for ever.
pub async fn run(gateway: Gateway) {
    let mut tick = interval(PERIOD);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        if !gateway.settle_sights().await {
            sleep(PAUSE).await;
        }
    }
}
