//! The event of a change, encoded once for all sockets.

use praca_api::events::{MessageDeleted, MessageSent, MessageUpdated, PinChanged, ServerEvent};

use super::Family;
use super::packet::event_frame;
use super::transport::Frame;
use crate::bus::{Change, ChangeKind};

/// Its frame, named as its kind of conversation is.
pub fn frame_of(change: &Change, family: Family) -> Frame {
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
