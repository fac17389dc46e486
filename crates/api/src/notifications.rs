//! What a person is told of: mentions, answers, messages to them, and what became of their account and pictures.

use serde::{Deserialize, Serialize};

use crate::accounts::{AccountStatus, Author, Role};
use crate::rooms::MemberRole;
use crate::search::FoundIn;
use crate::uploads::UploadReason;
use crate::wire::{given_object, words};
use crate::{AdId, NotificationId, Seq, Timestamp, UploadId};

words! {
    /// What a notification tells.
    NotificationCode {
        /// A message of a room names the person.
        Mention = "messages.mention",
        /// A message of a room calls everybody.
        Call = "messages.call",
        /// Somebody answered a message of the person's in a room.
        Reply = "messages.reply",
        /// Somebody the person talks with wrote.
        Dm = "dms.message",
        /// Somebody new asks to talk.
        DmRequest = "dms.request",
        /// A picture was not accepted.
        UploadRejected = "uploads.rejected",
        /// The person's account was silenced, suspended or set free.
        AccountStatus = "account.status",
        /// What the person may do everywhere changed.
        AccountRole = "account.role",
        /// The person was silenced in a room, or no longer is.
        RoomSilence = "rooms.silence",
        /// What the person may do in a room changed.
        RoomRole = "rooms.role",
        /// A person's ad passed review.
        AdApproved = "ads.approved",
        /// It did not.
        AdRejected = "ads.rejected",
        /// A moderator took it from display.
        AdSuspended = "ads.suspended",
        /// A moderator gave it back.
        AdReinstated = "ads.reinstated",
        /// Its time on display ends soon.
        AdExpiring = "ads.expiring",
        /// Its time on display ended.
        AdExpired = "ads.expired",
        /// A moderator deleted it.
        AdDeleted = "ads.deleted",
        /// A change of it holds.
        AdChangeAccepted = "ads.change_accepted",
        /// A change of it does not.
        AdChangeRefused = "ads.change_refused",
        /// An ad came on display that the person looks for.
        AdFound = "ads.found",
    }
}

words! {
    /// How far a kind of notification reaches.
    Reach {
        /// Nowhere: it is not noted.
        Off = "off",
        /// Into the list.
        List = "list",
        /// Into the list, onto the page, and to devices that asked for it.
        Push = "push",
    }
}

/// What a notification's words are made of; what its code has no use for is absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct NotificationParams {
    /// Of how many events it tells, at least 1.
    pub count: u32,
    /// Who caused the newest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<Author>,
    /// The beginning of the newest message, as it is now; absent if it was deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Why, where somebody said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Until when it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// The account's status now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<AccountStatus>,
    /// The account's role now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// The role in the room now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room_role: Option<MemberRole>,
    /// The title of the person's ad, or what they call their search.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The name of the picture's file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// Why the picture was rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upload_reason: Option<UploadReason>,
}

/// Where a notification leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct NotificationTarget {
    /// The conversation, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<FoundIn>,
    /// The newest message it tells of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<Seq>,
    /// The picture, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upload_id: Option<UploadId>,
    /// The ad, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ad_id: Option<AdId>,
}

/// Something a person is told. Events of one kind in one conversation are one as long as it is unread: when it grows it
/// takes a new id, and the one before is gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Notification {
    /// Its id; later ones are greater.
    pub id: NotificationId,
    /// What it tells.
    pub code: NotificationCode,
    /// What its words are made of.
    pub params: NotificationParams,
    /// Where it leads.
    pub target: NotificationTarget,
    /// When its newest event happened.
    pub created_at: Timestamp,
    /// When the person read it.
    pub read_at: Option<Timestamp>,
}

/// `GET /me/notifications`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct NotificationPage {
    /// The newest first.
    pub items: Vec<Notification>,
    /// Where the next page begins; `null` on the last one.
    pub next: Option<String>,
    /// How many are unread, counted up to 100.
    pub unread: u32,
}

/// `PUT /me/notifications/read`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ReadNotifications {
    /// The newest that was read, with all before it; all of them when both are absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to: Option<NotificationId>,
    /// The only one that was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<NotificationId>,
}

/// How many notifications are unread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UnreadNotifications {
    /// Counted up to 100.
    pub unread: u32,
}

/// `notifications:new`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct NotificationNew {
    /// What there is to tell.
    pub notification: Notification,
    /// Whether it only goes into the list, because the person wants no more or has quiet hours.
    pub quiet: bool,
}

/// Hours in which nothing disturbs, by the clock of a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct QuietHours {
    /// When they begin, as `22:00`.
    pub from: String,
    /// When they end, as `07:00`; the next day if that is earlier.
    pub to: String,
    /// The place, as `America/Sao_Paulo`.
    pub time_zone: String,
}

/// What a person wants to be told, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct NotificationPreferences {
    /// That they are named, alone or with everybody.
    pub mentions: Reach,
    /// That they are answered.
    pub replies: Reach,
    /// That somebody they talk with wrote.
    pub dms: Reach,
    /// That somebody new asks to talk.
    pub requests: Reach,
    /// When nothing disturbs.
    pub quiet_hours: Option<QuietHours>,
}

impl Default for NotificationPreferences {
    fn default() -> Self {
        let push = Reach::Push;
        Self { mentions: push, replies: push, dms: push, requests: push, quiet_hours: None }
    }
}

/// A change of what a person wants to be told: absent fields stay.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UpdateNotifications {
    /// That they are named, alone or with everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mentions: Option<Reach>,
    /// That they are answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replies: Option<Reach>,
    /// That somebody they talk with wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dms: Option<Reach>,
    /// That somebody new asks to talk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests: Option<Reach>,
    /// When nothing disturbs; null for never.
    #[serde(default, deserialize_with = "given_object", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(value_type = Option<QuietHours>))]
    pub quiet_hours: Option<Option<QuietHours>>,
}

impl NotificationPreferences {
    /// These, with a change.
    pub fn changed(self, change: &UpdateNotifications) -> Self {
        Self {
            mentions: change.mentions.unwrap_or(self.mentions),
            replies: change.replies.unwrap_or(self.replies),
            dms: change.dms.unwrap_or(self.dms),
            requests: change.requests.unwrap_or(self.requests),
            quiet_hours: change.quiet_hours.clone().unwrap_or(self.quiet_hours),
        }
    }

    /// How far a notification of this code reaches.
    pub fn reach(&self, code: NotificationCode) -> Reach {
        match code {
            NotificationCode::Mention | NotificationCode::Call => self.mentions,
            NotificationCode::Reply => self.replies,
            NotificationCode::Dm => self.dms,
            NotificationCode::DmRequest => self.requests,
            // What happens to one's account, pictures and ads one is told.
            NotificationCode::UploadRejected
            | NotificationCode::AccountStatus
            | NotificationCode::AccountRole
            | NotificationCode::RoomSilence
            | NotificationCode::RoomRole
            | NotificationCode::AdApproved
            | NotificationCode::AdRejected
            | NotificationCode::AdSuspended
            | NotificationCode::AdReinstated
            | NotificationCode::AdExpiring
            | NotificationCode::AdExpired
            | NotificationCode::AdDeleted
            | NotificationCode::AdChangeAccepted
            | NotificationCode::AdChangeRefused
            | NotificationCode::AdFound => Reach::Push,
        }
    }
}
