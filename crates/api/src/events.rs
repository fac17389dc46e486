//! Names and payloads of the Socket.IO events, in both directions.

use serde::{Deserialize, Serialize};

use crate::Problem;
use crate::ads::AdUpdated;
use crate::messages::ReadState;
use crate::notifications::NotificationNew;
use crate::uploads::UploadChanged;

mod client;
mod server;

pub use client::*;
pub use server::*;

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
    /// [`InRoom<Join>`] → [`Joined`].
    RoomsJoin = "rooms:join",
    /// [`InRoom<Nothing>`] → `{}`.
    RoomsLeave = "rooms:leave",
    /// [`InRoom<NewMessage>`](crate::messages::NewMessage) → [`MessageDone`].
    RoomsMessageSend = "rooms:message:send",
    /// [`InRoom<EditAt>`] → [`MessageDone`].
    RoomsMessageEdit = "rooms:message:edit",
    /// [`InRoom<MessageAt>`] → [`MessageDone`].
    RoomsMessageDelete = "rooms:message:delete",
    /// [`InRoom<ReactAt>`] → [`MessageDone`].
    RoomsMessageReact = "rooms:message:react",
    /// [`InRoom<MessageAt>`] → [`MessageDone`].
    RoomsPin = "rooms:pin",
    /// [`InRoom<MessageAt>`] → [`MessageDone`].
    RoomsUnpin = "rooms:unpin",
    /// [`InRoom<MarkRead>`](crate::messages::MarkRead) → [`ReadState`].
    RoomsRead = "rooms:read",
    /// [`InRoom<Nothing>`] → `{}`.
    RoomsTyping = "rooms:typing",
    /// `{}` → [`DmItems`].
    DmsList = "dms:list",
    /// [`OpenDm`] → [`DmOpened`].
    DmsOpen = "dms:open",
    /// [`InDm<Join>`] → [`DmJoined`].
    DmsJoin = "dms:join",
    /// [`InDm<Nothing>`] → `{}`.
    DmsLeave = "dms:leave",
    /// [`InDm<NewMessage>`](crate::messages::NewMessage) → [`MessageDone`].
    DmsMessageSend = "dms:message:send",
    /// [`InDm<EditAt>`] → [`MessageDone`].
    DmsMessageEdit = "dms:message:edit",
    /// [`InDm<MessageAt>`] → [`MessageDone`].
    DmsMessageDelete = "dms:message:delete",
    /// [`InDm<ReactAt>`] → [`MessageDone`].
    DmsMessageReact = "dms:message:react",
    /// [`InDm<MarkRead>`](crate::messages::MarkRead) → `{}`: a client of mine has all up to there.
    DmsDelivered = "dms:delivered",
    /// [`InDm<MarkRead>`](crate::messages::MarkRead) → [`ReadState`].
    DmsRead = "dms:read",
    /// [`InDm<Nothing>`] → `{}`.
    DmsTyping = "dms:typing",
    /// [`Watch`] → [`Watched`].
    PresenceWatch = "presence:watch",
    /// [`SetPresence`] → `{}`.
    PresenceSet = "presence:set",
    /// [`Handshake`] → [`Renewed`].
    AuthRenew = "auth:renew",
}

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
    /// To sockets in the room.
    Pinned(PinChanged) = "rooms:pinned",
    /// To sockets in the room.
    Unpinned(PinChanged) = "rooms:unpinned",
    /// To sockets in the room: name, slow mode, silence.
    RoomUpdated(RoomUpdated) = "rooms:updated",
    /// To sockets in the room, every few seconds while it changes.
    RoomOnline(RoomOnline) = "rooms:online",
    /// To the other sockets in the room.
    Typing(Typing) = "rooms:typing",
    /// To members' sockets not in the room, at most once a second a room.
    Activity(Activity) = "rooms:activity",
    /// To the person's own other sockets.
    Read(ReadState) = "rooms:read",
    /// To the person a message of a room names, unless they block its author.
    Mentioned(Mentioned) = "rooms:mentioned",
    /// To the person a message of a room named and names no longer: it was edited or deleted.
    Unmentioned(Mentioned) = "rooms:unmentioned",
    /// To the person's own sockets.
    RoomMuted(Muted) = "rooms:muted",
    /// To both people, every tab.
    DmMessageNew(MessageSent) = "dms:message:new",
    /// To both people, every tab.
    DmMessageUpdated(MessageUpdated) = "dms:message:updated",
    /// To both people, every tab.
    DmMessageDeleted(MessageDeleted) = "dms:message:deleted",
    /// To both people, every tab.
    DmReceipt(Receipt) = "dms:receipt",
    /// To both people, every other tab.
    DmTyping(Typing) = "dms:typing",
    /// To the person's own sockets: accepted, refused, blocked.
    DmUpdated(DmUpdated) = "dms:updated",
    /// To the person's own sockets.
    DmMuted(Muted) = "dms:muted",
    /// To the person's own sockets.
    BlockChanged(BlockChanged) = "blocks:changed",
    /// To the owner.
    UploadStatus(UploadChanged) = "uploads:status",
    /// To the owner.
    AdUpdated(AdUpdated) = "ads:updated",
    /// To the person concerned: one of the same code and conversation that was unread is replaced by it.
    NotificationNew(NotificationNew) = "notifications:new",
    /// To the person: some were read, here or elsewhere; the list is read again.
    NotificationsRead(Nothing) = "notifications:read",
    /// To watchers who may see the person.
    PresenceChanged(PresenceChanged) = "presence:changed",
    /// To the person; a suspended person's sockets close after it.
    AccountStatus(StatusChanged) = "account:status",
    /// To the person.
    AccountRole(RoleChanged) = "account:role",
    /// To the person: name, language, picture or address changed, here or elsewhere; `GET /me` says what it is now.
    AccountUpdated(Nothing) = "account:updated",
    /// The token ended and was not renewed; the socket closes.
    AuthExpired(Nothing) = "auth:expired",
    /// What nodes told each other was lost for a while: lists that were read before are read again.
    ServerResynced(Nothing) = "server:resynced",
    /// Before a graceful shutdown.
    ServerRestarting(Restarting) = "server:restarting",
}
