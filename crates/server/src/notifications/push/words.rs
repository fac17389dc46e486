//! A notification in the person's language, for where no page puts it into words. The words are the client's own.

use std::collections::HashMap;
use std::sync::LazyLock;

use praca_api::accounts::{AccountStatus, Locale, Role};
use praca_api::notifications::{Notification, NotificationCode};
use praca_api::push::Pushed;
use praca_api::rooms::MemberRole;
use praca_api::search::ConversationKind;

type Words = HashMap<String, String>;

static WORDS: LazyLock<[Words; 3]> = LazyLock::new(|| {
    [
        words(include_str!("../../../../web/locales/pt-BR.json")),
        words(include_str!("../../../../web/locales/en.json")),
        words(include_str!("../../../../web/locales/es.json")),
    ]
});

/// The part of the client's texts that speaks of notifications.
fn words(json: &str) -> Words {
    let all: serde_json::Value = serde_json::from_str(json).unwrap_or_default();
    let texts = all["notices"].as_object().into_iter().flatten();
    texts.filter_map(|(key, text)| Some((key.clone(), text.as_str()?.to_owned()))).collect()
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
    let pattern = of(locale).get(key(item)).map(String::as_str).unwrap_or_default();
    let title = fill(pattern, &[("name", name), ("place", place), ("count", &count), ("file", file)]);
    let about = item.target.conversation.as_ref().map(|place| place.id.to_string());
    Pushed {
        title,
        body: item.params.text.clone().or_else(|| item.params.reason.clone()).unwrap_or_default(),
        tag: format!("{}:{}", item.code.as_str(), about.unwrap_or_else(|| item.id.to_string())),
        url: address(item),
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
    }
}

/// The page it leads to.
fn address(item: &Notification) -> String {
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
        let target = NotificationTarget { conversation: None, seq: None, upload_id: None };
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
    fn a_name_is_put_in_as_it_is() {
        let filled = fill("{{ name }} citou você em {{ place }}", &[("name", "{{ place }} <b>"), ("place", "Largo")]);
        assert_eq!(filled, "{{ place }} <b> citou você em Largo");
        assert_eq!(fill("{{ name", &[("name", "a")]), "a");
    }
}
