//! Who is here right now: leases in the coordinator, renewed while a socket is there. A killed node's people are gone when
//! their leases end.
//!
//! Two things are leased: that a person is in a room, which is counted, and how a person is at all, which others watch
//! (`watching`). What changes is gathered and told a few times a second, so that ten thousand who go and come back at once
//! are a few calls rather than ten thousand.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use praca_api::events::{RoomOnline, ServerEvent};
use praca_api::people::Presence;
use praca_api::{ConversationId, UserId};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::connection::Connection;
use super::dispatch::Caller;
use super::packet::event_frame;
use super::watching::Asked;
use super::{Gateway, lock, read};
use crate::bus::{Sighting, Signal};
use crate::limits::Shift;

/// Time between two renewals.
const BEAT: Duration = Duration::from_secs(15);
/// How long a lease lasts: two renewals may be lost.
pub const LEASE: Duration = Duration::from_secs(50);
/// Time between two tellings of what changed.
const FLUSH: Duration = Duration::from_millis(200);
/// How long somebody may be gone without having left: a page that loads anew.
const GRACE: Duration = Duration::from_secs(3);
/// Time between two countings of rooms.
const COUNT: Duration = Duration::from_secs(3);
/// Leases in one call.
const BATCH: usize = 1_000;
/// Renewals between two notes of when people were last here: ten minutes.
const BEATS_A_NOTE: u64 = 40;

/// What changed since it was last told.
#[derive(Default)]
pub struct Changes {
    /// People to look at anew.
    people: HashSet<UserId>,
    /// People whose last socket here is gone, since when.
    leaving: HashMap<UserId, Instant>,
    /// Rooms some socket of a person left.
    left: HashSet<(ConversationId, UserId)>,
}

impl Caller {
    /// Notes at once that the person is in a room.
    pub async fn begin_presence(&self, room: ConversationId) {
        lock(&self.connection.present).insert(room);
        self.gateway.lease(&[(room, self.actor.id())]).await;
    }

    /// Notes that this client is idle, or in use again.
    pub fn set_idle(&self, idle: bool) {
        self.connection.set_idle(idle);
        self.gateway.look_at(self.actor.id());
    }
}

impl Gateway {
    /// A person's sockets here changed, or one of them is idle or in use again.
    pub(super) fn look_at(&self, user: UserId) {
        let mut changes = lock(&self.0.presence);
        changes.leaving.remove(&user);
        changes.people.insert(user);
    }

    /// A person's last socket here is gone.
    pub(super) fn note_leaving(&self, user: UserId) {
        lock(&self.0.presence).leaving.insert(user, Instant::now());
    }

    /// Notes that a socket left a room.
    pub(super) fn end_presence(&self, connection: &Connection, room: ConversationId) {
        let was_present = lock(&connection.present).remove(&room);
        if let Some(person) = connection.person().filter(|_| was_present) {
            lock(&self.0.presence).left.insert((room, person.user));
        }
    }

    /// People left rooms with their last socket of some node: who is here, or came back, has their lease renewed at once.
    pub(super) async fn stay_present(&self, left: &[(ConversationId, UserId)]) {
        if self.0.base.shutdown.is_cancelled() {
            // Whose sockets are still there is about to go too.
            return;
        }
        let here: Vec<_> = left.iter().copied().filter(|(room, user)| self.is_present(*user, *room)).collect();
        if !here.is_empty() {
            self.lease(&here).await;
        }
    }

    /// Whether a person is in a room with a socket of this node.
    fn is_present(&self, user: UserId, room: ConversationId) -> bool {
        self.sockets_of(user).iter().any(|socket| lock(&socket.present).contains(&room))
    }

    async fn lease(&self, present: &[(ConversationId, UserId)]) {
        if let Err(error) = self.0.base.limits.lease(present, LEASE).await {
            tracing::debug!(%error, "presence cannot be noted");
        }
    }

    /// How a person is on this node; none without a socket.
    fn here(&self, user: UserId) -> Option<Presence> {
        let sockets = self.sockets_of(user);
        let in_use = sockets.iter().any(|socket| !socket.is_idle());
        (!sockets.is_empty()).then_some(if in_use { Presence::Online } else { Presence::Away })
    }

    /// Tells what has changed since the last time.
    async fn flush_presence(&self) {
        let (people, left) = {
            let mut changes = lock(&self.0.presence);
            let mut people = std::mem::take(&mut changes.people);
            people.extend(changes.leaving.extract_if(|_, since| since.elapsed() >= GRACE).map(|(user, _)| user));
            (people, std::mem::take(&mut changes.left))
        };
        self.settle_people(people.into_iter().collect()).await;
        let gone: Vec<_> = left.into_iter().filter(|(room, user)| !self.is_present(*user, *room)).collect();
        self.end_leases(&gone).await;
    }

