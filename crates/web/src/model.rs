//! What the client knows of rooms, changed by pure functions only.

use std::sync::Arc;

use praca_api::accounts::Author;
use praca_api::events::{Joined, MessageDeleted, ServerEvent};
use praca_api::messages::{Message, MessagePage, ReplyTo};
use praca_api::rooms::{RoomForMe, SlowMode};
use praca_api::{ConversationId, Rev, Seq, UserId};

/// How long somebody counts as typing, in milliseconds.
const TYPING_MS: f64 = 4_000.0;

/// The rooms of a person, and the one that is open.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    /// The list; none while it loads.
    pub rooms: Option<Vec<RoomForMe>>,
    /// The open room.
    pub open: Option<Open>,
}

/// An open room.
#[derive(Clone, Debug, PartialEq)]
pub struct Open {
    /// Which.
    pub id: ConversationId,
    /// Messages in ascending `seq`, without gaps.
    pub messages: Vec<Arc<Message>>,
    /// Whether older ones exist.
    pub has_before: bool,
    /// Messages on their way.
    pub outbox: Vec<Outgoing>,
    /// Who is typing, and until when.
    pub typing: Vec<(UserId, f64)>,
    /// When this person may write, in milliseconds of the client's own clock, and how long the wait was when it began.
    pub slow: Option<(f64, f64)>,
    /// The first message that was unread when the room was opened.
    pub first_unread: Option<Seq>,
    /// The newest change known.
    pub last_rev: Rev,
}

/// A message on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Outgoing {
    /// Its name, which makes sending it again harmless.
    pub nonce: String,
    /// Its text.
    pub body: String,
    /// What it answers.
    pub reply_to: Option<ReplyTo>,
    /// Whether it failed, and waits for the person.
    pub failed: bool,
}

/// Messages of one person, one after the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Changes whenever anything in the group does.
    pub key: String,
    /// Who.
    pub author: Option<Author>,
    /// Whether they are the reader's own.
    pub own: bool,
    /// The day it begins, if it is another than the group's before.
    pub day: Option<String>,
    /// Whether what is new begins here.
    pub new_from_here: bool,
    /// The messages.
    pub messages: Vec<Arc<Message>>,
}

impl Model {
    /// The list arrived.
    pub fn listed(&mut self, rooms: Vec<RoomForMe>) {
        self.rooms = Some(rooms);
    }

    /// A room by its slug.
    pub fn by_slug(&self, slug: &str) -> Option<&RoomForMe> {
        self.rooms.as_ref()?.iter().find(|room| room.room.slug == slug)
    }

    fn room_mut(&mut self, id: ConversationId) -> Option<&mut RoomForMe> {
        self.rooms.as_mut()?.iter_mut().find(|room| room.room.id == id)
    }

    /// The open room.
    pub fn open_room(&self) -> Option<&RoomForMe> {
        let id = self.open.as_ref()?.id;
        self.rooms.as_ref()?.iter().find(|room| room.room.id == id)
    }

    /// A room was joined, for the first time or after being away.
    pub fn joined(&mut self, joined: Joined, now: f64) {
        let id = joined.room.room.id;
        let unread_from = (joined.room.unread > 0).then(|| joined.room.last_read_seq.next());
        let slow = wait_of(&joined.slow_mode, now);
        match self.open.as_mut().filter(|open| open.id == id) {
            Some(open) if !joined.reset => {
                for message in joined.changed.into_iter().chain(joined.messages) {
                    open.take(message);
                }
                open.slow = slow.or(open.slow.filter(|(until, _)| *until > now));
                open.last_rev = open.last_rev.max(joined.room.room.last_rev);
            }
            same => {
                let outbox = same.map(|open| std::mem::take(&mut open.outbox)).unwrap_or_default();
                self.open = Some(Open {
                    id,
                    messages: joined.messages.into_iter().map(Arc::new).collect(),
                    has_before: joined.has_before,
                    outbox,
                    typing: Vec::new(),
                    slow,
                    first_unread: unread_from,
                    last_rev: joined.room.room.last_rev,
                });
            }
        }
        match self.room_mut(id) {
            Some(room) => *room = joined.room,
            None => self.rooms.get_or_insert_default().push(joined.room),
        }
    }

