//! The list of rooms.

use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use praca_api::rooms::RoomForMe;

use super::room_form::RoomDialog;
use super::square::Square;
use crate::components::{Empty, Icon};
use crate::format;
use crate::language::language;

/// The pane.
#[component]
pub fn RoomList(slug: Memo<Option<String>>) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let rooms = Memo::new(move |_| square.model.with(|model| model.rooms.clone()));
    let creating = RwSignal::new(false);
    view! {
        <section class="pane-list" aria-label=move || t_string!(i18n, rooms.list)>
            <header class="pane-head">
                <div class="pane-title"><h2 tabindex="-1">{t!(i18n, rooms.title)}</h2></div>
                <Show when=move || square.runs_the_square()>
                    <button
                        type="button" class="icon-btn" aria-label=move || t_string!(i18n, room.create) title=move || t_string!(i18n, room.create)
                        on:click=move |_| creating.set(true)
                    >
                        <Icon name="plus" />
                    </button>
                </Show>
            </header>
            <nav class="pane-scroll" aria-label=move || t_string!(i18n, rooms.title)>
                {move || match rooms.get() {
                    None => skeleton().into_any(),
                    Some(list) if list.is_empty() => view! {
                        <Empty
                            drawing="bench" title=Signal::derive(move || t_string!(i18n, rooms.empty_title).to_owned())
                            text=Signal::derive(move || t_string!(i18n, rooms.empty).to_owned())
                        />
                    }.into_any(),
                    Some(list) => {
                        let items = list.into_iter().map(|room| view! { <RoomItem room slug /> }).collect_view();
                        view! { <ul class="list">{items}</ul> }.into_any()
                    }
                }}
            </nav>
        </section>
        <RoomDialog open=creating editing=false />
    }
}

fn skeleton() -> impl IntoView {
    let i18n = language();
    let row = || {
        view! {
            <div class="row row--nowrap row--3">
                <span class="sk sk--tile"></span>
                <div class="stack stack--2 grow"><span class="sk sk--w60"></span><span class="sk sk--w85"></span></div>
            </div>
        }
    };
    view! {
        <p class="visually-hidden" role="status">{t!(i18n, rooms.loading)}</p>
        <div class="panel stack" aria-hidden="true">{row()}{row()}{row()}{row()}</div>
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
        let name = message.author.map(|author| format::first_name(&author.display_name)).unwrap_or_default();
        (name, praca_api::markup::snippet(&message.body, 80))
    });
    let (unread, muted) = (room.unread, room.muted);
    view! {
        <li>
            <a class="list-item" href=format!("/salas/{}", room.room.slug) aria-current=current data-unread=(unread > 0 && !muted).then_some("")>
                <svg class="azulejo" data-hue=format::room_hue(room.room.id) viewBox="0 0 40 40" aria-hidden="true">
                    <use href=format::room_tile(room.room.id) />
                </svg>
                <span class="li-name">
                    <span>{room.room.name}</span>
                    {slow.then(|| view! { <Icon name="turtle" class="icon icon--sm" /><span class="visually-hidden">", "{t!(i18n, chat.slow_mode)}</span> })}
                    {room.room.silence.is_some().then(|| view! { <Icon name="megaphone" class="icon icon--sm" /><span class="visually-hidden">", "{t!(i18n, rooms.silenced)}</span> })}
                    {muted.then(|| view! { <Icon name="bell-off" class="icon icon--sm" /><span class="visually-hidden">", "{t!(i18n, room.muted)}</span> })}
                </span>
                <span class="li-time">{move || at.map(|at| format::short(i18n.get_locale(), at))}</span>
                <span class="li-snippet">
                    {move || snippet.clone().map(|(name, text)| if text.is_empty() { t_string!(i18n, chat.deleted).to_owned() } else { format!("{name}: {text}") })}
                </span>
                <span class="li-end">
                    {(unread > 0).then(|| view! {
                        <span class="count" data-kind=muted.then_some("muted")>
                            <span aria-hidden="true">{unread}</span>
                            <span class="visually-hidden">", "{t!(i18n, rooms.unread, count = move || unread)}</span>
                        </span>
                    })}
                </span>
            </a>
        </li>
    }
}
