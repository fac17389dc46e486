//! Payloads of what the server says.

use serde::{Deserialize, Serialize};

use crate::accounts::{AccountStatus, Role};
use crate::dms::DmState;
use crate::messages::Message;
use crate::people::PersonPresence;
use crate::rooms::Room;
use crate::{ConversationId, MessageId, Rev, Seq, Timestamp, UserId};

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

/// `rooms:pinned` and `rooms:unpinned`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PinChanged {
    /// Where.
    pub conversation_id: ConversationId,
    /// The message.
    pub message_id: MessageId,
    /// Its place.
    pub seq: Seq,
    /// Number of the change.
    pub rev: Rev,
    /// Who did it.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

/// `rooms:mentioned`: a message names the person. `rooms:unmentioned`: it does no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Mentioned {
    /// Where.
    pub conversation_id: ConversationId,
    /// The message's place.
    pub seq: Seq,
    /// Who wrote it.
    pub author_id: UserId,
}

/// `rooms:online`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RoomOnline {
    /// Where.
    pub conversation_id: ConversationId,
    /// People in it right now.
    pub online: u64,
}

/// `rooms:muted` and `dms:muted`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Muted {
    /// Which conversation.
    pub conversation_id: ConversationId,
    /// Whether it stays quiet now.
    pub muted: bool,
}

/// `dms:receipt`: how far one of the two has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// Where.
    pub conversation_id: ConversationId,
    /// Whose cursors these are.
    pub user_id: UserId,
    /// The newest message a client of theirs has.
    pub delivered_seq: Seq,
    /// The newest message they have read; 0 when one of the two keeps that to themselves.
    pub read_seq: Seq,
}

/// `dms:updated`: what the conversation is to the person now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct DmUpdated {
    /// Which.
    pub conversation_id: ConversationId,
    /// Its state; none when it is gone from the person's list.
    pub state: Option<DmState>,
}

/// `blocks:changed`: the person blocked somebody, or no longer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct BlockChanged {
    /// Whom.
    pub user_id: UserId,
    /// Whether they are blocked now.
    pub blocked: bool,
}

/// `presence:changed`.
pub type PresenceChanged = PersonPresence;
