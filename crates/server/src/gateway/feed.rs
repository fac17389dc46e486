//! The order of one conversation on this node.
//!
//! Changes come by the bus, each with its `rev`. The feed hands them on without gaps: one that comes early waits for those
//! before it, at most 50 ms, then the missing are read from the database. Every few seconds all feeds are compared with
//! the database, so that a lost last change is found too.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use praca_api::events::{MessageDeleted, MessageSent, MessageUpdated, ServerEvent};
use praca_api::{ConversationId, Rev, Seq};
use tokio::sync::OnceCell;
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::connection::Connection;
use super::packet::event_frame;
use super::transport::{Frame, SocketId};
use super::{Backlog, Gateway, Newest, lock, read, write};
use crate::bus::Change;
use crate::error::{Error, Result};

/// How long an early change waits for those before it.
const PATIENCE: Duration = Duration::from_millis(50);
/// Time between two comparisons with the database.
const COMPARE: Duration = Duration::from_secs(3);
/// Events kept for a socket whose history is being read; more are lost to it, as they are to one that comes later.
const EVENTS: usize = 64;
/// Changes that may wait for the baseline; beyond, they are let go and found missing later.
const WAITING: usize = 4_096;

/// A conversation some socket of this node is in.
pub struct Feed {
    id: ConversationId,
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
}

struct Listener {
    connection: Arc<Connection>,
    /// Changes up to this one it has from its history.
    floor: Rev,
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
    pub fn new(id: ConversationId) -> Self {
        Self { id, baseline: OnceCell::new(), state: Mutex::default() }
    }

    /// A socket is about to read the history: from now on nothing may be lost for it.
    pub fn begin(&self, socket: SocketId) {
        let mut state = lock(&self.state);
        let before = state.live.remove(&socket);
        state.joining.insert(socket, Joiner { before, ..Joiner::default() });
    }

    /// The socket has all changes up to `newest`: hand on what came meanwhile, then live.
    pub fn complete(&self, connection: &Arc<Connection>, newest: Newest) {
        let mut state = lock(&self.state);
        let Some(joiner) = state.joining.remove(&connection.id) else { return };
        for change in joiner.meanwhile.iter().filter(|change| change.rev() > newest.rev) {
            connection.send(frame_of(change));
        }
        for event in joiner.events {
            connection.send(event);
        }
        state.live.insert(connection.id, Listener { connection: connection.clone(), floor: newest.rev });
    }

    /// Learns where the conversation stands, before any history is read: so every history holds at least that much, and
    /// everything later is handed on or found missing.
    pub async fn settle_baseline(&self, backlog: &dyn Backlog) -> Result<()> {
        let settle = async {
            let newest = backlog.newest(&[self.id]).await?;
            let newest = newest.first().copied().ok_or_else(Error::not_found)?;
            let mut state = lock(&self.state);
            state.advance_to(newest);
            state.hand_on();
            Ok(())
        };
        self.baseline.get_or_try_init(|| settle).await.copied()
    }

    /// The join failed: a socket that listened before goes on as it was. False if it did not.
    pub fn abandon(&self, socket: SocketId) -> bool {
        let mut state = lock(&self.state);
        let Some(Joiner { meanwhile, events, before: Some(listener) }) = state.joining.remove(&socket) else {
            return false;
        };
        for change in meanwhile.iter().filter(|change| change.rev() > listener.floor) {
            listener.connection.send(frame_of(change));
        }
        for event in events {
            listener.connection.send(event);
        }
        state.live.insert(socket, listener);
        true
    }

    /// The socket leaves. True if nobody is left.
    pub fn leave(&self, socket: SocketId) -> bool {
        let mut state = lock(&self.state);
        state.live.remove(&socket);
        state.joining.remove(&socket);
        state.live.is_empty() && state.joining.is_empty()
    }

