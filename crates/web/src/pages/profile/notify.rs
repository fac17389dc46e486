//! What the person wants to be told, and when nothing disturbs.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use praca_api::notifications::{NotificationPreferences, QuietHours, Reach, UpdateNotifications};
use praca_api::people::{Digest, Preferences, UpdatePreferences};

use crate::components::explain;
use crate::language::language;
use crate::net::Answer;
use crate::net::device::{self, Device};
use crate::square::Square;

/// The hours at first.
const NIGHT: (&str, &str) = ("22:00", "07:00");

/// The section.
#[component]
pub fn NotifySetting() -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let now = RwSignal::new(None::<Preferences>);
    let said = RwSignal::new(String::new());
    spawn_local(async move {
        let answer: Answer<Preferences> = square.session.send(Method::GET, "/me/preferences", None::<&()>).await;
        match answer {
            Ok(known) => drop(now.try_set(Some(known))),
            Err(trouble) => drop(said.try_set(explain(i18n, &trouble))),
        }
    });
    let save = Callback::new(move |change: UpdatePreferences| {
        let before = now.get_untracked();
        now.update(|now| *now = now.take().map(|now| with(now, &change)));
        spawn_local(async move {
            let answer: Answer<Preferences> =
                square.session.send(Method::PATCH, "/me/preferences", Some(&change)).await;
            // The page may be gone by now.
            let _ = said.try_set(match answer {
                Ok(_) => t_string!(i18n, profile.saved).to_owned(),
                Err(trouble) => {
                    now.try_set(before);
                    explain(i18n, &trouble)
                }
            });
        });
    });
    let change = Callback::new(move |new| {
        save.run(UpdatePreferences { notifications: Some(new), ..UpdatePreferences::default() });
    });
    let choose = Callback::new(move |new| {
        save.run(UpdatePreferences { digest: Some(new), ..UpdatePreferences::default() });
    });
    view! {
        <section class="setting" id="avisos">
            <h2>{t!(i18n, notify.title)}</h2>
            <p>{t!(i18n, notify.text)}</p>
            {move || now.get().map(|Preferences { notifications: wanted, digest, .. }| view! {
                <Kinds wanted=wanted.clone() change /><Quiet wanted change /><ByMail digest choose />
            })}
            <p class="small muted" role="status">{move || said.get()}</p>
            <ThisDevice />
        </section>
    }
}

/// What was, with a change.
fn with(now: Preferences, change: &UpdatePreferences) -> Preferences {
    let notifications = match &change.notifications {
        Some(change) => now.notifications.changed(change),
        None => now.notifications,
    };
    Preferences { notifications, digest: change.digest.unwrap_or(now.digest), ..now }
}

/// How often a mail tells what was missed.
#[component]
fn ByMail(digest: Digest, choose: Callback<Digest>) -> impl IntoView {
    let i18n = language();
    let option = move |own: Digest| {
        let word = move || match own {
            Digest::Off => t_string!(i18n, notify.digest_off),
            Digest::Daily => t_string!(i18n, notify.digest_daily),
            Digest::Weekly => t_string!(i18n, notify.digest_weekly),
        };
        view! { <option value=own.as_str() selected=own == digest>{word}</option> }
    };
    let chosen = move |event| {
        if let Ok(word) = event_target_value(&event).parse() {
            choose.run(word);
        }
    };
    view! {
        <div class="field notify-kind">
            <label for="avisos-resumo">{t!(i18n, notify.digest)}</label>
            <select class="input" id="avisos-resumo" on:change=chosen>{option(Digest::Off)}{option(Digest::Daily)}{option(Digest::Weekly)}</select>
        </div>
    }
}

/// Whether this browser shows them itself.
#[component]
fn ThisDevice() -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Square>().session;
    let now = RwSignal::new(None::<Device>);
    spawn_local(async move {
        let known = device::state().await;
        // The page may be gone by now.
        let _ = now.try_set(Some(known));
    });
    let is_on = move || matches!(now.get(), Some(Device::WhileOpen | Device::Always));
    let turn = move |event| {
        let on = event_target_checked(&event);
        spawn_local(async move {
            let known = if on { device::turn_on(session).await } else { device::turn_off(session).await };
            // Another state first, so that the switch follows a no.
            let _ = now.try_set(None);
            let _ = now.try_set(Some(known));
        });
    };
    let hint = move || match now.get() {
        Some(Device::Never) => t_string!(i18n, notify.device_never),
        Some(Device::Denied) => t_string!(i18n, notify.device_denied),
        Some(Device::WhileOpen) => t_string!(i18n, notify.device_while_open),
        Some(Device::Always) => t_string!(i18n, notify.device_always),
        Some(Device::Off) | None => t_string!(i18n, notify.device_off),
    };
    let cannot = move || matches!(now.get(), None | Some(Device::Never | Device::Denied));
    view! {
        <label class="switch">
            <span>{t!(i18n, notify.device)}<small>{hint}</small></span>
            <input type="checkbox" role="switch" prop:checked=is_on disabled=cannot on:change=turn />
        </label>
    }
}

