//! Who is told of an event later, in their list of notifications.

use praca_api::ads::AdAction;
use praca_api::messages::Message;
use praca_api::notifications::{NotificationCode, NotificationParams};
use praca_api::uploads::{Upload, UploadReason, UploadStatus};
use praca_api::{AdId, ConversationId, Timestamp, UserId};

use super::{EVERYBODY, Event, Told};
use crate::bus::{Change, ChangeKind, Hearers};
use crate::notices::NewNotice;

impl Event {
    /// What is noted in the same transaction.
    pub(crate) fn notices(&self) -> Vec<NewNotice> {
        match self {
            Self::MessagesChanged { conversation, changes, hearers, told } => {
                message_notices(*conversation, changes, hearers, told)
            }
            Self::Account(event) => event.notices(),
            Self::MemberSilenceChanged { room, user, reason, until, .. } => {
                let params = why(reason.as_ref(), *until);
                vec![NewNotice::of_room(NotificationCode::RoomSilence, *user, *room, params)]
            }
            Self::MemberRoleChanged { room, user, role, .. } => {
                let params = NotificationParams { room_role: Some(*role), ..NotificationParams::default() };
                vec![NewNotice::of_room(NotificationCode::RoomRole, *user, *room, params)]
            }
            Self::UploadChanged { user, upload } => upload_notice(*user, upload).into_iter().collect(),
            Self::AdStepped { ad, owner, title, action, by, reason, .. } if *by != Some(*owner) => {
                ad_notice(*ad, *owner, *action, (title, reason.as_ref())).into_iter().collect()
            }
            Self::AdEnding { ad, owner, title, end } => {
                let params = NotificationParams { title: Some(title.clone()), ..why(None, Some(*end)) };
                let notice = NewNotice::of_person(NotificationCode::AdExpiring, *owner, params);
                vec![NewNotice { ad: Some(*ad), ..notice }]
            }
            Self::AdFound { ad, searchers } => searchers.iter().map(|found| found_notice(*ad, found)).collect(),
            Self::SigningKeysRotated { .. }
            | Self::AdStepped { .. }
            | Self::RoomCreated { .. }
            | Self::RoomChanged { .. }
            | Self::PairOpened { .. }
            | Self::MembershipChanged { .. }
            | Self::ConversationMuted { .. }
            | Self::PairChanged { .. }
            | Self::BlockChanged { .. }
            | Self::PreferencesChanged { .. }
            | Self::UploadArrived { .. }
            | Self::UploadsReleased { .. }
            | Self::CategoryArranged { .. }
            | Self::AdChanged { .. }
            | Self::CursorMoved { .. }
            | Self::ReceiptMoved { .. }
            | Self::Notified { .. }
            | Self::NotificationsRead { .. }
            | Self::TypingSeen { .. }
            | Self::DmTypingSeen { .. } => Vec::new(),
        }
    }
}

/// Why something holds, and until when.
pub(super) fn why(reason: Option<&String>, until: Option<Timestamp>) -> NotificationParams {
    NotificationParams { reason: reason.cloned(), until, ..NotificationParams::default() }
}

/// Of messages: whom they name, whom they answer, and, between two, the other.
fn message_notices(id: ConversationId, changes: &[Change], hearers: &Hearers, told: &[Told]) -> Vec<NewNotice> {
    let named = told.iter().filter(|told| told.named).map(|told| {
        let code = if told.user == EVERYBODY { NotificationCode::Call } else { NotificationCode::Mention };
        NewNotice::of_message(code, told.user, told.author, (id, told.seq))
    });
    let new = changes.iter().filter(|change| matches!(change.kind, ChangeKind::New { .. }));
    let heard = new.flat_map(|change| match hearers {
        Hearers::Joined => answered(&change.message).into_iter().collect(),
        Hearers::People(people) => written_to(people, &change.message),
    });
    named.chain(heard).collect()
}

/// Whoever wrote what a message answers, unless they answer themselves.
fn answered(message: &Message) -> Option<NewNotice> {
    let author = message.author.as_ref()?.id;
    let user = message.reply_to.as_ref()?.author.as_ref().map(|author| author.id).filter(|user| *user != author)?;
    let place = (message.conversation_id, message.seq);
    Some(NewNotice::of_message(NotificationCode::Reply, user, author, place))
}

/// The other of two people who both hear of a message.
fn written_to(people: &[UserId], message: &Message) -> Vec<NewNotice> {
    let Some(author) = message.author.as_ref().map(|author| author.id) else { return Vec::new() };
    let place = (message.conversation_id, message.seq);
    let others = people.iter().filter(|user| **user != author);
    others.map(|user| NewNotice::of_message(NotificationCode::Dm, *user, author, place)).collect()
}

/// A picture that was not accepted, unless its owner gave it up.
fn upload_notice(user: UserId, upload: &Upload) -> Option<NewNotice> {
    if upload.status != UploadStatus::Rejected || upload.reason == Some(UploadReason::Discarded) {
        return None;
    }
    let params = NotificationParams {
        file_name: Some(upload.file_name.clone()),
        upload_reason: upload.reason,
        ..NotificationParams::default()
    };
    let notice = NewNotice::of_person(NotificationCode::UploadRejected, user, params);
    Some(NewNotice { upload: Some(upload.id), ..notice })
}

/// What somebody else did to an ad, told to its owner.
fn ad_notice(
    ad: AdId,
    owner: UserId,
    action: AdAction,
    (title, reason): (&String, Option<&String>),
) -> Option<NewNotice> {
    let code = match action {
        AdAction::Approve => NotificationCode::AdApproved,
        AdAction::Reject => NotificationCode::AdRejected,
        AdAction::Suspend => NotificationCode::AdSuspended,
        AdAction::Reinstate => NotificationCode::AdReinstated,
        AdAction::Expire => NotificationCode::AdExpired,
        AdAction::Delete => NotificationCode::AdDeleted,
        AdAction::AcceptChange => NotificationCode::AdChangeAccepted,
        AdAction::RefuseChange => NotificationCode::AdChangeRefused,
        AdAction::Create
        | AdAction::Edit
        | AdAction::Resubmit
        | AdAction::Publish
        | AdAction::Pause
        | AdAction::Renew
        | AdAction::Conclude
        | AdAction::ProposeChange => return None,
    };
    let params = NotificationParams { title: Some(title.clone()), ..why(reason, None) };
    Some(NewNotice { ad: Some(ad), ..NewNotice::of_person(code, owner, params) })
}

/// An ad that is there, told to somebody who looks for such, by what they call their search.
fn found_notice(ad: AdId, (user, name): &(UserId, Option<String>)) -> NewNotice {
    let params = NotificationParams { title: name.clone(), ..NotificationParams::default() };
    NewNotice { ad: Some(ad), ..NewNotice::of_person(NotificationCode::AdFound, *user, params) }
}
