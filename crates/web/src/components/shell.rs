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
    // Mentions come before what is merely unread.
    let rooms = Memo::new(move |_| square.model.with(|model| (model.mentions(), model.unread())));
    let dms = Memo::new(move |_| square.model.with(Model::unread_dms));
    let notices = Memo::new(move |_| square.model.with(|model| i64::from(model.notifications.unread)));
    view! {
        <ul class="rail-list">
            <Place address="/salas" icon="messages-square" label=Signal::derive(move || t_string!(i18n, nav.rooms))>
                {move || match rooms.get() {
                    (0, unread) => view! { <UnreadCount count=unread /> }.into_any(),
                    (mentions, _) => view! { <MentionCount count=mentions /> }.into_any(),
                }}
            </Place>
            <Place address="/mensagens" icon="mail" label=Signal::derive(move || t_string!(i18n, nav.messages))>
                {move || view! { <UnreadCount count=dms.get() /> }}
            </Place>
            <Place address="/feira" icon="store" label=Signal::derive(move || t_string!(i18n, nav.fair))>""</Place>
            <Place address="/avisos" icon="bell" label=Signal::derive(move || t_string!(i18n, nav.notices))>
                {move || view! { <UnreadCount count=notices.get() /> }}
            </Place>
            <Show when=move || square.runs_the_square()>
                <Place address="/admin" icon="sliders-horizontal" label=Signal::derive(move || t_string!(i18n, nav.admin)) phone="no">""</Place>
            </Show>
            <Place address="/perfil" icon="circle-user-round" label=Signal::derive(move || t_string!(i18n, nav.you)) phone="only">""</Place>
        </ul>
    }
}

/// One of them, with what waits there.
#[component]
fn Place(
    address: &'static str,
    icon: &'static str,
    label: Signal<&'static str>,
    /// Whether it is on phones, where that is not as everywhere.
    #[prop(optional)]
    phone: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    let path = use_location().pathname;
    let current = move || path.get().starts_with(address).then_some("page");
    view! {
        <li data-phone=phone>
            <a class="rail-item" href=address aria-current=current><Icon name=icon /><span>{label}</span>{children()}<Wave /></a>
        </li>
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
