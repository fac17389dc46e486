//! The order of one conversation on this node.
//!
//! Changes come by the bus, each with its `rev`. The feed hands them on without gaps: one that comes early waits for those
//! before it, at most 50 ms, then the missing are read from the database. Every few seconds all feeds are compared with
//! the database, so that a lost last change is found too.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use praca_api::{ConversationId, Rev, Seq, UserId};
use tokio::sync::OnceCell;
use tokio::time::{Instant, sleep};

use super::change_frame::Frames;
use super::connection::Connection;
use super::transport::{Frame, SocketId};
use super::{Family, Gateway, Newest, lock, read, write};
use crate::base::Base;
use crate::bus::{Change, Hearers};
use crate::error::{Error, Result};

/// How long an early change waits for those before it.
pub(super) const PATIENCE: Duration = Duration::from_millis(50);
/// Events kept for a socket whose history is being read; more are lost to it, as they are to one that comes later.
const EVENTS: usize = 64;
/// Changes that may wait for the baseline; beyond, they are let go and found missing later.
const WAITING: usize = 4_096;
/// How long the order of two people is kept after their last change, with no socket in it.
const IDLE: Duration = Duration::from_secs(60);

/// A conversation some socket of this node is in, or that two people of whom one is here have just changed.
pub struct Feed {
    pub(super) id: ConversationId,
    family: Family,
    /// People in the room, as last told; at first none is told.
    online: AtomicU64,
    /// Set once the feed knows where the conversation stood before the first history was read.
    baseline: OnceCell<()>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// All changes up to this one are handed on; none before the baseline is known.
    delivered: Option<Rev>,
    /// The newest message among them.
    seen: Seq,
    /// Came early.
    waiting: BTreeMap<Rev, Change>,
    /// Whether somebody waits to read what is missing.
    healing: bool,
    /// Sockets that have their history, and the newest change in it.
    live: HashMap<SocketId, Listener>,
    /// Sockets whose history is being read.
    joining: HashMap<SocketId, Joiner>,
    /// People all of whose sockets hear of changes, as the last change named them.
    people: Vec<UserId>,
    /// When the last change came.
    changed: Option<Instant>,
}

struct Listener {
    connection: Arc<Connection>,
    /// How far its history reached.
    floor: Newest,
}

/// A socket whose history is being read.
#[derive(Default)]
struct Joiner {
    /// Changes that came meanwhile.
    meanwhile: Vec<Change>,
    /// Other events that came meanwhile, such as new settings of the room.
    events: Vec<Frame>,
    /// How it listened before, if it joins again.
    before: Option<Listener>,
}

/// What a feed asks its caller to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// Nothing.
    Rest,
    /// Read what is missing, after waiting a moment.
    Heal,
}

impl Feed {
    pub fn new(id: ConversationId, family: Family) -> Self {
        let online = AtomicU64::new(u64::MAX);
        Self { id, family, online, baseline: OnceCell::new(), state: Mutex::default() }
    }

    /// Notes how many are in the room; whether that is to be told.
    pub fn notes_online(&self, online: u64) -> bool {
        self.online.swap(online, Ordering::AcqRel) != online
    }

    /// A socket is about to read the history: nothing may be lost for it.
    pub fn begin(&self, socket: SocketId) {
        let mut state = lock(&self.state);
        let joiner = Joiner { before: state.live.remove(&socket), ..Joiner::default() };
        state.joining.insert(socket, joiner);
    }

    /// The socket has all changes up to `newest`: hand on what came meanwhile, then live.
    pub fn complete(&self, connection: &Arc<Connection>, newest: Newest, base: &Base) {
        let mut state = lock(&self.state);
        let Some(joiner) = state.joining.remove(&connection.id) else { return };
        self.give_late(&joiner.meanwhile, connection, newest.rev, base);
        for event in joiner.events {
            connection.send(event);
        }
        state.live.insert(connection.id, Listener { connection: connection.clone(), floor: newest });
    }

    /// Learns where the conversation stands, before any history is read: every history holds at least that much, and all
    /// that is later is handed on or found missing. Between two people the first change says it: their other sockets read
    /// no history, and would miss a change that is stored but still on its way.
    pub async fn settle_baseline(&self, gateway: &Gateway) -> Result<()> {
        if self.family == Family::Dms {
            return Ok(());
        }
        let settle = async {
            let newest = gateway.0.backlog.newest(&[self.id]).await?;
            let newest = newest.first().copied().ok_or_else(Error::not_found)?;
            let mut state = lock(&self.state);
            state.advance_to(newest);
            self.give_next(&mut state, gateway);
            Ok(())
        };
        self.baseline.get_or_try_init(|| settle).await.copied()
    }

