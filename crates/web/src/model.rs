//! What the client knows of conversations and people, changed by pure functions only.

mod dms;
mod family;
mod notifications;
mod open;
mod reading;
mod rooms;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use praca_api::dms::Dm;
use praca_api::events::{Joined, MessageDeleted, MessageSent, PinChanged, ServerEvent};
use praca_api::messages::{Message, MessagePage, ReplyTo};
use praca_api::people::PersonPresence;
use praca_api::rooms::{Pin, Room, RoomForMe, SlowMode};
use praca_api::{ConversationId, Seq, UploadId, UserId};
use serde::{Deserialize, Serialize};

pub use family::{About, Family, Spot};
pub use notifications::Notifications;
pub use open::{Goal, Group, Open};

/// The conversations of a person, and the one that is open.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    /// The list; none while it loads.
    pub rooms: Option<Vec<RoomForMe>>,
    /// Conversations of two, the liveliest first; none while they load.
    pub dms: Option<Vec<Dm>>,
    /// The conversation on the page, where one may write already; `open` follows once it is joined.
    pub shown: Option<Spot>,
    /// The conversation that was joined.
    pub open: Option<Open>,
    /// Messages on their way, of all conversations.
    pub outbox: Vec<Outgoing>,
    /// How people are, of those who are watched.
    pub people: HashMap<UserId, PersonPresence>,
    /// Whom the person blocks.
    pub blocked: HashSet<UserId>,
    /// What is pinned in the open room, as far as it was read.
    pub pins: Vec<Pin>,
    /// Counts when something was pinned, so that who shows pins reads them anew.
    pub pins_changed: u32,
    /// How far was read here and the server has not heard yet.
    pub unsaid: HashMap<Spot, Seq>,
    /// What the person was told.
    pub notifications: Notifications,
    /// Uploads of which it was told that they are ready or rejected.
    pub settled: HashSet<UploadId>,
}

/// A message on its way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outgoing {
    /// What kind of conversation it goes to.
    #[serde(default)]
    pub family: Family,
    /// Where to.
    pub room: ConversationId,
    /// Its name, which makes sending it again harmless.
    pub nonce: String,
    /// Its text.
    pub body: String,
    /// What it answers.
    pub reply_to: Option<ReplyTo>,
    /// Its pictures, and what they show.
    #[serde(default)]
    pub pictures: Vec<(UploadId, String)>,
    /// Whether it failed, and waits for the person.
    pub failed: bool,
}

impl Model {
    /// The list arrived.
    pub fn listed(&mut self, rooms: Vec<RoomForMe>) {
        let before = self.rooms.take().unwrap_or_default();
        let keep = |room: RoomForMe| {
            let known = before.iter().find(|known| known.room.id == room.room.id);
            // What came while the list was on its way is newer than it.
            match known.filter(|known| known.room.last_seq > room.room.last_seq) {
                Some(known) => RoomForMe {
                    room: Room {
                        last_seq: known.room.last_seq,
                        last_message: known.room.last_message.clone(),
                        ..room.room
                    },
                    unread: known.unread,
                    mentions: known.mentions,
                    last_read_seq: known.last_read_seq.max(room.last_read_seq),
                    ..room
                },
                None => room,
            }
        };
        self.rooms = Some(rooms.into_iter().map(keep).collect());
        self.keep_read();
    }

    /// A room was created or changed.
    pub fn note_room(&mut self, room: RoomForMe) {
        match self.room_mut(room.room.id) {
            Some(known) => *known = room,
            None => self.rooms.get_or_insert_default().push(room),
        }
        self.keep_read();
    }

    /// A room is gone, or was left and is not public.
    pub fn forget_room(&mut self, id: ConversationId) {
        if let Some(rooms) = &mut self.rooms {
            rooms.retain(|room| room.room.id != id);
        }
        self.open.take_if(|open| open.id == id);
    }

    /// A room by its slug.
    pub fn by_slug(&self, slug: &str) -> Option<&RoomForMe> {
        self.rooms.as_ref()?.iter().find(|room| room.room.slug == slug)
    }

    fn room_mut(&mut self, id: ConversationId) -> Option<&mut RoomForMe> {
        self.rooms.as_mut()?.iter_mut().find(|room| room.room.id == id)
    }

    /// The page turns to a conversation, or to none.
    pub fn show(&mut self, spot: Option<Spot>) {
        self.shown = spot;
        self.open = None;
        self.pins.clear();
    }

    /// Whether a conversation is on the page and not joined yet.
    pub fn is_opening(&self, spot: Spot) -> bool {
        self.shown == Some(spot) && self.open.is_none()
    }

    fn open_mut(&mut self, id: ConversationId) -> Option<&mut Open> {
        self.open.as_mut().filter(|open| open.id == id)
    }

    fn room(&self, id: ConversationId) -> Option<&RoomForMe> {
        self.rooms.as_ref()?.iter().find(|room| room.room.id == id)
    }

    /// The open room.
    pub fn open_room(&self) -> Option<&RoomForMe> {
        self.room(self.open.as_ref()?.id)
    }

