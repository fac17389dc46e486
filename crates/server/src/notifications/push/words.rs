//! A notification in the person's language, for where no page puts it into words. The words are the client's own.

use std::collections::HashMap;
use std::sync::LazyLock;

use praca_api::accounts::{AccountStatus, Locale, Role};
use praca_api::notifications::{Notification, NotificationCode};
use praca_api::push::Pushed;
use praca_api::rooms::MemberRole;
use praca_api::search::ConversationKind;
use praca_api::uploads::UploadReason;

type Words = HashMap<String, String>;

static WORDS: LazyLock<[Words; 3]> = LazyLock::new(|| {
    [
        words(include_str!("../../../../web/locales/pt-BR.json")),
        words(include_str!("../../../../web/locales/en.json")),
        words(include_str!("../../../../web/locales/es.json")),
    ]
});

/// The parts of the client's texts that speak of notifications, of why, and of why a picture was not accepted.
fn words(json: &str) -> Words {
    let all: serde_json::Value = serde_json::from_str(json).unwrap_or_default();
    let texts = ["notices", "status", "pictures"].map(|part| all[part].as_object().cloned().unwrap_or_default());
    texts.into_iter().flatten().filter_map(|(key, text)| Some((key, text.as_str()?.to_owned()))).collect()
}

fn of(locale: Locale) -> &'static Words {
    let [portuguese, english, spanish] = &*WORDS;
    match locale {
        Locale::PtBr => portuguese,
        Locale::En => english,
        Locale::Es => spanish,
    }
}

/// What a device is sent.
pub fn pushed(locale: Locale, item: &Notification) -> Pushed {
    let name = item.params.author.as_ref().map(|author| author.display_name.as_str()).unwrap_or_default();
    let place = item.target.conversation.as_ref().map(|place| place.name.as_str()).unwrap_or_default();
    let count = item.params.count.to_string();
    let file = item.params.file_name.as_deref().unwrap_or_default();
    let title = item.params.title.as_deref().unwrap_or_default();
    let pattern = of(locale).get(key(item)).map(String::as_str).unwrap_or_default();
    let title = fill(pattern, &[("name", name), ("place", place), ("count", &count), ("file", file), ("title", title)]);
    let about = item.target.conversation.as_ref().map(|place| place.id.to_string());
    Pushed {
        title,
        body: detail(of(locale), item),
        tag: format!("{}:{}", item.code.as_str(), about.unwrap_or_else(|| item.id.to_string())),
        url: address(item),
    }
}

/// What was said, or why.
fn detail(words: &Words, item: &Notification) -> String {
    let text = |key: &str| words.get(key).map(String::as_str).unwrap_or_default();
    match (item.params.upload_reason, &item.params.reason) {
        (Some(reason), _) => text(rejection(reason)).to_owned(),
        (None, Some(reason)) => fill(text("reason"), &[("reason", reason)]),
        (None, None) => item.params.text.clone().unwrap_or_default(),
    }
}

/// The name of the text on why a picture was not accepted.
fn rejection(reason: UploadReason) -> &'static str {
    match reason {
        UploadReason::Size => "size",
        UploadReason::Type => "kind",
        UploadReason::Disguised => "disguised",
        UploadReason::Infected => "infected",
        UploadReason::Pixels => "pixels",
        UploadReason::Frames => "frames",
        UploadReason::Broken => "broken",
        UploadReason::Discarded | UploadReason::Failed => "failed",
    }
}

/// Puts values where their names stand, each as it is, whatever it contains.
fn fill(pattern: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once("{{") {
        filled.push_str(before);
        let (name, behind) = after.split_once("}}").unwrap_or((after, ""));
        filled.push_str(values.iter().find(|(known, _)| *known == name.trim()).map_or("", |(_, value)| value));
        rest = behind;
    }
    filled + rest
}

/// The name of its text.
fn key(item: &Notification) -> &'static str {
    let several = item.params.count > 1;
    match item.code {
        NotificationCode::Mention if several => "mentions",
        NotificationCode::Mention => "mention",
        NotificationCode::Call if several => "calls",
        NotificationCode::Call => "call",
        NotificationCode::Reply if several => "replies",
        NotificationCode::Reply => "reply",
        NotificationCode::Dm if several => "dms",
        NotificationCode::Dm => "dm",
        NotificationCode::DmRequest => "request",
        NotificationCode::UploadRejected => "upload",
        NotificationCode::AccountStatus => match item.params.status {
            Some(AccountStatus::Silenced) => "status_silenced",
            Some(AccountStatus::Suspended) => "status_suspended",
            _ => "status_active",
        },
        NotificationCode::AccountRole => match item.params.role {
            Some(Role::Moderator) => "role_moderator",
            Some(Role::Admin) => "role_admin",
            _ => "role_user",
        },
        NotificationCode::RoomSilence if item.params.reason.is_some() => "silenced",
        NotificationCode::RoomSilence => "unsilenced",
        NotificationCode::RoomRole if item.params.room_role == Some(MemberRole::Moderator) => "room_moderator",
        NotificationCode::RoomRole => "room_member",
        NotificationCode::AdApproved => "ad_approved",
        NotificationCode::AdRejected => "ad_rejected",
        NotificationCode::AdSuspended => "ad_suspended",
        NotificationCode::AdReinstated => "ad_reinstated",
        NotificationCode::AdExpiring => "ad_expiring",
        NotificationCode::AdFound if item.params.title.is_none() => "ad_found_nameless",
        NotificationCode::AdFound => "ad_found",
        NotificationCode::AdExpired => "ad_expired",
        NotificationCode::AdDeleted => "ad_deleted",
        NotificationCode::AdChangeAccepted => "ad_change_accepted",
        NotificationCode::AdChangeRefused => "ad_change_refused",
    }
}

