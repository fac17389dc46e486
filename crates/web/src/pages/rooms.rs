//! Rooms: the list, the conversation, and what there is to know of the room.

mod composer;
mod context;
mod conversation;
mod list;
mod message;
mod square;

use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use leptos_router::hooks::use_params_map;

use crate::components::{Shell, language};
use square::Square;

/// The page: three panes, of which a phone shows one.
#[component]
pub fn Rooms() -> impl IntoView {
    let i18n = language();
    let square = Square::open();
    provide_context(square);
    let slug = Memo::new({
        let params = use_params_map();
        move |_| params.read().get("slug").filter(|slug| !slug.is_empty())
    });
    let about = RwSignal::new(false);
    let pane = Signal::derive(move || match (slug.get(), about.get()) {
        (None, _) => "list",
        (Some(_), true) => "context",
        (Some(_), false) => "main",
    });
    // The room of the address opens once the list is there.
    Effect::new(move |_| {
        let wanted = slug.get();
        about.set(false);
        let id = square.model.with(|model| wanted.and_then(|slug| model.by_slug(&slug).map(|room| room.room.id)));
        square.enter(id);
    });
    let title = move || square.model.with(|model| model.open_room().map(|room| room.room.name.clone()));
    Effect::new(move |_| {
        let shown = title().unwrap_or_else(|| t_string!(i18n, rooms.title).to_owned());
        document().set_title(&format!("{shown} · Praça"));
    });
    let known = move || square.model.with(|model| model.rooms.is_some());
    let found = move || slug.get().is_some_and(|slug| square.model.with(|model| model.by_slug(&slug).is_some()));
    view! {
        <Shell pane layout=None>
            <h1 class="visually-hidden">{t!(i18n, rooms.title)}</h1>
            <list::RoomList slug />
            <section class="pane-main" aria-label=move || title().unwrap_or_default()>
                <Show
                    when=found
                    fallback=move || view! {
                        <div class="empty">
                            <p>{move || if slug.get().is_some() && known() { t_string!(i18n, rooms.not_found) } else { t_string!(i18n, rooms.choose) }}</p>
                        </div>
                    }
                >
                    <conversation::Conversation about />
                </Show>
            </section>
            <context::About about />
        </Shell>
    }
}
