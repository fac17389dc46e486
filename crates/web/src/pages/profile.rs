//! Oneself: name, look and language, sessions, privacy, notices, what one logs in with.

mod appearance;
mod credentials;
mod factors;
mod notify;
mod portrait;
mod privacy;

pub use credentials::resend;

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use leptos_router::hooks::use_location;
use praca_api::accounts::{SessionInfo, UpdateMe, User};
use praca_api::{Page, SessionId};

use crate::components::{Avatar, Icon, Shell, explain};
use crate::format;
use crate::language::language;
use crate::net::Answer;
use crate::session::Session;
use crate::square::Square;

/// The page.
#[component]
pub fn Profile() -> impl IntoView {
    let i18n = language();
    // No conversation is open here.
    let square = expect_context::<Square>();
    square.enter(None);
    view! {
        <Shell pane="main" layout=Signal::stored(Some("list"))>
            <section class="pane-list" aria-label=move || t_string!(i18n, profile.settings)><SettingsNav /></section>
            <section class="pane-main">
                <div class="pane-scroll">
                    <div class="page page--narrow">
                        <header class="page-head">
                            <div><h1>{t!(i18n, profile.title)}</h1></div>
                            <Show when=move || square.runs_the_square()><a class="btn only-phone" href="/admin">{t!(i18n, nav.admin)}</a></Show>
                        </header>
                        <portrait::PortraitSetting />
                        <NameSetting />
                        <appearance::AppearanceSetting />
                        <SessionsSetting />
                        <privacy::PrivacySetting />
                        <privacy::BlocksSetting />
                        <notify::NotifySetting />
                        <credentials::CredentialsSetting />
                        <factors::FactorsSetting />
                    </div>
                </div>
            </section>
        </Shell>
    }
}

/// The sections by name: beside them where there is room.
#[component]
fn SettingsNav() -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Session>();
    let square = expect_context::<Square>();
    let hash = use_location().hash;
    let current = move |section: &'static str| match hash.get().strip_prefix('#') {
        None | Some("") => section == "voce",
        Some(open) => open == section,
    };
    let link = move |section: &'static str, icon: &'static str, label: Signal<&'static str>| {
        view! {
            <a href=format!("/perfil#{section}") aria-current=move || current(section).then_some("true")><Icon name=icon />{label}</a>
        }
    };
    view! {
        <div class="panel">
            {move || session.user().map(|user| {
                let since = user.created_at;
                let name = user.author.display_name.clone();
                view! {
                    <div class="person">
                        <Avatar author=user.author class="avatar avatar--lg" />
                        <div><b>{name}</b><small>{move || t_string!(i18n, profile.since, when = format::day(i18n.get_locale(), since))}</small></div>
                    </div>
                }
            })}
        </div>
        <nav class="pane-scroll" aria-label=move || t_string!(i18n, profile.settings)>
            <div class="settings-nav">
                {link("voce", "user-round", Signal::derive(move || t_string!(i18n, profile.about)))}
                {link("aparencia", "palette", Signal::derive(move || t_string!(i18n, profile.appearance)))}
                {link("aparelhos", "monitor-smartphone", Signal::derive(move || t_string!(i18n, profile.sessions_short)))}
                {link("privacidade", "eye-off", Signal::derive(move || t_string!(i18n, privacy.title)))}
                {link("avisos", "bell", Signal::derive(move || t_string!(i18n, notify.title)))}
                {link("senha", "key-round", Signal::derive(move || t_string!(i18n, credentials.title)))}
                {link("segundo-fator", "lock", Signal::derive(move || t_string!(i18n, factors.title)))}
                <Show when=move || square.runs_the_square()><a href="/admin"><Icon name="sliders-horizontal" />{t!(i18n, nav.admin)}</a></Show>
            </div>
        </nav>
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
