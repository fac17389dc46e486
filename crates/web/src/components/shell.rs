//! The shell: rail, panes, legal strip.

use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use leptos_router::hooks::use_location;

use super::{Avatar, Brand, Icon, MentionCount, UnreadCount, Wave};
use crate::language::language;
use crate::model::Model;
use crate::session::Session;
use crate::square::Square;
use crate::store;

/// The frame round every page of somebody who is logged in. `pane` says which pane a phone shows.
#[component]
pub fn Shell(
    #[prop(into)] pane: Signal<&'static str>,
    #[prop(into)] layout: Signal<Option<&'static str>>,
    children: Children,
) -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Session>();
    let path = use_location().pathname;
    let current = move |prefix: &'static str| path.get().starts_with(prefix).then_some("page");
    view! {
        <a class="skip" href="#conteudo" rel="external">{t!(i18n, app.skip)}</a>
        <div class="shell" data-pane=move || pane.get() data-layout=move || layout.get()>
            <nav class="rail" aria-label=move || t_string!(i18n, app.nav)>
                <a class="brand" href="/salas"><Brand /><span>"Praça"</span></a>
                <Places />
                <div class="rail-foot">
                    <button
                        type="button"
                        class="icon-btn"
                        aria-label=move || t_string!(i18n, nav.theme)
                        title=move || t_string!(i18n, nav.theme)
                        on:click=move |_| switch_theme()
                    >
                        <Icon name="sun-moon" />
                    </button>
                    <a class="rail-item" href="/perfil" aria-current=move || current("/perfil")>
                        {move || session.user().map(|user| view! { <Avatar author=user.author /> })}
                        <span>{t!(i18n, nav.you)}</span><Wave />
                    </a>
                </div>
            </nav>
            <main class="panes" id="conteudo" tabindex="-1">{children()}</main>
            <footer class="legal"><LegalLinks /></footer>
        </div>
    }
}

/// Where one can go.
#[component]
fn Places() -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let path = use_location().pathname;
    let current = move |prefix: &'static str| path.get().starts_with(prefix).then_some("page");
    // Mentions come before what is merely unread.
    let rooms = Memo::new(move |_| square.model.with(|model| (model.mentions(), model.unread())));
    let dms = Memo::new(move |_| square.model.with(Model::unread_dms));
    let notices = Memo::new(move |_| square.model.with(|model| i64::from(model.notifications.unread)));
    view! {
        <ul class="rail-list">
            <li>
                <a class="rail-item" href="/salas" aria-current=move || current("/salas")>
                    <Icon name="messages-square" /><span>{t!(i18n, nav.rooms)}</span>
                    {move || match rooms.get() {
                        (0, unread) => view! { <UnreadCount count=unread /> }.into_any(),
                        (mentions, _) => view! { <MentionCount count=mentions /> }.into_any(),
                    }}
                    <Wave />
                </a>
            </li>
            <li>
                <a class="rail-item" href="/mensagens" aria-current=move || current("/mensagens")>
                    <Icon name="mail" /><span>{t!(i18n, nav.messages)}</span>
                    {move || view! { <UnreadCount count=dms.get() /> }}
                    <Wave />
                </a>
            </li>
            <li>
                <a class="rail-item" href="/avisos" aria-current=move || current("/avisos")>
                    <Icon name="bell" /><span>{t!(i18n, nav.notices)}</span>
                    {move || view! { <UnreadCount count=notices.get() /> }}
                    <Wave />
                </a>
            </li>
            <Show when=move || square.runs_the_square()>
                <li data-phone="no">
                    <a class="rail-item" href="/admin" aria-current=move || current("/admin")>
                        <Icon name="sliders-horizontal" /><span>{t!(i18n, nav.admin)}</span><Wave />
                    </a>
                </li>
            </Show>
            <li data-phone="only">
                <a class="rail-item" href="/perfil" aria-current=move || current("/perfil")>
                    <Icon name="circle-user-round" /><span>{t!(i18n, nav.you)}</span><Wave />
                </a>
            </li>
        </ul>
    }
}

/// What is always in reach.
#[component]
pub fn LegalLinks() -> impl IntoView {
    let i18n = language();
    view! {
        <a href="/aviso-legal">{t!(i18n, legal.notice)}</a>
        <a href="/privacidade">{t!(i18n, legal.privacy)}</a>
        <a href="/termos">{t!(i18n, legal.terms)}</a>
        <a href="/regras">{t!(i18n, legal.rules)}</a>
        <span class="legal-note not-phone"><Icon name="cookie" class="icon icon--sm" />{t!(i18n, legal.no_tracking)}</span>
    }
}

/// Light to dark and back, from whatever is shown now.
fn switch_theme() {
    let Some(root) = document().document_element() else { return };
    let set = root.get_attribute("data-theme");
    let dark = match set.as_deref() {
        Some(theme) => theme == "dark",
        None => {
            window().match_media("(prefers-color-scheme: dark)").ok().flatten().is_some_and(|query| query.matches())
        }
    };
    set_theme(if dark { "light" } else { "dark" });
}

/// Shows and remembers a theme; `system` follows the system.
pub fn set_theme(theme: &str) {
    let Some(root) = document().document_element() else { return };
    // The attribute is always allowed.
    if theme == "system" {
        let _ = root.remove_attribute("data-theme");
        store::forget("praca.theme");
    } else {
        let _ = root.set_attribute("data-theme", theme);
        store::write("praca.theme", theme);
    }
}
