//! Rooms: the list, the conversation, and what there is to know of the room.

mod context;
mod conversation;
mod list;
mod people;
mod pins;
mod room_form;
pub mod silence;

use leptos::prelude::*;
use leptos_i18n::{t, t_string};

use super::inside::second_part;
use super::keys;
use crate::components::{Empty, Shell};
use crate::language::language;
use crate::model::{Family, Spot};
use crate::square::Square;
use silence::{SilenceDialog, Silencing};

/// The page: three panes, of which a phone shows one.
#[component]
pub fn Rooms() -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    provide_context(Silencing::new());
    let slug = second_part();
    let about = RwSignal::new(false);
    let pane = Signal::derive(move || match (slug.get(), about.get()) {
        (None, _) => "list",
        (Some(_), true) => "context",
        (Some(_), false) => "main",
    });
    keys::follow(move |forward, unread| {
        let here = slug.get_untracked();
        let next = square.model.with_untracked(|model| model.neighbour(here.as_deref(), forward, unread));
        next.map(|next| Family::Room.address(&next))
    });
    keys::focus_shown_pane(pane, square);
    // The room of the address opens once the list is there.
    let wanted = Memo::new(move |_| {
        let slug = slug.get()?;
        square.model.with(|model| model.by_slug(&slug).map(|room| room.room.id))
    });
    look_outside_the_list(square, slug);
    Effect::new(move |_| {
        about.set(false);
        square.enter(wanted.get().map(Spot::room));
    });
    let title = move || square.model.with(|model| model.open_room().map(|room| room.room.name.clone()));
    let found =
        Memo::new(move |_| slug.get().is_some_and(|slug| square.model.with(|model| model.by_slug(&slug).is_some())));
    view! {
        <Shell pane layout=Signal::derive(move || (!found.get()).then_some("list"))>
            <h1 class="visually-hidden">{t!(i18n, rooms.title)}</h1>
            <list::RoomList slug />
            <section class="pane-main" class:pane-alone=move || !found.get() aria-label=move || title().unwrap_or_else(|| t_string!(i18n, rooms.conversation).to_owned())>
                <Show when=move || found.get() fallback=move || view! { <NoRoom slug /> }>
                    <conversation::Conversation about />
                </Show>
            </section>
            <Show when=move || found.get()><context::About about /></Show>
            <SilenceDialog />
        </Shell>
    }
}

/// A room that is in no list is looked for, once the list is there.
fn look_outside_the_list(square: Square, slug: Memo<Option<String>>) {
    Effect::new(move |_| {
        let missing = slug.get().filter(|slug| square.model.with(|m| m.rooms.is_some() && m.by_slug(slug).is_none()));
        if let Some(slug) = missing.filter(|slug| square.sought.get_untracked().as_ref() != Some(slug)) {
            square.find_room(slug);
        }
    });
}

/// No room is open: none was chosen, or there is none of that name.
#[component]
fn NoRoom(slug: Memo<Option<String>>) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let state = Memo::new(move |_| (slug.get().is_some(), slug.get() == square.sought.get()));
    move || match state.get() {
        (true, false) => ().into_any(),
        (true, true) => view! {
            <Empty
                drawing="gate" title=Signal::derive(move || t_string!(i18n, rooms.not_found_title).to_owned())
                text=Signal::derive(move || t_string!(i18n, rooms.not_found).to_owned())
            >
                <a class="btn" href="/salas">{t!(i18n, rooms.see_all)}</a>
            </Empty>
        }
        .into_any(),
        (false, _) => view! {
            <Empty
                drawing="bench" title=Signal::derive(move || t_string!(i18n, rooms.choose_title).to_owned())
                text=Signal::derive(move || t_string!(i18n, rooms.choose).to_owned())
            />
        }
        .into_any(),
    }
}