    /// Older messages arrived.
    pub fn older(&mut self, id: ConversationId, page: MessagePage) {
        let Some(open) = self.open.as_mut().filter(|open| open.id == id) else { return };
        let first = open.messages.first().map_or(Seq(i64::MAX), |message| message.seq);
        let older = page.items.into_iter().filter(|message| message.seq < first).map(Arc::new);
        open.messages.splice(0..0, older);
        open.has_before = page.has_before;
    }

    /// The server says something.
    pub fn apply(&mut self, event: ServerEvent, me: UserId, now: f64) {
        match event {
            ServerEvent::MessageNew(event) => {
                let message = event.message;
                if let Some(open) = self.open.as_mut().filter(|open| open.id == message.conversation_id) {
                    open.take(message.clone());
                    open.typing.retain(|(user, _)| message.author.as_ref().is_none_or(|author| author.id != *user));
                }
                self.note_newest(message, me);
            }
            ServerEvent::MessageUpdated(event) => {
                if let Some(open) = self.open.as_mut().filter(|open| open.id == event.message.conversation_id) {
                    open.take(event.message);
                }
            }
            ServerEvent::MessageDeleted(event) => self.deleted(&event),
            ServerEvent::RoomUpdated(event) => {
                if let Some(room) = self.room_mut(event.room.id) {
                    room.room = event.room;
                }
            }
            ServerEvent::Typing(event) => {
                if let Some(open) =
                    self.open.as_mut().filter(|open| open.id == event.conversation_id && event.user_id != me)
                {
                    open.typing.retain(|(user, until)| *user != event.user_id && *until > now);
                    open.typing.push((event.user_id, now + TYPING_MS));
                }
            }
            ServerEvent::Activity(event) => self.note_newest(event.last_message, me),
            ServerEvent::Read(state) => {
                if let Some(room) = self.room_mut(state.conversation_id) {
                    room.last_read_seq = room.last_read_seq.max(state.last_read_seq);
                    room.unread = state.unread;
                }
            }
            ServerEvent::AccountStatus(_)
            | ServerEvent::AccountRole(_)
            | ServerEvent::AuthExpired(_)
            | ServerEvent::ServerRestarting(_) => {}
        }
    }

    fn deleted(&mut self, event: &MessageDeleted) {
        let Some(open) = self.open.as_mut().filter(|open| open.id == event.conversation_id) else { return };
        open.last_rev = open.last_rev.max(event.rev);
        if let Some(message) = open.messages.iter_mut().find(|message| message.id == event.message_id) {
            let message = Arc::make_mut(message);
            message.body.clear();
            message.reactions.clear();
            message.deleted_at = Some(event.deleted_at);
            message.rev = event.rev;
        }
    }

    fn note_newest(&mut self, message: Message, me: UserId) {
        let Some(room) = self.room_mut(message.conversation_id).filter(|room| room.room.last_seq < message.seq) else {
            return;
        };
        let own = message.author.as_ref().is_some_and(|author| author.id == me);
        room.room.last_seq = message.seq;
        room.room.last_rev = room.room.last_rev.max(message.rev);
        if own {
            room.last_read_seq = message.seq;
        }
        room.unread = message.seq.0 - room.last_read_seq.0;
        room.room.last_message = Some(message);
    }

    /// Everything shown has been read; the newest `seq`, if that is news.
    pub fn read_all(&mut self) -> Option<(ConversationId, Seq)> {
        let (id, newest) = (self.open.as_ref()?.id, self.open.as_ref()?.messages.last()?.seq);
        let room = self.room_mut(id).filter(|room| room.me.is_some() && room.last_read_seq < newest)?;
        room.last_read_seq = newest;
        room.unread = (room.room.last_seq.0 - newest.0).max(0);
        Some((id, newest))
    }
}

impl Open {
    /// A new or changed message; an older state of one already known is passed over.
    pub fn take(&mut self, message: Message) {
        self.last_rev = self.last_rev.max(message.rev);
        self.outbox.retain(|outgoing| Some(&outgoing.nonce) != message.nonce.as_ref());
        match self.messages.binary_search_by_key(&message.seq, |known| known.seq) {
            Ok(at) => {
                if let Some(known) = self.messages.get_mut(at).filter(|known| known.rev < message.rev) {
                    *known = Arc::new(message);
                }
            }
            // One that is newer than all, or older than the page shown (then it comes with its page).
            Err(at) if at == self.messages.len() => self.messages.push(Arc::new(message)),
            Err(_) => {}
        }
    }