    /// Notes how these people are on this node, and tells of those who are otherwise than before.
    async fn settle_people(&self, people: Vec<UserId>) {
        for people in people.chunks(BATCH) {
            let here: Vec<_> = people.iter().map(|user| (*user, self.here(*user))).collect();
            self.set_presence(&here).await;
        }
    }

    async fn set_presence(&self, here: &[(UserId, Option<Presence>)]) {
        match self.0.base.limits.set_presence(self.0.node, here, LEASE).await {
            Ok(shifts) => self.tell(shifts).await,
            // Who is here is noted at the next renewal; the leases of who is gone run out.
            Err(error) => tracing::debug!(%error, "presence cannot be noted"),
        }
    }

    async fn tell(&self, shifts: Vec<Shift>) {
        let at = self.0.base.clock.now();
        let changed: Vec<Shift> = shifts.into_iter().filter(|shift| shift.before != shift.after).collect();
        let crossed =
            changed.iter().filter(|shift| (shift.before == Presence::Offline) != (shift.after == Presence::Offline));
        self.note_seen(&crossed.map(|shift| shift.user).collect::<Vec<_>>(), at).await;
        if !changed.is_empty() {
            let seen = changed.into_iter().map(|shift| Sighting { user: shift.user, state: shift.after, at });
            self.0.base.bus.publish(Signal::Seen(seen.collect()));
        }
    }

    /// Keeps when people were last here.
    pub(super) async fn note_seen(&self, people: &[UserId], at: praca_api::Timestamp) {
        if people.is_empty() {
            return;
        }
        if let Err(error) = self.0.sights.note_seen(people, at).await {
            tracing::warn!(%error, "when people were last here cannot be kept");
        }
    }

    /// Who is in which room with a socket of this node.
    fn present_here(&self) -> Vec<(ConversationId, UserId)> {
        let mut present: Vec<(ConversationId, UserId)> = Vec::new();
        for socket in read(&self.0.sockets).values() {
            if let Some(person) = socket.person() {
                present.extend(lock(&socket.present).iter().map(|id| (*id, person.user)));
            }
        }
        present.sort_unstable();
        present.dedup();
        present
    }

    /// Renews the leases of everyone connected here.
    async fn renew_presence(&self) {
        for batch in self.present_here().chunks(BATCH) {
            self.lease(batch).await;
        }
        let people: Vec<UserId> = read(&self.0.people).keys().copied().collect();
        self.settle_people(people).await;
    }

    /// The node stops: nobody is here any more.
    pub(super) async fn end_all_presence(&self) {
        self.end_leases(&self.present_here()).await;
        let gone: Vec<(UserId, Option<Presence>)> = read(&self.0.people).keys().map(|user| (*user, None)).collect();
        for gone in gone.chunks(BATCH) {
            self.set_presence(gone).await;
        }
    }

    async fn end_leases(&self, gone: &[(ConversationId, UserId)]) {
        for gone in gone.chunks(BATCH) {
            // Without the coordinator the leases run out by themselves.
            let _ = self.0.base.limits.end_leases(gone).await;
            self.0.base.bus.publish(Signal::Left(gone.to_vec()));
        }
    }

    /// Tells each room with sockets here how many are in it, if that changed.
    async fn count_rooms(&self) {
        let rooms: HashSet<ConversationId> = {
            let sockets = read(&self.0.sockets);
            sockets.values().flat_map(|socket| lock(&socket.present).iter().copied().collect::<Vec<_>>()).collect()
        };
        let rooms: Vec<ConversationId> = rooms.into_iter().collect();
        for rooms in rooms.chunks(BATCH) {
            let Ok(counts) = self.0.base.limits.present(rooms).await else { return };
            for (room, online) in rooms.iter().zip(counts) {
                let Some(feed) = self.feed(*room).filter(|feed| feed.notes_online(online)) else { continue };
                let event = ServerEvent::RoomOnline(RoomOnline { conversation_id: *room, online });
                feed.emit(&event_frame(&event), None, &[]);
            }
        }
    }
}

/// Tells what changes, counts rooms and renews leases, for ever.
pub async fn run(gateway: Gateway) {
    let every = |period| {
        let mut tick = interval(period);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        tick
    };
    let (mut flush, mut count, mut beat) = (every(FLUSH), every(COUNT), every(BEAT));
    let mut beats = 0_u64;
    loop {
        tokio::select! {
            _ = flush.tick() => gateway.flush_presence().await,
            _ = count.tick() => gateway.count_rooms().await,
            _ = beat.tick() => {
                beats += 1;
                gateway.renew_presence().await;
                gateway.check_watched(Asked::Present).await;
                if beats.is_multiple_of(BEATS_A_NOTE) {
                    let people: Vec<UserId> = read(&gateway.0.people).keys().copied().collect();
                    gateway.note_seen(&people, gateway.0.base.clock.now()).await;
                }
            }
        }
    }
}
