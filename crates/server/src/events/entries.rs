//! What the audit log says of an event.

use praca_api::ads::AdAction;
use praca_api::rooms::Room;
use praca_api::{ConversationId, UserId};
use serde_json::json;

use super::audit::Entry;
use super::{Event, RoomAction};
use crate::bus::{Change, ChangeKind};

impl Event {
    /// What the audit log says of it, if anything.
    pub fn audit(&self) -> Option<Entry> {
        match self {
            Self::Account(event) => event.audit(),
            Self::SigningKeysRotated { kid } => Some(Entry::new("keys.rotate", "signing_key", kid)),
            Self::RoomCreated { room, by } => Some(Entry::new("room.create", "room", room).by(*by)),
            Self::RoomChanged { room, by, action, reason } => Some(room_entry(room, *by, *action, reason.clone())),
            Self::MemberSilenceChanged { room, user, by, reason, until } => {
                let what = json!({ "room": room, "until": until });
                Some(Entry { reason: reason.clone(), ..silence_entry(*user, *by, reason.is_some()).with(what) })
            }
            Self::MemberRoleChanged { room, user, by, role } => {
                let entry = Entry::new("room.set_member_role", "user", user).by(Some(*by));
                Some(entry.with(json!({ "room": room, "role": role })))
            }
            Self::AdStepped { ad, action, to, by, reason, .. } => {
                let entry = Entry::new(ad_action(*action), "ad", ad).by(*by).with(json!({ "status": to }));
                Some(Entry { reason: reason.clone(), ..entry })
            }
            Self::CategoryArranged { slug, by, is_gone } => {
                let action = if *is_gone { "category.delete" } else { "category.put" };
                Some(Entry::new(action, "category", slug).by(*by))
            }
            Self::MessagesChanged { conversation: id, changes, .. } => {
                changes.first().and_then(|c| message_entry(*id, c))
            }
            Self::PairOpened { .. }
            | Self::MembershipChanged { .. }
            | Self::ConversationMuted { .. }
            | Self::PairChanged { .. }
            | Self::BlockChanged { .. }
            | Self::PreferencesChanged { .. }
            | Self::UploadArrived { .. }
            | Self::UploadChanged { .. }
            | Self::AdEnding { .. }
            | Self::AdFound { .. }
            | Self::AdChanged { .. }
            | Self::UploadsReleased { .. }
            | Self::Notified { .. }
            | Self::NotificationsRead { .. }
            | Self::CursorMoved { .. }
            | Self::ReceiptMoved { .. }
            | Self::TypingSeen { .. }
            | Self::DmTypingSeen { .. } => None,
        }
    }
}

impl RoomAction {
    const fn name(self) -> &'static str {
        match self {
            Self::Update => "room.update",
            Self::Silence => "room.silence",
            Self::LiftSilence => "room.lift_silence",
            Self::Archive => "room.archive",
        }
    }
}

const fn ad_action(action: AdAction) -> &'static str {
    match action {
        AdAction::Create => "ad.create",
        AdAction::Edit => "ad.edit",
        AdAction::Resubmit => "ad.resubmit",
        AdAction::Approve => "ad.approve",
        AdAction::Publish => "ad.publish",
        AdAction::Reject => "ad.reject",
        AdAction::Suspend => "ad.suspend",
        AdAction::Reinstate => "ad.reinstate",
        AdAction::Pause => "ad.pause",
        AdAction::Expire => "ad.expire",
        AdAction::Renew => "ad.renew",
        AdAction::Conclude => "ad.conclude",
        AdAction::Delete => "ad.delete",
        AdAction::ProposeChange => "ad.propose_change",
        AdAction::AcceptChange => "ad.accept_change",
        AdAction::RefuseChange => "ad.refuse_change",
    }
}

fn silence_entry(user: UserId, by: UserId, silenced: bool) -> Entry {
    let action = if silenced { "room.silence_member" } else { "room.lift_member_silence" };
    Entry::new(action, "user", user).by(Some(by))
}

/// What moderators do to a message is audited; what its author does is not.
fn message_entry(conversation: ConversationId, change: &Change) -> Option<Entry> {
    let (action, by) = match change.kind {
        ChangeKind::Deleted { moderator: Some(by) } => ("message.moderate", by),
        ChangeKind::Pinned { by, .. } => ("message.pin", by),
        ChangeKind::Unpinned { by, .. } => ("message.unpin", by),
        ChangeKind::New { .. } | ChangeKind::Updated | ChangeKind::Deleted { moderator: None } => return None,
    };
    let entry = Entry::new(action, "conversation", conversation).by(Some(by));
    Some(entry.with(json!({ "messages": [change.message.id] })))
}

fn room_entry(room: &Room, by: UserId, action: RoomAction, reason: Option<String>) -> Entry {
    let entry = Entry::new(action.name(), "room", room.id).by(Some(by)).with(json!({
        "name": room.name,
        "visibility": room.visibility,
        "intervalGlobalSeconds": room.interval_global_seconds,
        "perUserSeconds": room.per_user_seconds,
        "silence": room.silence,
    }));
    Entry { reason, ..entry }
}