    /// The newest message known.
    pub fn last_seq(&self) -> Seq {
        self.messages.last().map_or(Seq::ZERO, |message| message.seq)
    }

    /// The server held a message back for so long.
    pub fn held_back(&mut self, millis: u64, now: f64) {
        #[expect(clippy::cast_precision_loss, reason = "waits are hours at most")]
        let wait = millis as f64;
        self.slow = Some((now + wait, wait));
    }

    /// Messages in groups of one person, at most five minutes apart. `day` names the day of a message.
    pub fn groups(&self, me: UserId, day: impl Fn(&Message) -> String) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        let mut last_day = String::new();
        for message in &self.messages {
            let author = message.author.as_ref().map(|author| author.id);
            let today = day(message);
            let new_day = today != last_day;
            let new_from_here = self.first_unread == Some(message.seq);
            let joins = groups.last().is_some_and(|group| {
                let same = group.author.as_ref().map(|author| author.id) == author;
                let near =
                    group.messages.last().is_some_and(|last| message.created_at.since(last.created_at).as_secs() < 300);
                same && near && !new_day && !new_from_here
            });
            if !joins {
                groups.push(Group {
                    key: String::new(),
                    author: message.author.clone(),
                    own: author == Some(me),
                    day: new_day.then(|| today.clone()),
                    new_from_here,
                    messages: Vec::new(),
                });
            }
            last_day = today;
            if let Some(group) = groups.last_mut() {
                group.messages.push(message.clone());
            }
        }
        for group in &mut groups {
            let first = group.messages.first().map_or(0, |message| message.seq.0);
            let rev = group.messages.iter().map(|message| message.rev.0).max().unwrap_or_default();
            group.key = format!("{first}-{}-{rev}-{}", group.messages.len(), group.new_from_here);
        }
        groups
    }
}

/// When writing is possible again, and how long the wait is.
fn wait_of(slow: &SlowMode, now: f64) -> Option<(f64, f64)> {
    #[expect(clippy::cast_precision_loss, reason = "waits are hours at most")]
    let wait = slow.retry_after_ms as f64;
    (wait > 0.0).then_some((now + wait, wait))
}

#[cfg(test)]
mod tests {
    use praca_api::events::MessageEvent;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    const ME: UserId = UserId(Uuid::from_u128(1));
    const OTHER: UserId = UserId(Uuid::from_u128(2));
    const ROOM: ConversationId = ConversationId(Uuid::from_u128(9));

    fn message(seq: i64, rev: i64, author: UserId, body: &str) -> Message {
        serde_json::from_value(json!({
            "id": Uuid::from_u128(100 + u128::from(seq.unsigned_abs())), "conversationId": ROOM, "seq": seq, "kind": "text",
            "author": { "id": author, "handle": "x", "displayName": "X", "avatarUrl": null },
            "body": body, "mentions": [], "replyTo": null, "attachments": [], "reactions": [], "rev": rev,
            "createdAt": "2026-11-21T12:00:00Z", "editedAt": null, "deletedAt": null, "pinnedAt": null,
            "nonce": format!("n{seq}"),
        }))
        .unwrap()
    }

    fn joined(messages: Vec<Message>, last_read: i64) -> Joined {
        let last = messages.last().map_or(0, |message| message.seq.0);
        serde_json::from_value(json!({
            "room": {
                "id": ROOM, "slug": "largo", "name": "Largo", "topic": "", "visibility": "public",
                "intervalGlobalSeconds": 0, "perUserSeconds": 0, "silence": null, "lastSeq": last, "lastRev": last,
                "lastMessage": null, "online": 1, "epoch": 1, "unread": last - last_read, "mentions": 0, "muted": false,
                "lastReadSeq": last_read, "me": { "role": "member", "silence": null },
            },
            "messages": messages, "changed": [], "reset": false, "hasBefore": false, "hasAfter": false,
            "slowMode": {
                "intervalGlobalSeconds": 0, "perUserSeconds": 0, "retryAfterMs": 5000, "scope": "user",
                "serverTime": "2026-11-21T12:00:00Z",
            },
        }))
        .unwrap()
    }

