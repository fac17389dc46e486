//! The events of rooms.

use praca_api::ConversationId;
use praca_api::events::{ClientEvent, InRoom, Join, MessageAt, Nothing, RoomItems};
use serde_json::value::RawValue;

use super::Rooms;
use crate::base::Base;
use crate::conversations::access::{Action, Moderate, Read, Write};
use crate::conversations::{ConversationAccess, Conversations, Kind, done};
use crate::db::page::checked_limit;
use crate::error::{Error, Result};
use crate::events::Event;
use crate::gateway::{Answer, Caller, Family, Reply, SocketHandler, read_payload};

/// Handles `rooms:*`.
pub struct RoomsSocket {
    base: Base,
    conversations: Conversations,
    rooms: Rooms,
}

impl RoomsSocket {
    /// The events this handles.
    pub const EVENTS: &[ClientEvent] = &[
        ClientEvent::RoomsList,
        ClientEvent::RoomsJoin,
        ClientEvent::RoomsLeave,
        ClientEvent::RoomsMessageSend,
        ClientEvent::RoomsMessageEdit,
        ClientEvent::RoomsMessageDelete,
        ClientEvent::RoomsMessageReact,
        ClientEvent::RoomsPin,
        ClientEvent::RoomsUnpin,
        ClientEvent::RoomsRead,
        ClientEvent::RoomsTyping,
    ];

    /// The handler over the slices.
    pub fn new(base: Base, conversations: Conversations, rooms: Rooms) -> Self {
        Self { base, conversations, rooms }
    }

    async fn access<A: Action>(&self, caller: &Caller, id: ConversationId) -> Result<ConversationAccess<A>> {
        self.conversations.access(&caller.actor, Kind::Room, id).await
    }

    async fn run(&self, caller: Caller, event: ClientEvent, payload: &RawValue) -> Result<Reply> {
        match event {
            ClientEvent::RoomsList => Reply::with(&RoomItems { items: self.rooms.list(&caller.actor).await? }),
            ClientEvent::RoomsJoin => self.join(&caller, read_payload(payload)?).await,
            ClientEvent::RoomsLeave => {
                let InRoom { room_id, what: Nothing {} } = read_payload(payload)?;
                caller.leave(room_id);
                Reply::with(&Nothing {})
            }
            ClientEvent::RoomsMessageSend => {
                let InRoom { room_id, what } = read_payload(payload)?;
                let access = self.access::<Write>(&caller, room_id).await?;
                done(self.rooms.send(access, what).await?)
            }
            ClientEvent::RoomsMessageEdit => {
                let InRoom { room_id, what } = read_payload(payload)?;
                self.conversations.edit_live(&caller, Kind::Room, room_id, what).await
            }
            ClientEvent::RoomsMessageDelete => {
                let InRoom { room_id, what } = read_payload(payload)?;
                self.conversations.delete_live(&caller, Kind::Room, room_id, what).await
            }
            ClientEvent::RoomsMessageReact => {
                let InRoom { room_id, what } = read_payload(payload)?;
                self.conversations.react_live(&caller, Kind::Room, room_id, what).await
            }
            ClientEvent::RoomsPin => {
                let InRoom { room_id, what: MessageAt { message_id } } = read_payload(payload)?;
                let access = self.access::<Moderate>(&caller, room_id).await?;
                done(self.conversations.pin(&access, message_id).await?)
            }
            ClientEvent::RoomsUnpin => {
                let InRoom { room_id, what: MessageAt { message_id } } = read_payload(payload)?;
                let access = self.access::<Moderate>(&caller, room_id).await?;
                done(self.conversations.unpin(&access, message_id).await?)
            }
            ClientEvent::RoomsRead => {
                let InRoom { room_id, what } = read_payload(payload)?;
                self.conversations.read_live(&caller, Kind::Room, room_id, what).await
            }
            ClientEvent::RoomsTyping => self.typing(&caller, read_payload(payload)?).await,
            other => Err(Error::internal(format!("{} is not of rooms", other.name()))),
        }
    }

    async fn join(&self, caller: &Caller, InRoom { room_id, what: wish }: InRoom<Join>) -> Result<Reply> {
        checked_limit(wish.limit)?;
        let access = self.access::<Read>(caller, room_id).await?;
        let joining = caller.begin_join(room_id, Family::Rooms).await?;
        // Before the room is read, so that the person counts in what they are given.
        caller.begin_presence(room_id).await;
        let (joined, rev, seq) = self.rooms.join(&access, wish).await?;
        Ok(Reply::with(&joined)?.then(move || joining.complete(rev, seq)))
    }

    /// Tells the others in the room, but for those with whom there is a block. Only somebody who is in it, and may write,
    /// types in it.
    async fn typing(&self, caller: &Caller, InRoom { room_id, .. }: InRoom<Nothing>) -> Result<Reply> {
        let access = self.access::<Write>(caller, room_id).await?;
        if !caller.is_in(room_id) {
            return Err(Error::denied());
        }
        let (conversation, user) = (access.id(), caller.actor.id());
        if caller.may_tell_typing(conversation) {
            let without = self.conversations.blocked(user).await?;
            self.base.announce(&Event::TypingSeen { conversation, user, socket: caller.socket(), without });
        }
        Reply::with(&Nothing {})
    }
}

impl SocketHandler for RoomsSocket {
    fn handle<'a>(&'a self, caller: Caller, event: ClientEvent, payload: &'a RawValue) -> Answer<'a, Reply> {
        Box::pin(self.run(caller, event, payload))
    }
}
