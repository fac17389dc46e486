//! The list of rooms.

use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use praca_api::messages::Message;
use praca_api::rooms::RoomForMe;

use super::room_form::RoomDialog;
use crate::components::{Empty, Icon, ListLoading, MarkRead, MentionCount, UnreadCount, count_pictures};
use crate::format;
use crate::language::language;
use crate::model::Spot;
use crate::pages::finder::SearchButton;
use crate::square::{Scope, Square};

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
                <SearchButton scope=Signal::stored(Scope::default()) />
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
                {move || rooms.get().map_or_else(|| view! { <ListLoading mark="sk--tile" /> }.into_any(), |list| view! { <Found list slug /> }.into_any())}
            </nav>
        </section>
        <RoomDialog open=creating editing=false />
    }
}

/// The rooms, or why there are none.
#[component]
fn Found(list: Vec<RoomForMe>, slug: Memo<Option<String>>) -> impl IntoView {
    let i18n = language();
    if !list.is_empty() {
        let items = list.into_iter().map(|room| view! { <RoomItem room slug /> }).collect_view();
        return view! { <ul class="list">{items}</ul> }.into_any();
    }
    view! {
        <Empty
            drawing="bench" title=Signal::derive(move || t_string!(i18n, rooms.empty_title).to_owned())
            text=Signal::derive(move || t_string!(i18n, rooms.empty).to_owned())
        />
    }
    .into_any()
}

#[component]
fn RoomItem(room: RoomForMe, slug: Memo<Option<String>>) -> impl IntoView {
    let i18n = language();
    let own_slug = room.room.slug.clone();
    let current = move || (slug.get().as_deref() == Some(own_slug.as_str())).then_some("true");
    let slow = room.room.interval_global_seconds + room.room.per_user_seconds > 0;
    let at = room.room.last_message.as_ref().map(|message| message.created_at);
    let last = room.room.last_message.clone();
    let (unread, mentions, muted) = (room.unread, room.mentions, room.muted);
    let (spot, last_seq) = (Spot::room(room.room.id), room.room.last_seq);
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
                <span class="li-snippet">{last.map(|last| view! { <Snippet last /> })}</span>
                <span class="li-end">
                    <MentionCount count=mentions />
                    <UnreadCount count=unread muted />
                </span>
            </a>
            <MarkRead spot unread last_seq />
        </li>
    }
}

/// The beginning of what was said last, unless somebody said it who is blocked.
#[component]
fn Snippet(last: Message) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let written_by = last.author.as_ref().map(|author| author.id);
    let hidden = Memo::new(move |_| written_by.is_some_and(|user| square.model.with(|model| model.blocks(user))));
    let name = last.author.map(|author| format::first_name(&author.display_name)).unwrap_or_default();
    let (text, pictures) = (praca_api::markup::snippet(&last.body, 80), last.attachments.len());
    move || match (hidden.get(), text.is_empty()) {
        (true, _) => t_string!(i18n, chat.from_blocked).to_owned(),
        (false, true) if pictures > 0 => format!("{name}: {}", count_pictures(i18n, pictures)),
        (false, true) => t_string!(i18n, chat.deleted).to_owned(),
        (false, false) => format!("{name}: {text}"),
    }
}
