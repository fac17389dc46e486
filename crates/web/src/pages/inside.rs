//! Everything behind the log-in, over one connection: which page is shown is decided by the address.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::t_string;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};
use praca_api::Seq;

use super::admin::Admin;
use super::card::ProfileCard;
use super::chat::pictures::Pictures;
use super::fair::Fair;
use super::finder::Finder;
use super::keys;
use super::messages::Messages;
use super::notices::{News, Notices};
use super::profile::Profile;
use super::rooms::Rooms;
use crate::components::{Proof, ProofDialog};
use crate::language::{Language, language};
use crate::model::{Goal, Model};
use crate::net::device;
use crate::square;

/// Which page.
#[derive(Clone, PartialEq)]
enum Page {
    Rooms,
    Messages,
    Fair,
    Notices,
    Profile,
    Admin,
}

/// The pages, and what stays while one goes from one to the other.
#[component]
pub fn Square() -> impl IntoView {
    let square = square::Square::open();
    provide_context(square);
    // What was chosen for a message waits there while one looks at another page.
    provide_context(Pictures::new(square));
    provide_context(Proof::new(square.session));
    name_page(square, language());
    keys::find(square);
    follow_address(square);
    let navigate = use_navigate();
    let session = square.session;
    spawn_local(async move { device::renew(session).await });
    device::on_press(move |page| navigate(&page, NavigateOptions::default()));
    let path = use_location().pathname;
    let page = Memo::new(move |_| match path.get().trim_start_matches('/').split('/').next() {
        Some("mensagens") => Page::Messages,
        Some("feira") => Page::Fair,
        Some("avisos") => Page::Notices,
        Some("perfil") => Page::Profile,
        Some("admin") => Page::Admin,
        _ => Page::Rooms,
    });
    view! {
        {move || match page.get() {
            Page::Rooms => view! { <Rooms /> }.into_any(),
            Page::Messages => view! { <Messages /> }.into_any(),
            Page::Fair => view! { <Fair /> }.into_any(),
            Page::Notices => view! { <Notices /> }.into_any(),
            Page::Profile => view! { <Profile /> }.into_any(),
            Page::Admin => view! { <Admin /> }.into_any(),
        }}
        <ProfileCard />
        <Finder />
        <News />
        <ProofDialog />
    }
}

/// What follows the first part of the address: `largo` of `/salas/largo`.
pub fn second_part() -> Memo<Option<String>> {
    part_of_address(1)
}

/// What follows the second: `7f…` of `/admin/pessoas/7f…`.
pub fn third_part() -> Memo<Option<String>> {
    part_of_address(2)
}

fn part_of_address(place: usize) -> Memo<Option<String>> {
    let path = use_location().pathname;
    Memo::new(move |_| {
        let part = path.get().trim_start_matches('/').split('/').nth(place).unwrap_or_default().to_owned();
        let part = js_sys::decode_uri_component(&part).map_or(part, String::from);
        Some(part).filter(|part| !part.is_empty())
    })
}

/// An address that ends with `?m=57` takes the reader to that message, once its conversation is open.
fn follow_address(square: square::Square) {
    let (path, query) = (use_location().pathname, use_query_map());
    let wanted = Memo::new(move |_| {
        let seq = query.with(|query| query.get("m").and_then(|seq| seq.parse().ok()))?;
        let path = path.get();
        let here = js_sys::decode_uri_component(&path).map_or_else(|_| path.clone(), String::from);
        let open = square.model.with(Model::open_address).filter(|address| *address == here)?;
        Some((open, Seq(seq)))
    });
    Effect::new(move |_| {
        if let Some((_, seq)) = wanted.get() {
            square.go_to(Goal::Message(seq));
        }
    });
}

/// The page is called after the open conversation, with what is unread before it.
fn name_page(square: square::Square, i18n: Language) {
    let unread = Memo::new(move |_| square.model.with(|model| model.unread() + model.unread_dms()));
    let path = use_location().pathname;
    Effect::new(move |_| {
        let page = if path.get().starts_with("/mensagens") {
            t_string!(i18n, nav.messages)
        } else if path.get().starts_with("/feira") {
            t_string!(i18n, nav.fair)
        } else if path.get().starts_with("/avisos") {
            t_string!(i18n, notices.title)
        } else if path.get().starts_with("/perfil") {
            t_string!(i18n, nav.you)
        } else if path.get().starts_with("/admin") {
            t_string!(i18n, nav.admin)
        } else {
            t_string!(i18n, nav.rooms)
        };
        let shown = square.model.with(Model::shown_name).unwrap_or_else(|| page.to_owned());
        let count =
            Some(unread.get()).filter(|count| *count > 0).map(|count| format!("({count}) ")).unwrap_or_default();
        document().set_title(&format!("{count}{shown} · Praça"));
    });
}
