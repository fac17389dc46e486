//! Oneself: name, language, theme, sessions.

mod credentials;
mod factors;
mod notify;
mod portrait;
mod privacy;

pub use credentials::resend;

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{Locale as _, t, t_string};
use praca_api::accounts::{Locale as Spoken, SessionInfo, UpdateMe, User};
use praca_api::{Page, SessionId};

use crate::components::{Icon, Shell, explain, set_theme};
use crate::i18n::Locale;
use crate::language::{LANGUAGES, language};
use crate::net::Answer;
use crate::session::Session;
use crate::square::Square;
use crate::{format, store};

/// The page.
#[component]
pub fn Profile() -> impl IntoView {
    let i18n = language();
    // No conversation is open here.
    let square = expect_context::<Square>();
    square.enter(None);
    view! {
        <Shell pane="main" layout=Signal::stored(Some("single"))>
            <section class="pane-main">
                <div class="pane-scroll">
                    <div class="page page--narrow">
                        <header class="page-head">
                            <div><h1>{t!(i18n, profile.title)}</h1></div>
                            <Show when=move || square.runs_the_square()><a class="btn only-phone" href="/admin">{t!(i18n, nav.admin)}</a></Show>
                        </header>
                        <portrait::PortraitSetting />
                        <NameSetting />
                        <credentials::CredentialsSetting />
                        <factors::FactorsSetting />
                        <LanguageSetting />
                        <ThemeSetting />
                        <notify::NotifySetting />
                        <privacy::PrivacySetting />
                        <privacy::BlocksSetting />
                        <SessionsSetting />
                    </div>
                </div>
            </section>
        </Shell>
    }
}

#[component]
fn NameSetting() -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Session>();
    let name = RwSignal::new(session.user().map(|user| user.author.display_name).unwrap_or_default());
    let said = RwSignal::new(String::new());
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let change = UpdateMe { display_name: Some(name.get_untracked()), ..UpdateMe::default() };
        spawn_local(async move {
            let answer: Answer<User> = session.send(Method::PATCH, "/me", Some(&change)).await;
            match answer {
                Ok(user) => {
                    session.set_user(user);
                    said.set(t_string!(i18n, profile.saved).to_owned());
                }
                Err(trouble) => said.set(explain(i18n, &trouble)),
            }
        });
    };
    view! {
        <section class="setting">
            <h2>{t!(i18n, profile.name)}</h2>
            <form class="row" on:submit=save>
                <div class="field grow">
                    <label class="visually-hidden" for="p-nome">{t!(i18n, profile.name)}</label>
                    <input class="input" id="p-nome" autocomplete="name" bind:value=name />
                </div>
                <button class="btn btn--primary" type="submit">{t!(i18n, profile.save)}</button>
            </form>
            <p class="small muted" role="status">{move || said.get()}</p>
        </section>
    }
}

#[component]
fn LanguageSetting() -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Session>();
    let choose = move |locale: Locale| {
        i18n.set_locale(locale);
        let change = UpdateMe { locale: locale.as_str().parse::<Spoken>().ok(), ..UpdateMe::default() };
        spawn_local(async move {
            // The page speaks it already; the account follows when it can.
            let answer: Answer<User> = session.send(Method::PATCH, "/me", Some(&change)).await;
            if let Ok(user) = answer {
                session.set_user(user);
            }
        });
    };
    let options = LANGUAGES.map(|(locale, name)| {
        view! {
            <label>
                <input type="radio" name="idioma" prop:checked=move || i18n.get_locale() == locale on:change=move |_| choose(locale) />
                {name}
            </label>
        }
    });
    view! {
        <section class="setting">
            <h2 id="p-idioma">{t!(i18n, profile.language)}</h2>
            <div class="seg" role="radiogroup" aria-labelledby="p-idioma">{options.into_iter().collect_view()}</div>
        </section>
    }
}

#[component]
fn ThemeSetting() -> impl IntoView {
    let i18n = language();
    let chosen = RwSignal::new(store::read("praca.theme").unwrap_or_else(|| "system".to_owned()));
    let option = move |theme: &'static str, label: Signal<&'static str>| {
        let choose = move |_| {
            chosen.set(theme.to_owned());
            set_theme(theme);
        };
        view! { <label><input type="radio" name="tema" prop:checked=move || chosen.get() == theme on:change=choose />{move || label.get()}</label> }
    };
    view! {
        <section class="setting">
            <h2 id="p-tema">{t!(i18n, profile.theme)}</h2>
            <div class="seg" role="radiogroup" aria-labelledby="p-tema">
                {option("system", Signal::derive(move || t_string!(i18n, profile.system)))}
                {option("light", Signal::derive(move || t_string!(i18n, profile.light)))}
                {option("dark", Signal::derive(move || t_string!(i18n, profile.dark)))}
            </div>
        </section>
    }
}

#[component]
fn SessionsSetting() -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Session>();
    let sessions = LocalResource::new(move || async move {
        let page: Answer<Page<SessionInfo>> = session.send(Method::GET, "/auth/sessions", None::<&()>).await;
        page.map(|page| page.items)
    });
    let end = Callback::new(move |id: SessionId| {
        spawn_local(async move {
            let _: Answer<()> = session.send(Method::DELETE, &format!("/auth/sessions/{id}"), None::<&()>).await;
            sessions.refetch();
        });
    });
    let end_others = move |_| {
        spawn_local(async move {
            let _: Answer<()> = session.send(Method::DELETE, "/auth/sessions", None::<&()>).await;
            sessions.refetch();
        });
    };
    view! {
        <section class="setting" id="aparelhos">
            <h2>{t!(i18n, profile.sessions)}</h2>
            <Suspense fallback=|| view! { <span class="sk"></span> }>
                {move || sessions.get().map(|list| match list {
                    Ok(list) => view! { <ul class="rows">{list.into_iter().map(|info| session_row(info, end)).collect_view()}</ul> }.into_any(),
                    Err(trouble) => view! { <p>{explain(i18n, &trouble)}</p> }.into_any(),
                })}
            </Suspense>
            <div class="row mt-4">
                <button type="button" class="btn" on:click=move |_| session.leave(false)><Icon name="log-out" />{t!(i18n, profile.log_out)}</button>
                <button type="button" class="btn" on:click=end_others>{t!(i18n, profile.end_others)}</button>
                <button type="button" class="btn btn--danger-quiet" on:click=move |_| session.leave(true)>{t!(i18n, profile.log_out_all)}</button>
            </div>
        </section>
    }
}

/// Where somebody is logged in: device, place, last use.
pub fn session_line(info: SessionInfo) -> impl IntoView {
    let i18n = language();
    let used = info.last_used_at;
    let name = Some(info.device).filter(|name| !name.is_empty());
    view! {
        <Icon name="monitor-smartphone" />
        <div class="grow">
            <p>{move || name.clone().unwrap_or_else(|| t_string!(i18n, profile.unknown_device).to_owned())}</p>
            <p class="small muted">
                {info.place}" · "
                {move || t_string!(i18n, profile.last_used, when = format::moment(i18n.get_locale(), used))}
            </p>
        </div>
    }
}

fn session_row(info: SessionInfo, end: Callback<SessionId>) -> impl IntoView {
    let i18n = language();
    let (id, current) = (info.id, info.current);
    view! {
        <li>
            {session_line(info)}
            {if current {
                view! { <span class="chip" data-tone="positive">{t!(i18n, profile.current)}</span> }.into_any()
            } else {
                view! { <button type="button" class="btn btn--sm" on:click=move |_| end.run(id)>{t!(i18n, profile.end)}</button> }.into_any()
            }}
        </li>
    }
}