/// The page it leads to.
fn address(item: &Notification) -> String {
    if let Some(ad) = item.target.ad_id {
        return format!("/feira/{ad}");
    }
    let Some(place) = &item.target.conversation else { return "/avisos".into() };
    let folder = if place.kind == ConversationKind::Room { "salas" } else { "mensagens" };
    let at = item.target.seq.map(|seq| format!("?m={seq}")).unwrap_or_default();
    format!("/{folder}/{}{at}", place.address)
}

#[cfg(test)]
mod tests {
    use praca_api::notifications::{NotificationParams, NotificationTarget};
    use praca_api::{NotificationId, Timestamp};

    use super::*;

    fn item(code: NotificationCode, params: NotificationParams) -> Notification {
        let target = NotificationTarget { conversation: None, seq: None, upload_id: None, ad_id: None };
        let created_at = Timestamp::from_millis(0).unwrap();
        Notification { id: NotificationId(uuid::Uuid::nil()), code, params, target, created_at, read_at: None }
    }

    #[test]
    fn every_notification_has_words_in_every_language() {
        let codes = [
            NotificationCode::Mention,
            NotificationCode::Call,
            NotificationCode::Reply,
            NotificationCode::Dm,
            NotificationCode::DmRequest,
            NotificationCode::UploadRejected,
            NotificationCode::AdApproved,
            NotificationCode::AdRejected,
            NotificationCode::AdSuspended,
            NotificationCode::AdReinstated,
            NotificationCode::AdExpiring,
            NotificationCode::AdExpired,
            NotificationCode::AdFound,
            NotificationCode::AdDeleted,
            NotificationCode::AdChangeAccepted,
            NotificationCode::AdChangeRefused,
            NotificationCode::AccountStatus,
            NotificationCode::AccountRole,
            NotificationCode::RoomSilence,
            NotificationCode::RoomRole,
        ];
        for locale in [Locale::PtBr, Locale::En, Locale::Es] {
            for code in codes {
                for count in [1, 2] {
                    let title = pushed(locale, &item(code, NotificationParams { count, ..Default::default() })).title;
                    assert!(title.len() > 8 && !title.contains("{{"), "{locale:?} {code:?}: {title}");
                }
            }
        }
    }

    #[test]
    fn every_reason_has_words_in_every_language() {
        let reasons = ["size", "kind", "disguised", "infected", "pixels", "frames", "broken", "failed"];
        for locale in [Locale::PtBr, Locale::En, Locale::Es] {
            for key in reasons {
                assert!(of(locale).get(key).is_some_and(|text| text.len() > 8), "{locale:?} {key}");
            }
            for (status, key) in
                [(AccountStatus::Silenced, "status_silenced"), (AccountStatus::Suspended, "status_suspended")]
            {
                let params =
                    NotificationParams { status: Some(status), reason: Some("brigas".into()), ..Default::default() };
                let pushed = pushed(locale, &item(NotificationCode::AccountStatus, params));
                assert_eq!(pushed.title, of(locale)[key]);
                assert!(pushed.body.ends_with(": brigas"), "{}", pushed.body);
            }
        }
    }

    #[test]
    fn a_name_is_put_in_as_it_is() {
        let filled = fill("{{ name }} citou você em {{ place }}", &[("name", "{{ place }} <b>"), ("place", "Largo")]);
        assert_eq!(filled, "{{ place }} <b> citou você em Largo");
        assert_eq!(fill("{{ name", &[("name", "a")]), "a");
    }

    #[test]
    fn what_is_about_an_ad_leads_there() {
        let mut told = item(NotificationCode::AdApproved, NotificationParams::default());
        assert_eq!(address(&told), "/avisos");
        told.target.ad_id = Some(praca_api::AdId(uuid::Uuid::nil()));
        assert_eq!(address(&told), "/feira/00000000-0000-0000-0000-000000000000");
    }
}
