//! `rooms:activity`: something new in a conversation a member's socket is not in, at most once a second each.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use praca_api::ConversationId;
use praca_api::events::{Activity, ServerEvent};
use praca_api::messages::{Message, ReadState};
use tokio::time::{MissedTickBehavior, interval};

use super::packet::event_frame;
use super::{Gateway, lock, read};
use crate::bus::Change;

/// Time between two notices of a conversation.
const PERIOD: Duration = Duration::from_secs(1);

/// The newest message of each conversation since the last notice.
pub type Pending = HashMap<ConversationId, Arc<Message>>;

impl Gateway {
    /// Remembers the newest of these, if members of the conversation are connected here.
    pub(super) fn note_activity(&self, changes: &[Change]) {
        for change in changes.iter().filter(|change| change.is_new()) {
            self.tell_writer(&change.message);
        }
        let Some(newest) = changes.iter().filter(|change| change.is_new()).max_by_key(|change| change.message.seq)
        else {
            return;
        };
        let id = newest.message.conversation_id;
        if !read(&self.0.members).has_any(id) {
            return;
        }
        let mut pending = lock(&self.0.activity);
        let known = pending.get(&id).map(|message| message.seq);
        if known.is_none_or(|seq| seq < newest.message.seq) {
            pending.insert(id, newest.message.clone());
        }
    }

    /// One's own message moves one's cursor: the writer's sockets outside the room hear that all up to it is read.
    fn tell_writer(&self, message: &Message) {
        let Some(author) = &message.author else { return };
        let id = message.conversation_id;
        let feed = self.feed(id);
        let mut frame = None;
        for socket in self.sockets_of(author.id) {
            if feed.as_ref().is_none_or(|feed| !feed.has(socket.id)) {
                let state = || ReadState { conversation_id: id, last_read_seq: message.seq, unread: 0, mentions: 0 };
                let frame = frame.get_or_insert_with(|| event_frame(&ServerEvent::Read(state())));
                socket.send(frame.clone());
            }
        }
    }

    fn tell_activity(&self) {
        let pending = std::mem::take(&mut *lock(&self.0.activity));
        for (id, message) in pending {
            let members = read(&self.0.members).of(id);
            let feed = self.feed(id);
            let outside = members
                .into_iter()
                .flat_map(|user| self.sockets_of(user))
                .filter(|socket| feed.as_ref().is_none_or(|feed| !feed.has(socket.id)));
            let mut outside = outside.peekable();
            if outside.peek().is_none() {
                continue;
            }
            let event =
                Activity { conversation_id: id, last_seq: message.seq, last_message: Arc::unwrap_or_clone(message) };
            let frame = event_frame(&ServerEvent::Activity(event));
            for socket in outside {
                socket.send(frame.clone());
            }
        }
    }
}

/// Tells once a period what has come.
pub async fn run(gateway: Gateway) {
    let mut tick = interval(PERIOD);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        gateway.tell_activity();
    }
}