    /// The slug of the room before or after `slug` in the list, or of the next unread one; the list is a ring.
    pub fn neighbour(&self, slug: Option<&str>, forward: bool, unread: bool) -> Option<String> {
        let rooms = self.rooms.as_ref()?;
        let names: Vec<(String, bool)> = rooms.iter().map(|room| (room.room.slug.clone(), room.unread > 0)).collect();
        neighbour(&names, slug, forward, unread)
    }

    /// Unread messages of all rooms that are not muted.
    pub fn unread(&self) -> i64 {
        self.rooms.iter().flatten().filter(|room| !room.muted).map(|room| room.unread).sum()
    }

    /// A room was joined, for the first time or after being away.
    pub fn joined(&mut self, joined: Joined, now: f64) {
        let id = joined.room.room.id;
        let slow = wait_of(&joined.slow_mode, now);
        let room = joined.room.clone();
        self.arrived(&joined.caught.messages);
        match self.open_mut(id) {
            Some(open) if !joined.caught.reset => open.catch_up(joined.caught, room.room.last_rev, slow, now),
            _ => self.open = Some(Open::of_room(&room, joined.caught, slow)),
        }
        self.note_room(room);
        // Pins may have come while this page was away.
        self.pins_changed += 1;
    }

    /// Older messages arrived.
    pub fn older(&mut self, id: ConversationId, page: MessagePage) {
        self.arrived(&page.items);
        if let Some(open) = self.open_mut(id) {
            open.older(page);
        }
    }

    /// Messages newer than those shown arrived.
    pub fn newer(&mut self, id: ConversationId, page: MessagePage) {
        self.arrived(&page.items);
        if let Some(open) = self.open_mut(id) {
            open.newer(page);
        }
    }

    /// Other messages are shown: those round one that was asked for, or the newest.
    pub fn turned_to(&mut self, id: ConversationId, page: MessagePage) {
        self.arrived(&page.items);
        if let Some(open) = self.open_mut(id) {
            open.turn_to(page);
        }
    }

    /// The server has a message of one's own. It stays on its way until those before it are shown.
    pub fn acknowledged(&mut self, message: Message) {
        let sent = std::slice::from_ref(&message).to_vec();
        let placed = self.open_mut(message.conversation_id).is_none_or(|open| open.take(message));
        if placed {
            self.arrived(&sent);
        }
    }

    /// What has arrived is no longer on its way.
    fn arrived(&mut self, messages: &[Message]) {
        self.outbox.retain(|outgoing| !messages.iter().any(|message| message.nonce.as_ref() == Some(&outgoing.nonce)));
    }

    /// What is on its way to the conversation on the page.
    pub fn leaving(&self) -> impl Iterator<Item = &Outgoing> {
        let shown = self.shown.map(|spot| spot.id);
        self.outbox.iter().filter(move |outgoing| Some(outgoing.room) == shown)
    }

    /// The name of the conversation on the page: a room's, or the other's.
    pub fn shown_name(&self) -> Option<String> {
        let id = self.shown?.id;
        let room = self.room(id).map(|room| room.room.name.clone());
        room.or_else(|| self.dm(id).map(|dm| dm.with.author.display_name.clone()))
    }

    /// Mentions in all rooms.
    pub fn mentions(&self) -> i64 {
        self.rooms.iter().flatten().map(|room| room.mentions).sum()
    }

    /// The server says something. What kind of conversation it is of, if that one is not known yet.
    pub fn apply(&mut self, event: ServerEvent, me: UserId, now: f64) -> Option<Family> {
        match event {
            ServerEvent::MessageNew(event) => return self.new_message(event, Family::Room, me, now),
            ServerEvent::DmMessageNew(event) => return self.new_message(event, Family::Dm, me, now),
            ServerEvent::MessageUpdated(event) | ServerEvent::DmMessageUpdated(event) => self.updated(event.message),
            ServerEvent::MessageDeleted(event) | ServerEvent::DmMessageDeleted(event) => self.deleted(&event),
            ServerEvent::Pinned(event) => self.pinned(&event, true),
            ServerEvent::Unpinned(event) => self.pinned(&event, false),
            ServerEvent::RoomUpdated(event) => self.room_updated(event.room),
            ServerEvent::Typing(event) | ServerEvent::DmTyping(event) if event.user_id != me => {
                if let Some(open) = self.open_mut(event.conversation_id) {
                    open.note_typing(event.user_id, now);
                }
            }
            ServerEvent::Activity(event) => {
                if !self.knows_room(event.conversation_id) {
                    return Some(Family::Room);
                }
                self.note_newest(event.last_message, me);
            }
            ServerEvent::Read(state) => self.read_elsewhere(&state),
            ServerEvent::Mentioned(event) => self.mentioned(&event),
            ServerEvent::Unmentioned(event) => self.unmentioned(&event),
            ServerEvent::RoomOnline(event) => self.change_room(event.conversation_id, |room| {
                room.room.online = event.online;
            }),
            ServerEvent::RoomMuted(event) => self.change_room(event.conversation_id, |room| room.muted = event.muted),
            ServerEvent::DmReceipt(receipt) => self.receipt(receipt, me),
            ServerEvent::DmUpdated(event) => self.dm_updated(event),
            ServerEvent::DmMuted(event) => self.dm_muted(event),
            ServerEvent::BlockChanged(event) => self.block_changed(event),
            ServerEvent::UploadStatus(changed) => drop(self.settled.insert(changed.upload.id)),
            ServerEvent::NotificationNew(event) => self.notifications.take(event.notification),
            ServerEvent::NotificationsRead(_) => self.notifications.stale += 1,
            ServerEvent::PresenceChanged(seen) => drop(self.people.insert(seen.user_id, seen)),
            ServerEvent::Typing(_)
            | ServerEvent::DmTyping(_)
            | ServerEvent::AdUpdated(_)
            | ServerEvent::AccountStatus(_)
            | ServerEvent::AccountUpdated(_)
            | ServerEvent::AccountRole(_)
            | ServerEvent::AuthExpired(_)
            | ServerEvent::ServerResynced(_)
            | ServerEvent::ServerRestarting(_) => {}
        }
        None
    }