    /// The join failed: a socket that listened before goes on as it was. False if it did not.
    pub fn abandon(&self, socket: SocketId, base: &Base) -> bool {
        let mut state = lock(&self.state);
        let Some(Joiner { meanwhile, events, before: Some(listener) }) = state.joining.remove(&socket) else {
            return false;
        };
        self.give_late(&meanwhile, &listener.connection, listener.floor.rev, base);
        for event in events {
            listener.connection.send(event);
        }
        state.live.insert(socket, listener);
        true
    }

    /// Gives a socket the changes after `floor` that came while its history was read.
    fn give_late(&self, changes: &[Change], connection: &Connection, floor: Rev, base: &Base) {
        for change in changes.iter().filter(|change| change.rev() > floor) {
            Frames::of(change, self.family).send_to(connection, base);
        }
    }

    /// The socket leaves. True if nobody is left.
    pub fn leave(&self, socket: SocketId) -> bool {
        let mut state = lock(&self.state);
        state.live.remove(&socket);
        state.joining.remove(&socket);
        state.live.is_empty() && state.joining.is_empty()
    }

    /// Gives an event to the sockets in the conversation, but for one and for those of some people; to those that are
    /// joining once they have.
    pub fn emit(&self, frame: &Frame, except: Option<&str>, without: &[UserId]) {
        let without: HashSet<UserId> = without.iter().copied().collect();
        let mut state = lock(&self.state);
        for listener in state.live.values() {
            let connection = &listener.connection;
            let hidden = connection.person().is_some_and(|person| without.contains(&person.user));
            if !hidden && except != Some(connection.id.to_string().as_str()) {
                connection.send(frame.clone());
            }
        }
        if !without.is_empty() {
            // Who is joining is not known here; what some may not hear is only of the moment.
            return;
        }
        for joiner in state.joining.values_mut() {
            if joiner.events.len() < EVENTS {
                joiner.events.push(frame.clone());
            }
        }
    }

    /// Whether the socket is in the conversation, or about to be.
    pub fn has(&self, socket: SocketId) -> bool {
        let state = lock(&self.state);
        state.live.contains_key(&socket) || state.joining.contains_key(&socket)
    }

    /// Takes changes in and hands on what is in order.
    fn take_in(&self, changes: &[Change], hearers: &Hearers, gateway: &Gateway) -> Next {
        let mut state = lock(&self.state);
        if let Hearers::People(people) = hearers {
            state.people.clone_from(people);
            state.changed = Some(Instant::now());
            if let (None, Some(first)) = (state.delivered, changes.first()) {
                state.delivered = Some(Rev(first.rev().0 - 1));
            }
        }
        for change in changes {
            if state.delivered.is_none_or(|delivered| change.rev() > delivered) {
                state.waiting.insert(change.rev(), change.clone());
            }
        }
        self.give_next(&mut state, gateway);
        let gap = state.delivered.is_some() && !state.waiting.is_empty();
        if state.delivered.is_none() && state.waiting.len() > WAITING {
            // What the baseline does not hold is read when the next change, or the next comparison, shows the gap.
            state.waiting.clear();
        }
        if gap && !std::mem::replace(&mut state.healing, true) { Next::Heal } else { Next::Rest }
    }

    /// Hands on what the database had, and what waited behind it.
    fn heal(&self, changes: &[Change], newest: Newest, gateway: &Gateway) {
        let mut state = lock(&self.state);
        state.healing = false;
        let mut ready = Vec::new();
        if state.delivered.is_some_and(|delivered| delivered < newest.rev) {
            ready.extend(changes.iter().filter(|change| Some(change.rev()) > state.delivered).cloned());
            state.advance_to(newest);
        }
        self.give(&mut state, &ready, gateway);
        self.give_next(&mut state, gateway);
    }

    fn give_next(&self, state: &mut State, gateway: &Gateway) {
        let ready = state.next_in_order();
        self.give(state, &ready, gateway);
    }