    /// Gives an event to the sockets in the conversation, but for one; to those that are joining once they have.
    pub fn emit(&self, frame: &Frame, except: Option<&str>) {
        let mut state = lock(&self.state);
        for listener in state.live.values() {
            if except != Some(listener.connection.id.to_string().as_str()) {
                listener.connection.send(frame.clone());
            }
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
    fn take_in(&self, changes: &[Change]) -> Next {
        let mut state = lock(&self.state);
        for change in changes {
            if state.delivered.is_none_or(|delivered| change.rev() > delivered) {
                state.waiting.insert(change.rev(), change.clone());
            }
        }
        state.hand_on();
        let gap = state.delivered.is_some() && !state.waiting.is_empty();
        if state.delivered.is_none() && state.waiting.len() > WAITING {
            // What the baseline does not hold is read when the next change, or the next comparison, shows the gap.
            state.waiting.clear();
        }
        if gap && !std::mem::replace(&mut state.healing, true) { Next::Heal } else { Next::Rest }
    }

    /// Hands on what the database had, and what waited behind it.
    fn heal(&self, changes: &[Change], newest: Newest) {
        let mut state = lock(&self.state);
        state.healing = false;
        if state.delivered.is_none_or(|delivered| delivered >= newest.rev) {
            state.hand_on();
            return;
        }
        let fresh: Vec<Change> =
            changes.iter().filter(|change| state.delivered.is_none_or(|rev| change.rev() > rev)).cloned().collect();
        state.give(&fresh);
        state.advance_to(newest);
        state.hand_on();
    }

    /// Where to read from: what is handed on, and the newest message of it.
    fn position(&self) -> Option<(Rev, Seq)> {
        let state = lock(&self.state);
        state.delivered.map(|delivered| (delivered, state.seen))
    }
}

impl State {
    fn advance_to(&mut self, newest: Newest) {
        self.delivered = Some(newest.rev);
        self.seen = self.seen.max(newest.seq);
        self.waiting = self.waiting.split_off(&newest.rev.next());
    }

    /// Hands on waiting changes as long as each follows the one before.
    fn hand_on(&mut self) {
        let Some(mut delivered) = self.delivered else { return };
        let mut ready = Vec::new();
        while let Some(change) = self.waiting.remove(&delivered.next()) {
            delivered = change.rev();
            self.seen = self.seen.max(change.message.seq);
            ready.push(change);
        }
        self.delivered = Some(delivered);
        self.give(&ready);
    }

    /// Gives changes to every socket, each encoded once, a socket at a time so that its writes join.
    fn give(&mut self, changes: &[Change]) {
        if changes.is_empty() {
            return;
        }
        let frames: Vec<(Rev, Frame)> = changes.iter().map(|change| (change.rev(), frame_of(change))).collect();
        for listener in self.live.values() {
            for (_, frame) in frames.iter().filter(|(rev, _)| *rev > listener.floor) {
                listener.connection.send(frame.clone());
            }
        }
        for joiner in self.joining.values_mut() {
            joiner.meanwhile.extend_from_slice(changes);
        }
        metrics::counter!("praca_deliveries_total").increment((frames.len() * self.live.len()) as u64);
    }
}

/// The event of a change.
fn frame_of(change: &Change) -> Frame {
    let message = &change.message;
    event_frame(&match message.deleted_at {
        Some(deleted_at) if !change.new => ServerEvent::MessageDeleted(MessageDeleted {
            conversation_id: message.conversation_id,
            message_id: message.id,
            seq: message.seq,
            rev: message.rev,
            deleted_at,
        }),
        _ if change.new => {
            ServerEvent::MessageNew(MessageSent { message: (**message).clone(), room_wait_ms: change.room_wait_ms })
        }
        _ => ServerEvent::MessageUpdated(MessageUpdated { message: (**message).clone() }),
    })
}

impl Gateway {
    /// The feed of a conversation, if some socket is in it.
    pub(super) fn feed(&self, id: ConversationId) -> Option<Arc<Feed>> {
        read(&self.0.feeds).get(&id).cloned()
    }

    /// Takes changes in for the sockets of this node.
    pub(super) fn deliver(&self, id: ConversationId, changes: &[Change]) {
        let Some(feed) = self.feed(id) else { return };
        if feed.take_in(changes) == Next::Heal {
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
                    feed.heal(&missed.changes, missed.newest);
                    self.note_activity(&missed.changes);
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

    /// Compares every feed with the database and heals what lags behind.
    pub(super) async fn compare_feeds(&self) {
        let feeds: Vec<Arc<Feed>> = read(&self.0.feeds).values().cloned().collect();
        for feeds in feeds.chunks(500) {
            let before: HashMap<_, _> =
                feeds.iter().filter_map(|f| Some((f.id, (f.clone(), f.position()?.0)))).collect();
            let ids: Vec<ConversationId> = before.keys().copied().collect();
            let newest = match self.0.backlog.newest(&ids).await {
                Ok(newest) => newest,
                Err(error) => {
                    tracing::warn!(%error, "feeds cannot be compared with the database");
                    return;
                }
            };
            // What was committed a moment ago may still be on its way; only what stands still has lost something.
            sleep(PATIENCE).await;
            for newest in newest {
                let Some((feed, was)) = before.get(&newest.id) else { continue };
                let still = feed.position().is_some_and(|(delivered, _)| delivered == *was);
                if newest.rev > *was && still {
                    self.heal(feed).await;
                }
            }
        }
    }
}

/// Compares with the database, every few seconds.
pub async fn watch(gateway: Gateway) {
    let mut tick = interval(COMPARE);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        gateway.compare_feeds().await;
    }
}
