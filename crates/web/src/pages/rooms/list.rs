//! The list of rooms.

use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use praca_api::rooms::RoomForMe;

use super::square::Square;
use crate::components::{Icon, language};
use crate::format;

/// The pane.
#[component]
pub fn RoomList(slug: Memo<Option<String>>) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let rooms = Memo::new(move |_| square.model.with(|model| model.rooms.clone()));
    view! {
        <section class="pane-list" aria-label=move || t_string!(i18n, rooms.list)>
            <header class="pane-head"><div class="pane-title"><h2>{t!(i18n, rooms.title)}</h2></div></header>
            <nav class="pane-scroll" aria-label=move || t_string!(i18n, rooms.title)>
                {move || match rooms.get() {
                    None => skeleton().into_any(),
                    Some(list) if list.is_empty() => view! { <div class="empty"><p>{t!(i18n, rooms.empty)}</p></div> }.into_any(),
                    Some(list) => {
                        let items = list.into_iter().map(|room| view! { <RoomItem room slug /> }).collect_view();
                        view! { <ul class="list">{items}</ul> }.into_any()
                    }
                }}
            </nav>
        </section>
    }
}

fn skeleton() -> impl IntoView {
    let i18n = language();
    let row = || view! { <li class="list-item"><span class="sk sk--tile"></span><span class="sk sk--w60"></span></li> };
    view! {
        <p class="visually-hidden" role="status">{t!(i18n, rooms.loading)}</p>
        <ul class="list" aria-hidden="true">{row()}{row()}{row()}{row()}</ul>
    }
}

#[component]
fn RoomItem(room: RoomForMe, slug: Memo<Option<String>>) -> impl IntoView {
    let i18n = language();
    let own_slug = room.room.slug.clone();
    let current = move || (slug.get().as_deref() == Some(own_slug.as_str())).then_some("true");
    let slow = room.room.interval_global_seconds + room.room.per_user_seconds > 0;
    let last = room.room.last_message.clone();
    let at = last.as_ref().map(|message| message.created_at);
    let snippet = last.map(|message| {
        let name = message.author.map(|author| author.display_name).unwrap_or_default();
        let first = name.split_whitespace().next().unwrap_or_default().to_owned();
        (first, praca_api::text::snippet(&message.body, 80))
    });
    let unread = room.unread;
    view! {
        <li>
            <a class="list-item" href=format!("/salas/{}", room.room.slug) aria-current=current data-unread=(unread > 0).then_some("")>
                <svg class="azulejo" data-hue=format::room_hue(room.room.id) viewBox="0 0 40 40" aria-hidden="true">
                    <use href=format::room_tile(room.room.id) />
                </svg>
                <span class="li-name">
                    <span>{room.room.name}</span>
                    {slow.then(|| view! { <Icon name="turtle" class="icon icon--sm" /> })}
                    {room.room.silence.is_some().then(|| view! { <Icon name="megaphone" class="icon icon--sm" /> })}
                </span>
                <span class="li-time">{move || at.map(|at| format::short(i18n.get_locale(), at))}</span>
                <span class="li-snippet">
                    {move || snippet.clone().map(|(name, text)| if text.is_empty() { t_string!(i18n, chat.deleted).to_owned() } else { format!("{name}: {text}") })}
                </span>
                <span class="li-end">
                    {(unread > 0).then(|| view! {
                        <span class="count" data-kind=room.muted.then_some("muted")>
                            <span aria-hidden="true">{unread}</span>
                            <span class="visually-hidden">", "{t!(i18n, rooms.unread, count = move || unread)}</span>
                        </span>
                    })}
                </span>
            </a>
        </li>
    }
}
