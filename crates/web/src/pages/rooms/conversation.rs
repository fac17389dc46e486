//! The open room: its head, its pins, and what is said in it.

use leptos::prelude::*;
use leptos_i18n::{t, t_string};

use super::pins::Pins;
use crate::components::Icon;
use crate::format;
use crate::language::language;
use crate::model::Spot;
use crate::pages::chat::Chat;
use crate::pages::finder::SearchButton;
use crate::square::{Scope, Square};

/// The pane's content.
#[component]
pub fn Conversation(about: RwSignal<bool>) -> impl IntoView {
    view! {
        <Head about />
        <Chat above=std::sync::Arc::new(|| view! { <Pins /> }.into_any()) />
    }
}

#[component]
fn Head(about: RwSignal<bool>) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let room = Memo::new(move |_| square.model.with(|model| model.open_room().map(|room| room.room.clone())));
    let scope = Signal::derive(move || Scope(room.get().map(|room| (Spot::room(room.id), room.name))));
    view! {
        <header class="pane-head">
            <a class="icon-btn only-phone" href="/salas" aria-label=move || t_string!(i18n, rooms.back)><Icon name="arrow-left" /></a>
            {move || room.get().map(|room| {
                let (online, slow) = (room.online, room.interval_global_seconds.max(room.per_user_seconds));
                view! {
                    <svg class="azulejo" data-hue=format::room_hue(room.id) viewBox="0 0 40 40" aria-hidden="true">
                        <use href=format::room_tile(room.id) />
                    </svg>
                    <div class="pane-title"><h2 tabindex="-1">{room.name}</h2><p>{move || format::online(i18n, online)}</p></div>
                    {(slow > 0).then(|| view! {
                        <span class="head-wide">
                            <span class="chip" data-tone="sun"><Icon name="turtle" />{t!(i18n, rooms.slow, seconds = slow)}</span>
                        </span>
                    })}
                }
            })}
            <SearchButton scope />
            <button
                type="button" class="icon-btn only-narrow" aria-expanded=move || if about.get() { "true" } else { "false" } aria-controls="contexto"
                aria-label=move || t_string!(i18n, rooms.about) on:click=move |_| about.update(|about| *about = !*about)
            >
                <Icon name="info" />
            </button>
        </header>
    }
}