    fn new_message(&mut self, event: MessageSent, family: Family, me: UserId, now: f64) -> Option<Family> {
        let message = event.message;
        self.arrived(std::slice::from_ref(&message));
        if let Some(open) = self.open_mut(message.conversation_id) {
            let own = message.author.as_ref().is_some_and(|author| author.id == me);
            if let Some(wait) = event.room_wait_ms.filter(|_| !own) {
                open.wait_longer(wait, now);
            }
            open.apply(message.clone());
            open.typing.retain(|(user, _)| message.author.as_ref().is_none_or(|author| author.id != *user));
        }
        let known = match family {
            Family::Room => self.knows_room(message.conversation_id),
            Family::Dm => self.dm_mut(message.conversation_id).is_some(),
        };
        match family {
            Family::Room => self.note_newest(message, me),
            Family::Dm => self.note_dm_message(message, me),
        }
        (!known).then_some(family)
    }

    fn pinned(&mut self, event: &PinChanged, pinned: bool) {
        if pinned {
            self.pins_changed += 1;
        } else {
            self.pins.retain(|pin| pin.message.id != event.message_id);
        }
        if let Some(open) = self.open_mut(event.conversation_id) {
            open.note_pin(event, pinned);
        }
    }

    fn room_updated(&mut self, new: Room) {
        if new.archived_at.is_some() {
            self.forget_room(new.id);
        } else if let Some(room) = self.room_mut(new.id) {
            // Its settings are news; its messages may have gone on since they were read.
            let old = std::mem::replace(&mut room.room, new);
            if old.last_seq > room.room.last_seq {
                (room.room.last_seq, room.room.last_message) = (old.last_seq, old.last_message);
            }
            room.room.last_rev = room.room.last_rev.max(old.last_rev);
        }
    }

    fn updated(&mut self, message: Message) {
        if let Some(pin) = self.pins.iter_mut().find(|pin| pin.message.id == message.id) {
            pin.message = message.clone();
        }
        if let Some(last) = self.last_message(message.conversation_id).filter(|last| last.id == message.id) {
            *last = message.clone();
        }
        if let Some(open) = self.open_mut(message.conversation_id) {
            open.apply(message);
        }
    }

    fn deleted(&mut self, event: &MessageDeleted) {
        self.pins.retain(|pin| pin.message.id != event.message_id);
        if let Some(open) = self.open_mut(event.conversation_id) {
            open.delete(event);
        }
        if let Some(last) = self.last_message(event.conversation_id).filter(|last| last.id == event.message_id) {
            last.body.clear();
            last.deleted_at = Some(event.deleted_at);
        }
    }

    /// What the list shows of a conversation.
    fn last_message(&mut self, id: ConversationId) -> Option<&mut Message> {
        let in_room = self.rooms.iter_mut().flatten().find(|room| room.room.id == id);
        let in_dm = self.dms.iter_mut().flatten().find(|dm| dm.id == id);
        in_room.map(|room| &mut room.room.last_message).or(in_dm.map(|dm| &mut dm.last_message))?.as_mut()
    }
}

/// The name before or after `here`, or of the next unread one; the list is a ring.
fn neighbour(names: &[(String, bool)], here: Option<&str>, forward: bool, unread: bool) -> Option<String> {
    let count = names.len();
    if count == 0 {
        return None;
    }
    let at = names.iter().position(|(name, _)| Some(name.as_str()) == here);
    let step = if forward { 1 } else { count - 1 };
    let start = at.map_or(if forward { 0 } else { count - 1 }, |at| (at + step) % count);
    let turns = (0..count).filter_map(|turn| names.get((start + turn * step) % count));
    let mut wanted = turns.filter(|(name, is_unread)| Some(name.as_str()) != here && (!unread || *is_unread));
    wanted.next().map(|(name, _)| name.clone())
}

/// When writing is possible again, and how long the wait is.
fn wait_of(slow: &SlowMode, now: f64) -> Option<(f64, f64)> {
    #[expect(clippy::cast_precision_loss, reason = "waits are hours at most")]
    let wait = slow.retry_after_ms as f64;
    (wait > 0.0).then_some((now + wait, wait))
}
