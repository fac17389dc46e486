//! The event of a change, encoded once for all sockets, or once a person.

use std::collections::HashMap;
use std::sync::Arc;

use praca_api::events::{MessageDeleted, MessageSent, MessageUpdated, PinChanged, ServerEvent};
use praca_api::{Rev, UserId};

use super::Family;
use super::connection::Connection;
use super::packet::event_frame;
use super::transport::Frame;
use crate::base::Base;
use crate::bus::{Change, ChangeKind};

/// The frames of a change: one for all, or, where it shows pictures that not everybody may see, one a person.
pub struct Frames<'a> {
    change: &'a Change,
    family: Family,
    shared: Option<Frame>,
    personal: HashMap<UserId, Frame>,
}

impl<'a> Frames<'a> {
    /// Those of a change.
    pub fn of(change: &'a Change, family: Family) -> Self {
        let shared = family == Family::Rooms || change.message.attachments.is_empty();
        Self { change, family, shared: shared.then(|| frame_of(change, family)), personal: HashMap::new() }
    }

    /// When the change was made.
    pub fn rev(&self) -> Rev {
        self.change.rev()
    }

    /// Gives a socket its frame.
    pub fn send_to(&mut self, connection: &Connection, base: &Base) {
        if let Some(frame) = self.for_socket(connection, base) {
            connection.send(frame);
        }
    }

    /// The frame a socket gets; none before anybody is known to be behind it.
    fn for_socket(&mut self, connection: &Connection, base: &Base) -> Option<Frame> {
        if let Some(shared) = &self.shared {
            return Some(shared.clone());
        }
        let reader = connection.person()?.user;
        let frame = self.personal.entry(reader).or_insert_with(|| {
            let message = (*self.change.message).clone();
            let message = Arc::new(base.links.for_reader(message, reader, base.clock.now()));
            frame_of(&Change { message, kind: self.change.kind }, self.family)
        });
        Some(frame.clone())
    }
}

/// A frame, named as its kind of conversation is.
fn frame_of(change: &Change, family: Family) -> Frame {
    let message = &change.message;
    let in_room = family == Family::Rooms;
    let pin = |by, at| PinChanged {
        conversation_id: message.conversation_id,
        message_id: message.id,
        seq: message.seq,
        rev: message.rev,
        by,
        at,
    };
    event_frame(&match change.kind {
        ChangeKind::New { room_wait_ms } => {
            let sent = MessageSent { message: (**message).clone(), room_wait_ms };
            if in_room { ServerEvent::MessageNew(sent) } else { ServerEvent::DmMessageNew(sent) }
        }
        ChangeKind::Deleted { .. } => {
            let deleted = MessageDeleted {
                conversation_id: message.conversation_id,
                message_id: message.id,
                seq: message.seq,
                rev: message.rev,
                deleted_at: message.deleted_at.unwrap_or(message.created_at),
            };
            if in_room { ServerEvent::MessageDeleted(deleted) } else { ServerEvent::DmMessageDeleted(deleted) }
        }
        ChangeKind::Pinned { by, at } => ServerEvent::Pinned(pin(by, at)),
        ChangeKind::Unpinned { by, at } => ServerEvent::Unpinned(pin(by, at)),
        ChangeKind::Updated => {
            let updated = MessageUpdated { message: (**message).clone() };
            if in_room { ServerEvent::MessageUpdated(updated) } else { ServerEvent::DmMessageUpdated(updated) }
        }
    })
}
