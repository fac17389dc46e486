//! Names and payloads of the Socket.IO events, in both directions.

use serde::{Deserialize, Serialize};

use crate::accounts::{AccountStatus, Role};
use crate::messages::{Message, NewMessage, ReadState};
use crate::rooms::{Room, RoomForMe, SlowMode};
use crate::{ConversationId, MessageId, Problem, Rev, Seq, Timestamp, UserId};

/// The handshake: `auth` of the Socket.IO client.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Handshake {
    /// An access token.
    pub token: String,
}

/// What every client event is acknowledged with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ack<T> {
    /// Whether it was done.
    pub ok: bool,
    /// What it gave, when it was.
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub data: Option<T>,
    /// Why not, when it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Problem>,
}

fn none<T>() -> Option<T> {
    None
}

/// Declares the client events: name on the wire and the variant the dispatcher matches on.
macro_rules! client_events {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// An event a client may send.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ClientEvent {
            $($(#[$doc])* $variant,)*
        }

        impl ClientEvent {
            /// Every event.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Its name on the wire.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// The event of that name.
            pub fn named(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

client_events! {
    /// `{}` → [`RoomItems`].
    RoomsList = "rooms:list",
    /// [`JoinRoom`] → [`Joined`].
    RoomsJoin = "rooms:join",
    /// [`RoomRef`] → `{}`.
    RoomsLeave = "rooms:leave",
    /// [`SendMessage`] → [`MessageDone`].
    RoomsMessageSend = "rooms:message:send",
    /// [`EditRoomMessage`] → [`MessageDone`].
    RoomsMessageEdit = "rooms:message:edit",
    /// [`MessageRef`] → [`MessageDone`].
    RoomsMessageDelete = "rooms:message:delete",
    /// [`ReactToMessage`] → [`MessageDone`].
    RoomsMessageReact = "rooms:message:react",
    /// [`ReadRoom`] → [`ReadState`].
    RoomsRead = "rooms:read",
    /// [`RoomRef`] → `{}`.
    RoomsTyping = "rooms:typing",
    /// [`Handshake`] → [`Renewed`].
    AuthRenew = "auth:renew",
}

/// Names a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RoomRef {
    /// The room.
    pub room_id: ConversationId,
}

/// `rooms:join`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct JoinRoom {
    /// The room.
    pub room_id: ConversationId,
    /// Most messages to get, 1 to 100; 50 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// The newest message the client has: it gets what came after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_seq: Option<Seq>,
    /// The newest change the client has: it gets older messages changed since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_rev: Option<Rev>,
}

/// What `rooms:join` gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Joined {
    /// The room.
    pub room: RoomForMe,
    /// Messages in ascending `seq`: the newest, or those after `afterSeq`.
    pub messages: Vec<Message>,
    /// Older messages changed since `afterRev`, in ascending `rev`.
    pub changed: Vec<Message>,
    /// Too much changed meanwhile: forget what you have and start over with `messages`.
    pub reset: bool,
    /// Whether older ones exist.
    pub has_before: bool,
    /// Whether newer ones exist that did not fit: ask again with `afterSeq`.
    pub has_after: bool,
    /// The clocks of slow mode.
    pub slow_mode: SlowMode,
}

/// What `rooms:list` gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RoomItems {
    /// Public rooms and the unlisted ones I am in.
    pub items: Vec<RoomForMe>,
}

/// `rooms:message:send`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SendMessage {
    /// The room.
    pub room_id: ConversationId,
    /// The message.
    #[serde(flatten)]
    pub message: NewMessage,
}

/// Names a message of a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct MessageRef {
    /// The room.
    pub room_id: ConversationId,
    /// The message.
    pub message_id: MessageId,
}

/// `rooms:message:edit`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct EditRoomMessage {
    /// The room.
    pub room_id: ConversationId,
    /// The message.
    pub message_id: MessageId,
    /// The new text.
    pub body: String,
}

/// `rooms:message:react`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ReactToMessage {
    /// The room.
    pub room_id: ConversationId,
    /// The message.
    pub message_id: MessageId,
    /// One emoji.
    pub emoji: String,
    /// Add it, or take it back.
    pub on: bool,
}