    /// Gives changes to every socket, each encoded once, a socket at a time so that its writes join.
    fn give(&self, state: &mut State, changes: &[Change], gateway: &Gateway) {
        if changes.is_empty() {
            return;
        }
        let base = &gateway.0.base;
        let mut frames: Vec<_> = changes.iter().map(|change| Frames::of(change, self.family)).collect();
        for listener in state.live.values() {
            for frames in frames.iter_mut().filter(|frames| frames.rev() > listener.floor.rev) {
                frames.send_to(&listener.connection, base);
            }
        }
        for joiner in state.joining.values_mut() {
            joiner.meanwhile.extend_from_slice(changes);
        }
        let mut given = state.live.len();
        for connection in state.people.iter().flat_map(|user| gateway.sockets_of(*user)) {
            if !state.live.contains_key(&connection.id) && !state.joining.contains_key(&connection.id) {
                for frames in &mut frames {
                    frames.send_to(&connection, base);
                }
                given += 1;
            }
        }
        metrics::counter!("praca_deliveries_total").increment((frames.len() * given) as u64);
        let now = base.clock.now();
        for new in changes.iter().filter(|change| change.is_new()) {
            let waited = now.since(new.message.created_at);
            metrics::histogram!("praca_message_handed_on_seconds").record(waited.as_secs_f64());
        }
    }

    /// Where to read from: what is handed on, and the newest message of it.
    pub(super) fn position(&self) -> Option<(Rev, Seq)> {
        let mut state = lock(&self.state);
        if self.family == Family::Dms && state.delivered.is_none() {
            // Nothing has come since a socket joined: what it has is the beginning.
            let first = state.live.values().map(|listener| listener.floor).min_by_key(|floor| floor.rev);
            (state.delivered, state.seen) = first.map_or((None, state.seen), |floor| (Some(floor.rev), floor.seq));
        }
        state.delivered.map(|delivered| (delivered, state.seen))
    }

    /// Two people have left it, and nothing has changed for a while.
    pub(super) fn is_idle(&self) -> bool {
        let state = lock(&self.state);
        let idle = state.changed.is_none_or(|changed| changed.elapsed() > IDLE);
        self.family == Family::Dms && idle && state.live.is_empty() && state.joining.is_empty()
    }
}

impl State {
    fn advance_to(&mut self, newest: Newest) {
        self.delivered = self.delivered.max(Some(newest.rev));
        self.seen = self.seen.max(newest.seq);
        self.waiting = self.waiting.split_off(&newest.rev.next());
    }

    /// Waiting changes, as long as each follows the one before; they count as handed on.
    fn next_in_order(&mut self) -> Vec<Change> {
        let mut ready = Vec::new();
        let Some(mut delivered) = self.delivered else { return ready };
        while let Some(change) = self.waiting.remove(&delivered.next()) {
            delivered = change.rev();
            self.seen = self.seen.max(change.message.seq);
            ready.push(change);
        }
        self.delivered = Some(delivered);
        ready
    }
}

impl Gateway {
    /// The feed of a conversation, if some socket is in it.
    pub(super) fn feed(&self, id: ConversationId) -> Option<Arc<Feed>> {
        read(&self.0.feeds).get(&id).cloned()
    }

    /// Takes changes in for the sockets of this node.
    pub(super) fn deliver(&self, id: ConversationId, changes: &[Change], hearers: &Hearers) {
        let feed = match hearers {
            Hearers::People(people) if people.iter().any(|user| read(&self.0.people).contains_key(user)) => {
                let mut feeds = write(&self.0.feeds);
                Some(feeds.entry(id).or_insert_with(|| Arc::new(Feed::new(id, Family::Dms))).clone())
            }
            Hearers::Joined | Hearers::People(_) => self.feed(id),
        };
        let Some(feed) = feed else { return };
        if feed.take_in(changes, hearers, self) == Next::Heal {
            let gateway = self.clone();
            tokio::spawn(async move {
                sleep(PATIENCE).await;
                gateway.heal(&feed).await;
            });
        }
    }

    /// Reads what a feed has missed from the database.
    pub(super) async fn heal(&self, feed: &Feed) {
        let Some((mut delivered, seen)) = feed.position() else { return };
        loop {
            match self.0.backlog.missed(feed.id, delivered, seen).await {
                Ok(missed) => {
                    if missed.newest.rev > delivered {
                        metrics::counter!("praca_feed_heals_total").increment(1);
                    }
                    feed.heal(&missed.changes, missed.newest, self);
                    if feed.family == Family::Rooms {
                        self.note_activity(&missed.changes);
                    }
                    delivered = missed.newest.rev;
                    if !missed.more {
                        return;
                    }
                }
                Err(error) => {
                    lock(&feed.state).healing = false;
                    tracing::warn!(%error, conversation.id = %feed.id, "missed changes cannot be read; trying again soon");
                    return;
                }
            }
        }
    }

    /// Removes a socket from a conversation, and the feed with the last of them.
    pub(super) fn leave_feed(&self, connection: &Connection, id: ConversationId) {
        let mut feeds = write(&self.0.feeds);
        if feeds.get(&id).is_some_and(|feed| feed.leave(connection.id)) {
            feeds.remove(&id);
        }
    }
}