    fn open() -> Model {
        let mut model = Model::default();
        model.joined(joined(vec![message(1, 1, OTHER, "um"), message(2, 2, ME, "dois")], 1), 0.0);
        model
    }

    fn bodies(model: &Model) -> Vec<&str> {
        model.open.as_ref().unwrap().messages.iter().map(|message| message.body.as_str()).collect()
    }

    #[test]
    fn a_message_that_comes_twice_shows_once() {
        let mut model = open();
        for _ in 0..2 {
            model.apply(ServerEvent::MessageNew(MessageEvent { message: message(3, 3, OTHER, "três") }), ME, 0.0);
        }
        assert_eq!(bodies(&model), ["um", "dois", "três"]);
        assert_eq!(model.open_room().unwrap().unread, 2);
    }

    #[test]
    fn an_older_state_of_a_message_never_wins() {
        let mut model = open();
        let updated = |rev, body| ServerEvent::MessageUpdated(MessageEvent { message: message(1, rev, OTHER, body) });
        model.apply(updated(5, "novo"), ME, 0.0);
        model.apply(updated(4, "velho"), ME, 0.0);
        assert_eq!(bodies(&model), ["novo", "dois"]);
    }

    #[test]
    fn what_is_on_its_way_goes_when_it_has_arrived() {
        let mut model = open();
        let outgoing = Outgoing { nonce: "n3".into(), body: "três".into(), reply_to: None, failed: false };
        model.open.as_mut().unwrap().outbox.push(outgoing);
        model.apply(ServerEvent::MessageNew(MessageEvent { message: message(3, 3, ME, "três") }), ME, 0.0);
        assert!(model.open.as_ref().unwrap().outbox.is_empty());
        assert_eq!(model.open_room().unwrap().last_read_seq, Seq(3), "one's own message is read");
    }

    #[test]
    fn coming_back_keeps_what_was_there_and_what_waits() {
        let mut model = open();
        let outgoing = Outgoing { nonce: "later".into(), body: "espera".into(), reply_to: None, failed: false };
        model.open.as_mut().unwrap().outbox.push(outgoing);
        let mut again = joined(vec![message(3, 4, OTHER, "três")], 3);
        again.changed = vec![message(1, 3, OTHER, "um!")];
        model.joined(again.clone(), 0.0);
        assert_eq!(bodies(&model), ["um!", "dois", "três"]);
        again.reset = true;
        model.joined(again, 0.0);
        assert_eq!(bodies(&model), ["três"]);
        assert_eq!(model.open.as_ref().unwrap().outbox.len(), 1, "a reset loses nothing unsent");
    }

    #[test]
    fn messages_are_grouped_by_person_day_and_what_is_new() {
        let model = open();
        let groups = model.open.as_ref().unwrap().groups(ME, |_| "hoje".into());
        let shape: Vec<_> =
            groups.iter().map(|g| (g.own, g.day.is_some(), g.new_from_here, g.messages.len())).collect();
        assert_eq!(shape, [(false, true, false, 1), (true, false, true, 1)]);
    }

    #[test]
    fn reading_all_is_said_once() {
        let mut model = open();
        assert_eq!(model.read_all(), Some((ROOM, Seq(2))));
        assert_eq!(model.read_all(), None);
        assert_eq!(model.open_room().unwrap().unread, 0);
    }

    #[test]
    fn somebody_types_for_a_while_and_until_they_send() {
        let mut model = open();
        let typing = ServerEvent::Typing(praca_api::events::Typing { conversation_id: ROOM, user_id: OTHER });
        model.apply(typing, ME, 1_000.0);
        assert_eq!(model.open.as_ref().unwrap().typing, [(OTHER, 5_000.0)]);
        model.apply(ServerEvent::MessageNew(MessageEvent { message: message(3, 3, OTHER, "três") }), ME, 2_000.0);
        assert!(model.open.as_ref().unwrap().typing.is_empty());
    }

    #[test]
    fn the_wait_of_slow_mode_begins_with_the_join() {
        assert_eq!(open().open.unwrap().slow, Some((5_000.0, 5_000.0)));
    }
}
