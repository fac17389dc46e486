//! A notification in words, and where it leads.

use leptos_i18n::t_string;
use praca_api::accounts::{AccountStatus, Role};
use praca_api::notifications::{Notification, NotificationCode};
use praca_api::push::Pushed;
use praca_api::rooms::MemberRole;
use praca_api::search::ConversationKind;

use crate::components::explain_rejection;
use crate::language::Language;
use crate::model::Family;

/// What happened, in a sentence.
pub fn headline(i18n: Language, item: &Notification) -> String {
    let name = item.params.author.as_ref().map(|author| author.display_name.clone()).unwrap_or_default();
    let place = item.target.conversation.as_ref().map(|place| place.name.clone()).unwrap_or_default();
    let count = item.params.count.max(1);
    let title = item.params.title.clone().unwrap_or_default();
    match item.code {
        NotificationCode::Mention if count == 1 => t_string!(i18n, notices.mention, name = name, place = place),
        NotificationCode::Mention => t_string!(i18n, notices.mentions, count = count, place = place),
        NotificationCode::Call if count == 1 => t_string!(i18n, notices.call, name = name, place = place),
        NotificationCode::Call => t_string!(i18n, notices.calls, count = count, place = place),
        NotificationCode::Reply if count == 1 => t_string!(i18n, notices.reply, name = name, place = place),
        NotificationCode::Reply => t_string!(i18n, notices.replies, count = count, place = place),
        NotificationCode::Dm if count == 1 => t_string!(i18n, notices.dm, name = name),
        NotificationCode::Dm => t_string!(i18n, notices.dms, count = count, name = name),
        NotificationCode::DmRequest => t_string!(i18n, notices.request, name = name),
        NotificationCode::UploadRejected => {
            t_string!(i18n, notices.upload, file = item.params.file_name.clone().unwrap_or_default())
        }
        NotificationCode::AccountStatus => status(i18n, item.params.status).to_owned(),
        NotificationCode::AccountRole => role(i18n, item.params.role).to_owned(),
        NotificationCode::RoomSilence if item.params.reason.is_some() => {
            t_string!(i18n, notices.silenced, place = place)
        }
        NotificationCode::RoomSilence => t_string!(i18n, notices.unsilenced, place = place),
        NotificationCode::RoomRole if item.params.room_role == Some(MemberRole::Moderator) => {
            t_string!(i18n, notices.room_moderator, place = place)
        }
        NotificationCode::RoomRole => t_string!(i18n, notices.room_member, place = place),
        NotificationCode::AdApproved => t_string!(i18n, notices.ad_approved, title = title),
        NotificationCode::AdRejected => t_string!(i18n, notices.ad_rejected, title = title),
        NotificationCode::AdSuspended => t_string!(i18n, notices.ad_suspended, title = title),
        NotificationCode::AdReinstated => t_string!(i18n, notices.ad_reinstated, title = title),
        NotificationCode::AdExpiring => t_string!(i18n, notices.ad_expiring, title = title),
        NotificationCode::AdFound if title.is_empty() => t_string!(i18n, notices.ad_found_nameless).to_owned(),
        NotificationCode::AdFound => t_string!(i18n, notices.ad_found, title = title),
        NotificationCode::AdExpired => t_string!(i18n, notices.ad_expired, title = title),
        NotificationCode::AdDeleted => t_string!(i18n, notices.ad_deleted, title = title),
        NotificationCode::AdChangeAccepted => t_string!(i18n, notices.ad_change_accepted, title = title),
        NotificationCode::AdChangeRefused => t_string!(i18n, notices.ad_change_refused, title = title),
    }
}

/// As the browser itself shows it.
pub fn pushed(i18n: Language, item: &Notification) -> Pushed {
    let about = item.target.conversation.as_ref().map_or_else(|| item.id.to_string(), |place| place.id.to_string());
    Pushed {
        title: headline(i18n, item),
        body: detail(i18n, item),
        // As the server calls it, so that what both show is shown once.
        tag: format!("{}:{about}", item.code.as_str()),
        url: way(item).unwrap_or_else(|| "/avisos".into()),
    }
}

/// What was said, or why.
pub fn detail(i18n: Language, item: &Notification) -> String {
    if let Some(reason) = item.params.upload_reason {
        return explain_rejection(i18n, reason).to_owned();
    }
    if let Some(reason) = &item.params.reason {
        return t_string!(i18n, status.reason, reason = reason.clone());
    }
    item.params.text.clone().unwrap_or_default()
}

fn status(i18n: Language, status: Option<AccountStatus>) -> &'static str {
    match status {
        Some(AccountStatus::Silenced) => t_string!(i18n, notices.status_silenced),
        Some(AccountStatus::Suspended) => t_string!(i18n, notices.status_suspended),
        _ => t_string!(i18n, notices.status_active),
    }
}

fn role(i18n: Language, role: Option<Role>) -> &'static str {
    match role {
        Some(Role::Moderator) => t_string!(i18n, notices.role_moderator),
        Some(Role::Admin) => t_string!(i18n, notices.role_admin),
        _ => t_string!(i18n, notices.role_user),
    }
}

/// The page where it happened; none if it is about nothing one can go to.
pub fn way(item: &Notification) -> Option<String> {
    if let Some(ad) = item.target.ad_id {
        return Some(format!("/feira/{ad}"));
    }
    let place = item.target.conversation.as_ref()?;
    let family = match place.kind {
        ConversationKind::Room => Family::Room,
        ConversationKind::Dm | ConversationKind::Deal => Family::Dm,
    };
    let at = item.target.seq.map(|seq| format!("?m={seq}")).unwrap_or_default();
    Some(format!("{}{at}", family.address(&place.address)))
}

/// The icon of its kind.
pub fn icon(code: NotificationCode) -> &'static str {
    match code {
        NotificationCode::Mention => "at-sign",
        NotificationCode::Call => "megaphone",
        NotificationCode::Reply => "reply",
        NotificationCode::Dm | NotificationCode::DmRequest => "mail",
        NotificationCode::AccountStatus => "info",
        NotificationCode::AccountRole | NotificationCode::RoomRole => "shield-check",
        NotificationCode::RoomSilence => "volume-x",
        NotificationCode::AdApproved | NotificationCode::AdReinstated | NotificationCode::AdChangeAccepted => "check",
        NotificationCode::AdExpiring | NotificationCode::AdExpired => "clock",
        NotificationCode::AdFound => "search",
        NotificationCode::UploadRejected
        | NotificationCode::AdRejected
        | NotificationCode::AdSuspended
        | NotificationCode::AdDeleted
        | NotificationCode::AdChangeRefused => "triangle-alert",
    }
}
