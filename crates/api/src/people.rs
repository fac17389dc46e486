//! People as others see them: presence, contacts, profiles, blocks, and what one shares of oneself.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::accounts::{Author, Role};
use crate::notifications::{NotificationPreferences, UpdateNotifications};
use crate::wire::{object_or_null, words};
use crate::{ConversationId, Timestamp, UserId};

words! {
    /// How often somebody gets a mail with what they missed.
    Digest {
        /// Never.
        Off = "off",
        /// Once a day.
        Daily = "daily",
        /// Once a week.
        Weekly = "weekly",
    }
}

impl Digest {
    /// The time between two; none for never.
    pub const fn length(self) -> Option<Duration> {
        match self {
            Self::Off => None,
            Self::Daily => Some(Duration::from_secs(86_400)),
            Self::Weekly => Some(Duration::from_secs(7 * 86_400)),
        }
    }
}

words! {
    /// Whether somebody is there.
    Presence {
        /// Uses a client right now.
        Online = "online",
        /// Has one open, and is idle.
        Away = "away",
        /// Has none open, or one may not know.
        Offline = "offline",
    }
}

/// A person and whether they are there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PersonSeen {
    /// Who.
    #[serde(flatten)]
    pub author: Author,
    /// Whether they are there.
    pub presence: Presence,
    /// When they last were, while they are offline; none when one may not know.
    pub last_seen_at: Option<Timestamp>,
}

/// Whether a person is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PersonPresence {
    /// Who.
    pub user_id: UserId,
    /// Whether they are there.
    pub state: Presence,
    /// When they last were, while they are offline; none when one may not know.
    pub last_seen_at: Option<Timestamp>,
}

/// Somebody I have a conversation of two with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    /// Who.
    #[serde(flatten)]
    pub person: PersonSeen,
    /// Our conversation.
    pub conversation_id: ConversationId,
}

/// What a profile card shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// Who.
    #[serde(flatten)]
    pub person: PersonSeen,
    /// What they may do everywhere.
    pub role: Role,
    /// When they registered.
    pub created_at: Timestamp,
    /// Whether I block them.
    pub blocked: bool,
}

/// Somebody I block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct BlockedPerson {
    /// Who.
    #[serde(flatten)]
    pub author: Author,
    /// Since when.
    pub blocked_at: Timestamp,
}

/// What a person shares of themselves, and with whom, and what they want to be told. Who does not share presence or receipts
/// sees none of others'.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Preferences {
    /// Others learn how far I have read.
    pub read_receipts: bool,
    /// Others learn whether I am here, and when I last was.
    pub presence: bool,
    /// People who share no room with me may ask to talk.
    pub strangers: bool,
    /// What I want to be told, and how.
    pub notifications: NotificationPreferences,
    /// How often I get a mail with what I missed.
    pub digest: Digest,
}

/// `PATCH /me/preferences`: absent fields stay.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UpdatePreferences {
    /// Others learn how far I have read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_receipts: Option<bool>,
    /// Others learn whether I am here, and when I last was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presence: Option<bool>,
    /// People who share no room with me may ask to talk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strangers: Option<bool>,
    /// What I want to be told, and how.
    #[serde(default, deserialize_with = "object_or_null", skip_serializing_if = "Option::is_none")]
    pub notifications: Option<UpdateNotifications>,
    /// How often I get a mail with what I missed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
}
