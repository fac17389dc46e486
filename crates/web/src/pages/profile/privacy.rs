//! What others may know of the person, and whom they block.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use praca_api::Page;
use praca_api::people::{BlockedPerson, Preferences, UpdatePreferences};

use crate::components::{Avatar, explain};
use crate::format;
use crate::language::{Language, language};
use crate::net::Answer;
use crate::pages::card::Name;
use crate::square::Square;

/// Presence and read receipts, which who keeps to themselves does not see of others; and whether strangers may ask to talk.
#[component]
pub fn PrivacySetting() -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let said = RwSignal::new(String::new());
    let preferences = read_preferences(square, said, i18n);
    let change = move |change: UpdatePreferences| {
        spawn_local(async move {
            let answer: Answer<Preferences> =
                square.session.send(Method::PATCH, "/me/preferences", Some(&change)).await;
            match answer {
                Ok(now) => {
                    preferences.set(Some(now));
                    square.load_dms();
                    said.set(t_string!(i18n, profile.saved).to_owned());
                }
                Err(trouble) => said.set(explain(i18n, &trouble)),
            }
        });
    };
    let change = Callback::new(change);
    let now = Signal::derive(move || preferences.get());
    view! {
        <section class="setting" id="privacidade">
            <h2>{t!(i18n, privacy.title)}</h2>
            <p>{t!(i18n, privacy.text)}</p>
            <Choice now change of=|now| now.presence wish=move |on| UpdatePreferences { presence: Some(on), ..UpdatePreferences::default() }>
                {t!(i18n, privacy.presence)}<small>{t!(i18n, privacy.presence_hint)}</small>
            </Choice>
            <Choice now change of=|now| now.read_receipts wish=move |on| UpdatePreferences { read_receipts: Some(on), ..UpdatePreferences::default() }>
                {t!(i18n, privacy.receipts)}<small>{t!(i18n, privacy.receipts_hint)}</small>
            </Choice>
            <Choice now change of=|now| now.strangers wish=move |on| UpdatePreferences { strangers: Some(on), ..UpdatePreferences::default() }>
                {t!(i18n, privacy.strangers)}<small>{t!(i18n, privacy.strangers_hint)}</small>
            </Choice>
            <p class="small muted" role="status">{move || said.get()}</p>
        </section>
    }
}

/// One switch: how it stands, and what it wishes.
#[component]
fn Choice(
    now: Signal<Option<Preferences>>,
    change: Callback<UpdatePreferences>,
    of: fn(&Preferences) -> bool,
    wish: impl Fn(bool) -> UpdatePreferences + 'static,
    children: Children,
) -> impl IntoView {
    let on = move || now.with(|now| now.as_ref().is_some_and(of));
    let waiting = move || now.with(Option::is_none);
    let turned = move |event| change.run(wish(event_target_checked(&event)));
    view! {
        <label class="switch">
            <span>{children()}</span>
            <input type="checkbox" role="switch" prop:checked=on disabled=waiting on:change=turned />
        </label>
    }
}

/// What is shared now; none until it is known.
fn read_preferences(square: Square, said: RwSignal<String>, i18n: Language) -> RwSignal<Option<Preferences>> {
    let preferences = RwSignal::new(None);
    spawn_local(async move {
        let answer: Answer<Preferences> = square.session.send(Method::GET, "/me/preferences", None::<&()>).await;
        match answer {
            Ok(now) => drop(preferences.try_set(Some(now))),
            Err(trouble) => drop(said.try_set(explain(i18n, &trouble))),
        }
    });
    preferences
}

/// Whom the person blocks.
#[component]
pub fn BlocksSetting() -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let blocked = Memo::new(move |_| square.model.with(|model| model.blocked.clone()));
    let people = RwSignal::new(Vec::<BlockedPerson>::new());
    Effect::new(move |_| {
        let now_blocked = blocked.get();
        // What is known here goes at once; who they are is read.
        people.update(|people| people.retain(|person| now_blocked.contains(&person.author.id)));
        spawn_local(async move {
            let page: Answer<Page<BlockedPerson>> =
                square.session.send(Method::GET, "/me/blocks?limit=100", None::<&()>).await;
            // Without an answer the page opens with it the next time.
            if let Ok(page) = page {
                people.try_set(page.items);
            }
        });
    });
    let row = move |person: BlockedPerson| {
        let (user, since) = (person.author.id, person.blocked_at);
        let name = person.author.display_name.clone();
        view! {
            <li>
                <Avatar author=person.author.clone() />
                <div class="grow">
                    <Name author=person.author />
                    <p class="small muted">{move || t_string!(i18n, privacy.blocked_since, when = format::day(i18n.get_locale(), since))}</p>
                </div>
                <button type="button" class="btn btn--sm" on:click=move |_| square.block(user, false)>
                    {move || t_string!(i18n, card.unblock, name = format::first_name(&name))}
                </button>
            </li>
        }
    };
    view! {
        <section class="setting">
            <h2>{t!(i18n, privacy.blocks)}</h2>
            <p>{t!(i18n, privacy.blocks_text)}</p>
            <ul class="rows"><For each=move || people.get() key=|person| person.author.id children=row /></ul>
            <Show when=move || people.with(Vec::is_empty)><p class="small muted">{t!(i18n, privacy.nobody)}</p></Show>
        </section>
    }
}