/// One kind: how far it reaches, and how that is changed.
type Kind = (&'static str, fn(&NotificationPreferences) -> Reach, fn(&mut UpdateNotifications) -> &mut Option<Reach>);

const KINDS: [Kind; 4] = [
    ("mentions", |now| now.mentions, |change| &mut change.mentions),
    ("replies", |now| now.replies, |change| &mut change.replies),
    ("dms", |now| now.dms, |change| &mut change.dms),
    ("requests", |now| now.requests, |change| &mut change.requests),
];

#[component]
fn Kinds(wanted: NotificationPreferences, change: Callback<UpdateNotifications>) -> impl IntoView {
    let i18n = language();
    let rows = KINDS.map(|(name, now, field)| {
        let chosen = now(&wanted);
        let choose = move |event| {
            if let Ok(word) = event_target_value(&event).parse() {
                let mut new = UpdateNotifications::default();
                *field(&mut new) = Some(word);
                change.run(new);
            }
        };
        let id = format!("avisos-{name}");
        let label = move || match name {
            "mentions" => t_string!(i18n, notify.mentions),
            "replies" => t_string!(i18n, notify.replies),
            "dms" => t_string!(i18n, notify.dms),
            _ => t_string!(i18n, notify.requests),
        };
        let option = move |reach: Reach| {
            let word = move || match reach {
                Reach::Push => t_string!(i18n, notify.push),
                Reach::List => t_string!(i18n, notify.list),
                Reach::Off => t_string!(i18n, notify.off),
            };
            view! { <option value=reach.as_str() selected=reach == chosen>{word}</option> }
        };
        view! {
            <div class="field notify-kind">
                <label for=id.clone()>{label}</label>
                <select class="input" id=id on:change=choose>{option(Reach::Push)}{option(Reach::List)}{option(Reach::Off)}</select>
            </div>
        }
    });
    rows.into_iter().collect_view()
}

#[component]
fn Quiet(wanted: NotificationPreferences, change: Callback<UpdateNotifications>) -> impl IntoView {
    let i18n = language();
    let hours = wanted.quiet_hours;
    let on = hours.is_some();
    let set = move |hours: Option<QuietHours>| {
        change.run(UpdateNotifications { quiet_hours: Some(hours), ..UpdateNotifications::default() });
    };
    let turn = move |event| set(event_target_checked(&event).then(night));
    let field = move |hours: QuietHours, ends: bool| {
        let value = if ends { hours.to.clone() } else { hours.from.clone() };
        let write = move |event| {
            let time = event_target_value(&event);
            let new = if ends {
                QuietHours { to: time, ..hours.clone() }
            } else {
                QuietHours { from: time, ..hours.clone() }
            };
            set(Some(new));
        };
        let id = if ends { "silencio-ate" } else { "silencio-de" };
        view! {
            <div class="field">
                <label for=id>{move || if ends { t_string!(i18n, notify.quiet_to) } else { t_string!(i18n, notify.quiet_from) }}</label>
                <input class="input" id=id type="time" required value=value on:change=write />
            </div>
        }
    };
    view! {
        <label class="switch">
            <span>{t!(i18n, notify.quiet)}<small>{t!(i18n, notify.quiet_hint)}</small></span>
            <input type="checkbox" role="switch" checked=on on:change=turn />
        </label>
        {hours.map(|hours| {
            let zone = hours.time_zone.replace('_', " ");
            view! {
                <div class="row">{field(hours.clone(), false)}{field(hours, true)}</div>
                <p class="small muted">{move || t_string!(i18n, notify.quiet_zone, zone = zone.clone())}</p>
            }
        })}
    }
}

/// The night, where the person is.
fn night() -> QuietHours {
    let options = js_sys::Intl::DateTimeFormat::default().resolved_options();
    let zone = js_sys::Reflect::get(&options, &"timeZone".into()).ok().and_then(|zone| zone.as_string());
    let (from, to) = NIGHT;
    QuietHours { from: from.into(), to: to.into(), time_zone: zone.unwrap_or_else(|| "UTC".into()) }
}
