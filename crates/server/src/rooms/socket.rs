//! The events of rooms.

use praca_api::ConversationId;
use praca_api::events::{
    ClientEvent, EditRoomMessage, JoinRoom, MessageDone, MessageRef, Nothing, ReactToMessage, ReadRoom, RoomItems,
    RoomRef, SendMessage,
};
use praca_api::messages::Message;
use serde_json::value::RawValue;

use super::Rooms;
use crate::base::Base;
use crate::conversations::access::{Action, Read, Write};
use crate::conversations::{ConversationAccess, Conversations};
use crate::db::page::checked_limit;
use crate::error::{Error, Result};
use crate::events::Event;
use crate::gateway::{Answer, Caller, Reply, SocketHandler, read_payload};

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
        ClientEvent::RoomsRead,
        ClientEvent::RoomsTyping,
    ];

    /// The handler over the slices.
    pub fn new(base: Base, conversations: Conversations, rooms: Rooms) -> Self {
        Self { base, conversations, rooms }
    }

    async fn access<A: Action>(&self, caller: &Caller, id: ConversationId) -> Result<ConversationAccess<A>> {
        self.conversations.access(&caller.actor, id).await
    }

    async fn run(&self, caller: Caller, event: ClientEvent, payload: &RawValue) -> Result<Reply> {
        match event {
            ClientEvent::RoomsList => Reply::with(&RoomItems { items: self.rooms.list(&caller.actor).await? }),
            ClientEvent::RoomsJoin => self.join(&caller, read_payload(payload)?).await,
            ClientEvent::RoomsLeave => {
                let RoomRef { room_id } = read_payload(payload)?;
                caller.leave(room_id);
                Reply::with(&Nothing {})
            }
            ClientEvent::RoomsMessageSend => {
                let SendMessage { room_id, message } = read_payload(payload)?;
                let access = self.access::<Write>(&caller, room_id).await?;
                done(self.rooms.send(access, message).await?)
            }
            ClientEvent::RoomsMessageEdit => {
                let EditRoomMessage { room_id, message_id, body } = read_payload(payload)?;
                let access = self.access::<Write>(&caller, room_id).await?;
                done(self.conversations.edit(&access, message_id, &body).await?)
            }
            ClientEvent::RoomsMessageDelete => {
                let MessageRef { room_id, message_id } = read_payload(payload)?;
                let access = self.access::<Write>(&caller, room_id).await?;
                done(self.conversations.delete(&access, message_id).await?)
            }
            ClientEvent::RoomsMessageReact => {
                let ReactToMessage { room_id, message_id, emoji, on } = read_payload(payload)?;
                let access = self.access::<Write>(&caller, room_id).await?;
                done(self.conversations.react(&access, message_id, &emoji, on).await?)
            }
            ClientEvent::RoomsRead => {
                let ReadRoom { room_id, seq } = read_payload(payload)?;
                let access = self.access::<Read>(&caller, room_id).await?;
                Reply::with(&self.conversations.mark_read(&access, seq, Some(caller.socket())).await?)
            }
            ClientEvent::RoomsTyping => self.typing(&caller, read_payload(payload)?).await,
            ClientEvent::AuthRenew => Err(Error::internal("auth:renew is the gateway's own")),
        }
    }

    async fn join(&self, caller: &Caller, wish: JoinRoom) -> Result<Reply> {
        checked_limit(wish.limit)?;
        let access = self.access::<Read>(caller, wish.room_id).await?;
        let joining = caller.begin_join(wish.room_id).await?;
        // Before the room is read, so that the person counts in what they are given.
        caller.gateway.begin_presence(caller.actor.id(), wish.room_id).await;
        let (joined, rev, seq) = self.rooms.join(&access, wish).await?;
        Ok(Reply::with(&joined)?.then(move || joining.complete(rev, seq)))
    }

    /// Tells the others in the room. Only somebody who is in it, and may write, types in it.
    async fn typing(&self, caller: &Caller, RoomRef { room_id }: RoomRef) -> Result<Reply> {
        let access = self.access::<Write>(caller, room_id).await?;
        if !caller.is_in(room_id) {
            return Err(Error::denied());
        }
        let (conversation, user) = (access.id(), caller.actor.id());
        if caller.may_tell_typing(conversation) {
            self.base.announce(&Event::TypingSeen { conversation, user, socket: caller.socket() });
        }
        Reply::with(&Nothing {})
    }
}

impl SocketHandler for RoomsSocket {
    fn handle<'a>(&'a self, caller: Caller, event: ClientEvent, payload: &'a RawValue) -> Answer<'a, Reply> {
        Box::pin(self.run(caller, event, payload))
    }
}

fn done(message: Message) -> Result<Reply> {
    Reply::with(&MessageDone { message })
}
