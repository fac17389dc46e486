//! Rooms: public conversations with slow mode, silence and moderators of their own.

use serde::{Deserialize, Serialize};

use crate::accounts::Author;
use crate::messages::Message;
use crate::wire::words;
use crate::{ConversationId, Rev, Seq, SlowModeScope, Timestamp};

words! {
    /// Who finds a room.
    Visibility {
        /// Listed for everyone.
        Public = "public",
        /// Only by its link; listed for its members.
        Unlisted = "unlisted",
    }
}

words! {
    /// What a person may do in one room.
    MemberRole {
        /// Reads and writes.
        Member = "member",
        /// Also keeps order.
        Moderator = "moderator",
    }
}

/// A silence of a room, or of a person in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Silence {
    /// Why, 1 to 500 characters.
    pub reason: String,
    /// Until when; none = until lifted.
    #[serde(default)]
    pub until: Option<Timestamp>,
}

/// A room as everyone sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Room {
    /// Its id.
    pub id: ConversationId,
    /// Its name in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub topic: String,
    /// Who finds it.
    pub visibility: Visibility,
    /// Slow mode: seconds between any two messages, 0 = none.
    pub interval_global_seconds: u32,
    /// Slow mode: seconds between two messages of one person, 0 = none.
    pub per_user_seconds: u32,
    /// Set while nobody but moderators may write.
    pub silence: Option<Silence>,
    /// The newest message's `seq`.
    pub last_seq: Seq,
    /// The newest change's `rev`.
    pub last_rev: Rev,
    /// The newest message.
    pub last_message: Option<Message>,
    /// People in it right now.
    pub online: u64,
    /// Changes when a restore rewound the room: then start over.
    pub epoch: i32,
    /// Set once it is archived: it is in no list and takes no more messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<Timestamp>,
}

/// What a room is to the one asking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct MyMembership {
    /// My role in it.
    pub role: MemberRole,
    /// Set while I may not write in it.
    pub silence: Option<Silence>,
}

/// A room as one person sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RoomForMe {
    /// The same for everyone.
    #[serde(flatten)]
    pub room: Room,
    /// Messages after my cursor.
    pub unread: i64,
    /// Mentions of me among them.
    pub mentions: i64,
    /// Whether it stays quiet for me.
    pub muted: bool,
    /// My read cursor.
    pub last_read_seq: Seq,
    /// None while I am not a member.
    pub me: Option<MyMembership>,
}

/// `POST /rooms` (administrators).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct NewRoom {
    /// 2 to 60 characters.
    pub name: String,
    /// a–z, 0–9 and single hyphens; made from the name when absent.
    #[serde(default)]
    pub slug: Option<String>,
    /// Up to 280 characters.
    #[serde(default)]
    pub topic: String,
    /// `public` when absent.
    #[serde(default)]
    pub visibility: Option<Visibility>,
    /// 0 to 21,600.
    #[serde(default)]
    pub interval_global_seconds: u32,
    /// 0 to 21,600.
    #[serde(default)]
    pub per_user_seconds: u32,
}

/// `PATCH /rooms/{id}` (administrators): absent fields stay.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UpdateRoom {
    /// 2 to 60 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Up to 280 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// Who finds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
    /// 0 to 21,600.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval_global_seconds: Option<u32>,
    /// 0 to 21,600.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_user_seconds: Option<u32>,
}

/// `PATCH /rooms/{id}/membership`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UpdateMembership {
    /// Whether the room stays quiet for me.
    pub muted: bool,
}

/// `PUT /rooms/{id}/members/{userId}/role`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SetMemberRole {
    /// The new role.
    pub role: MemberRole,
}

/// A member of a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// Who.
    #[serde(flatten)]
    pub author: Author,
    /// Their role here.
    pub role: MemberRole,
    /// Whether they are in the room right now.
    pub online: bool,
    /// Set while they may not write here; only moderators see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silence: Option<Silence>,
    /// Since when.
    pub joined_at: Timestamp,
}

/// A message kept in sight for everybody in the room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Pin {
    /// The message.
    pub message: Message,
    /// Who pinned it.
    pub pinned_by: Author,
    /// When.
    pub pinned_at: Timestamp,
}

/// Who is in a room right now: a count, and some names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RoomPresence {
    /// How many people.
    pub online: u64,
    /// Some of them, at most 12.
    pub people: Vec<Author>,
}

/// The clocks of slow mode for one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SlowMode {
    /// Seconds between any two messages, 0 = none.
    pub interval_global_seconds: u32,
    /// Seconds between two messages of one person, 0 = none.
    pub per_user_seconds: u32,
    /// Milliseconds until this person may write; 0 = now.
    pub retry_after_ms: u64,
    /// The clock that ends last; none when none runs.
    pub scope: Option<SlowModeScope>,
    /// When this was computed.
    pub server_time: Timestamp,
}
