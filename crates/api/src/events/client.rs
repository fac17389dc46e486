//! Payloads of what clients send, and of the answers.

use serde::{Deserialize, Serialize};

use crate::dms::Dm;
use crate::messages::Message;
use crate::people::{PersonPresence, Presence};
use crate::rooms::{RoomForMe, SlowMode};
use crate::{ConversationId, MessageId, Rev, Seq, Timestamp, UserId};

/// Something about a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct InRoom<T> {
    /// The room.
    pub room_id: ConversationId,
    /// What.
    #[serde(flatten)]
    pub what: T,
}

/// Something about a conversation of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct InDm<T> {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// What.
    #[serde(flatten)]
    pub what: T,
}

/// `rooms:join` and `dms:join`: what the client has already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Join {
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

/// The history a join gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Caught {
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
}

/// What `rooms:join` gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Joined {
    /// The room.
    pub room: RoomForMe,
    /// The history.
    #[serde(flatten)]
    pub caught: Caught,
    /// The clocks of slow mode.
    pub slow_mode: SlowMode,
}

/// What `dms:join` gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct DmJoined {
    /// The conversation.
    pub dm: Dm,
    /// The history.
    #[serde(flatten)]
    pub caught: Caught,
}

/// What `rooms:list` gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RoomItems {
    /// Public rooms and the unlisted ones I am in.
    pub items: Vec<RoomForMe>,
}

/// What `dms:list` gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct DmItems {
    /// My newest conversations of two, at most 100.
    pub items: Vec<Dm>,
}

/// `dms:open`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct OpenDm {
    /// With whom.
    pub user_id: UserId,
}

/// What `dms:open` gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct DmOpened {
    /// The conversation.
    pub dm: Dm,
}

/// Names a message of the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct MessageAt {
    /// The message.
    pub message_id: MessageId,
}

/// `…:message:edit`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct EditAt {
    /// The message.
    pub message_id: MessageId,
    /// The new text.
    pub body: String,
}

/// `…:message:react`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ReactAt {
    /// The message.
    pub message_id: MessageId,
    /// One emoji.
    pub emoji: String,
    /// Add it, or take it back.
    pub on: bool,
}

/// `presence:watch`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Watch {
    /// Whom to watch, beside those watched before; at most 200 at a time.
    pub user_ids: Vec<UserId>,
}

/// What `presence:watch` gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Watched {
    /// How they are now; whom one may not see is `offline`.
    pub items: Vec<PersonPresence>,
}

/// `presence:set`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SetPresence {
    /// `online` while this client is in use, `away` while it is idle.
    pub state: Presence,
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
