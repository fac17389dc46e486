//! Whom messages are by, of which days, and in which order.

use gloo_net::http::Method;
use js_sys::Date;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use praca_api::people::Profile;
use praca_api::{ProblemCode, Timestamp, UserId};
use uuid::Uuid;

use super::found::Looking;
use crate::language::language;
use crate::net::{Answer, Trouble};
use crate::square::Square;

/// The fields; nothing until they are asked for.
#[component]
pub fn Narrowing() -> impl IntoView {
    let looking = expect_context::<Looking>();
    view! { <Show when=move || looking.narrowing.get()><Fields /></Show> }
}

#[component]
fn Fields() -> impl IntoView {
    let looking = expect_context::<Looking>();
    let i18n = language();
    let narrowed = looking.narrowed;
    let day = move |event: &leptos::ev::Event, later: f64| midnight(&event_target_value(event), later);
    let best = move |event| narrowed.update(|narrowed| narrowed.best = event_target_value(&event) == "best");
    view! {
        <div class="finder-narrow">
            <Author />
            <div class="field">
                <label for="buscar-de">{t!(i18n, find.from)}</label>
                <input class="input" id="buscar-de" type="date" on:change=move |event| narrowed.update(|narrowed| narrowed.from = day(&event, 0.0)) />
            </div>
            <div class="field">
                <label for="buscar-ate">{t!(i18n, find.to)}</label>
                <input class="input" id="buscar-ate" type="date" on:change=move |event| narrowed.update(|narrowed| narrowed.to = day(&event, 1.0)) />
            </div>
            <div class="field">
                <label for="buscar-ordem">{t!(i18n, find.order)}</label>
                <select class="input" id="buscar-ordem" on:change=best>
                    <option value="newest" selected=move || !narrowed.get().best>{t!(i18n, find.newest)}</option>
                    <option value="best" selected=move || narrowed.get().best>{t!(i18n, find.best)}</option>
                </select>
            </div>
        </div>
    }
}

/// The handle of whoever wrote them.
#[component]
fn Author() -> impl IntoView {
    let looking = expect_context::<Looking>();
    let i18n = language();
    let square = expect_context::<Square>();
    let unknown = RwSignal::new(false);
    let name = move |event| {
        let handle = event_target_value(&event).trim().trim_start_matches('@').to_lowercase();
        unknown.set(false);
        if handle.is_empty() {
            looking.narrowed.update(|narrowed| narrowed.author = None);
            return;
        }
        spawn_local(async move {
            let path = format!("/users/{}", js_sys::encode_uri_component(&handle));
            let answer: Answer<Profile> = square.session.send(Method::GET, &path, None::<&()>).await;
            let author = match answer {
                Ok(profile) => profile.person.author.id,
                // Nobody wrote anything.
                Err(Trouble::Problem(problem)) if problem.is(ProblemCode::ResourceNotFound) => UserId(Uuid::nil()),
                Err(trouble) => return square.complain(&trouble),
            };
            // The field may be gone by now.
            let _ = unknown.try_set(author == UserId(Uuid::nil()));
            let _ = looking.narrowed.try_update(|narrowed| narrowed.author = Some(author));
        });
    };
    view! {
        <div class="field">
            <label for="buscar-autor">{t!(i18n, find.author)}</label>
            <input
                class="input" id="buscar-autor" type="text" autocapitalize="none" autocomplete="off" spellcheck="false" placeholder="@dalva"
                aria-invalid=move || unknown.get().then_some("true") aria-describedby="buscar-autor-erro" on:change=name
            />
            <p class="error" id="buscar-autor-erro">{move || unknown.get().then(|| t_string!(i18n, find.author_unknown))}</p>
        </div>
    }
}

/// When a day written as `2026-11-21` begins here, or so many days later; none if it is no day.
fn midnight(day: &str, later: f64) -> Option<Timestamp> {
    // Without an hour a date would be read as that of Greenwich.
    let date = Date::new(&format!("{day}T00:00:00").into());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "days of a month")]
    date.set_date((f64::from(date.get_date()) + later) as u32);
    let millis = date.get_time();
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970")]
    millis.is_finite().then_some(millis as i64).and_then(Timestamp::from_millis)
}