/// `rooms:read`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ReadRoom {
    /// The room.
    pub room_id: ConversationId,
    /// The newest message seen.
    pub seq: Seq,
}

/// What sending, editing, deleting and reacting give.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct MessageDone {
    /// The message as it is now.
    pub message: Message,
}

/// What `auth:renew` gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Renewed {
    /// When the new token ends.
    pub expires_at: Timestamp,
}

/// A deleted message, in `rooms:message:deleted`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct MessageDeleted {
    /// Its conversation.
    pub conversation_id: ConversationId,
    /// The message.
    pub message_id: MessageId,
    /// Its place, which stays.
    pub seq: Seq,
    /// Number of the change.
    pub rev: Rev,
    /// When.
    pub deleted_at: Timestamp,
}

/// `rooms:updated`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RoomUpdated {
    /// The room as it is now.
    pub room: Room,
}

/// `rooms:typing`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Typing {
    /// Where.
    pub conversation_id: ConversationId,
    /// Who.
    pub user_id: UserId,
}

/// `rooms:activity`: something new in a room this socket is not in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Activity {
    /// Where.
    pub conversation_id: ConversationId,
    /// The newest message's place.
    pub last_seq: Seq,
    /// The newest message.
    pub last_message: Message,
}

/// `account:status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct StatusChanged {
    /// The new status.
    pub status: AccountStatus,
    /// Why.
    pub reason: Option<String>,
    /// Until when; none = until lifted.
    pub until: Option<Timestamp>,
}

/// `account:role`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RoleChanged {
    /// The new role.
    pub role: Role,
}

/// `server:restarting`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Restarting {
    /// When to connect again, in milliseconds.
    pub retry_after_ms: u64,
}

/// `rooms:message:new`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct MessageSent {
    /// The message.
    pub message: Message,
    /// Milliseconds for which the room's own clock of slow mode now holds everybody back who is not exempt; absent when
    /// this message did not start it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room_wait_ms: Option<u64>,
}

/// `rooms:message:updated`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct MessageUpdated {
    /// The message as it is now.
    pub message: Message,
}

/// `auth:expired` and other events that say all by their name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Nothing {}

/// Declares the server events: variant, name on the wire, payload.
macro_rules! server_events {
    ($($(#[$doc:meta])* $variant:ident($payload:ty) = $name:literal,)*) => {
        /// An event the server sends.
        #[derive(Clone, Debug, PartialEq, Serialize)]
        #[serde(untagged)]
        pub enum ServerEvent {
            $($(#[$doc])* $variant($payload),)*
        }

        impl ServerEvent {
            /// Every name.
            pub const NAMES: &[&'static str] = &[$($name),*];

            /// Its name on the wire.
            pub const fn name(&self) -> &'static str {
                match self { $(Self::$variant(_) => $name),* }
            }

            /// Reads a payload back; none for a name this version does not know.
            pub fn parse(name: &str, payload: &str) -> Option<Result<Self, serde_json::Error>> {
                match name {
                    $($name => Some(serde_json::from_str(payload).map(Self::$variant)),)*
                    _ => None,
                }
            }
        }
    };
}

server_events! {
    /// To sockets in the room, in the order of `seq`.
    MessageNew(MessageSent) = "rooms:message:new",
    /// To sockets in the room: edited, or reactions changed.
    MessageUpdated(MessageUpdated) = "rooms:message:updated",
    /// To sockets in the room.
    MessageDeleted(MessageDeleted) = "rooms:message:deleted",
    /// To sockets in the room: name, slow mode, silence.
    RoomUpdated(RoomUpdated) = "rooms:updated",
    /// To the other sockets in the room.
    Typing(Typing) = "rooms:typing",
    /// To members' sockets not in the room, at most once a second a room.
    Activity(Activity) = "rooms:activity",
    /// To the person's own other sockets.
    Read(ReadState) = "rooms:read",
    /// To the person; a suspended person's sockets close after it.
    AccountStatus(StatusChanged) = "account:status",
    /// To the person.
    AccountRole(RoleChanged) = "account:role",
    /// The token ended and was not renewed; the socket closes.
    AuthExpired(Nothing) = "auth:expired",
    /// Before a graceful shutdown.
    ServerRestarting(Restarting) = "server:restarting",
}
