//! The open room's messages: a window on a history of any length.

mod place;

use leptos::html;
use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use praca_api::Seq;
use praca_api::dms::DmState;
use praca_api::messages::Message;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use super::composer::Draft;
use super::message::GroupView;
use super::outbox::Outbox;
use crate::components::{Empty, Icon};
use crate::format;
use crate::language::language;
use crate::model::{Goal, Group};
use crate::square::Square;
use place::Place;

/// So near an end of what is shown (in pixels) that more is read.
const NEAR: i32 = 300;

/// The messages, in groups; each group is looked up by its first message.
#[derive(Clone, Copy)]
pub struct Groups(Memo<Option<Vec<Group>>>);

impl Groups {
    fn new(square: Square) -> Self {
        Self(Memo::new(move |_| {
            let me = square.me()?;
            square.model.with(|model| {
                model.open.as_ref().map(|open| open.groups(me, |message: &Message| format::day_key(message.created_at)))
            })
        }))
    }

    /// The group as it is now.
    pub fn messages_of(self, first: Seq) -> Vec<std::sync::Arc<Message>> {
        self.0.with(|groups| {
            let groups = groups.as_deref().unwrap_or_default();
            let at = groups.binary_search_by_key(&first, Group::first).ok();
            at.and_then(|at| groups.get(at)).map(|group| group.messages.clone()).unwrap_or_default()
        })
    }
}

/// The log.
#[component]
pub fn Log(draft: Draft) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let log = NodeRef::<html::Div>::new();
    let groups = Groups::new(square);
    let place = Place::keep(log, square);
    let room = move || square.model.with(|model| model.shown_name().unwrap_or_default());
    let has_before = move || square.model.with(|model| model.open.as_ref().is_some_and(|open| open.has_before));
    let opening = move || square.model.with(|model| model.open.is_none());
    let scrolled = move |_| {
        place.note();
        if place.above() < NEAR {
            square.load_older();
        }
        if place.below() < NEAR {
            square.load_newer();
        }
    };
    view! {
        <div
            class="log" role="log" tabindex="0" node_ref=log aria-label=move || t_string!(i18n, chat.log, room = room())
            aria-busy=move || (opening() || square.is_reading()).then_some("true") on:scroll=scrolled
            on:keydown=move |event| keys(&event, draft, square)
        >
            <ol class="thread">
                <Show when=opening><Skeleton /></Show>
                <Show when=has_before>
                    <li class="older">
                        <button type="button" class="btn btn--sm btn--quiet" on:click=move |_| square.load_older()>{t!(i18n, chat.older)}</button>
                    </li>
                </Show>
                <Silence />
                <For
                    each=move || groups.0.get().unwrap_or_default()
                    key=|group| (group.first(), group.day.clone(), group.new_from_here)
                    children=move |group| view! { <GroupView group groups /> }
                />
                <Outbox />
            </ol>
        </div>
        <ToEnd place />
    }
}

/// Nobody has written yet.
#[component]
fn Silence() -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let empty = move || {
        square.model.with(|m| {
            let blank = m.open.as_ref().is_some_and(|open| open.messages.is_empty()) && m.leaving().next().is_none();
            // Where nobody can write, nobody is asked to.
            blank && m.open_dm().is_none_or(|dm| dm.state != DmState::Blocked)
        })
    };
    view! {
        <Show when=empty>
            <li>
                <Empty
                    drawing="bench" title=Signal::derive(move || t_string!(i18n, chat.empty_title).to_owned())
                    text=Signal::derive(move || t_string!(i18n, chat.empty).to_owned())
                />
            </li>
        </Show>
    }
}

/// The way back to the newest messages, for who is not there.
#[component]
fn ToEnd(place: Place) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    view! {
        <div class="to-end">
            <Show when=move || !place.at_end.get()>
                <button type="button" class="btn btn--sm" on:click=move |_| square.go_to(Goal::End)>
                    <Icon name="arrow-down" />{t!(i18n, chat.to_end)}
                </button>
            </Show>
        </div>
    }
}

#[component]
fn Skeleton() -> impl IntoView {
    let i18n = language();
    let row = || {
        view! {
            <div class="row row--nowrap row--3">
                <span class="sk sk--circle"></span>
                <div class="stack stack--2 grow"><span class="sk sk--w40"></span><span class="sk sk--bubble"></span></div>
            </div>
        }
    };
    view! {
        <li class="stack">
            <p class="visually-hidden" role="status">{t!(i18n, rooms.loading)}</p>
            <div class="stack" aria-hidden="true">{row()}{row()}{row()}{row()}</div>
        </li>
    }
}

/// Arrows move between messages; R answers, E edits one's own, + and the menu key open what else can be done.
fn keys(event: &KeyboardEvent, draft: Draft, square: Square) {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let Some(target) = target.filter(|target| target.matches(".log, .msg").unwrap_or(false)) else { return };
    if event.ctrl_key() || event.alt_key() || event.meta_key() {
        return;
    }
    let on = target.id().strip_prefix('m').and_then(|seq| seq.parse().ok()).map(Seq);
    let message = on.and_then(|seq| {
        square.model.with_untracked(|model| {
            model.open.iter().flat_map(|open| &open.messages).find(|message| message.seq == seq).cloned()
        })
    });
    let own = message.as_ref().is_some_and(|m| m.author.as_ref().map(|author| author.id) == untrack(|| square.me()));
    match (event.key().as_str(), message) {
        ("ArrowUp" | "ArrowDown", _) => step(&target, event.key() == "ArrowDown"),
        ("r" | "R", Some(message)) if message.deleted_at.is_none() => draft.reply_to(&message),
        ("e" | "E", Some(message)) if own && message.deleted_at.is_none() => draft.edit(&message),
        ("+" | "ContextMenu", Some(_)) => open_menu(&target),
        _ => return,
    }
    event.prevent_default();
}

/// Focuses the message before or after; from the log itself, the newest.
fn step(from: &Element, forward: bool) {
    let Ok(Some(log)) = from.closest(".log") else { return };
    let Ok(messages) = log.query_selector_all(".msg[id]") else { return };
    let all = (0..messages.length()).filter_map(|at| messages.get(at)?.dyn_into::<HtmlElement>().ok());
    let all: Vec<HtmlElement> = all.collect();
    let here = all.iter().position(|message| message.id() == from.id());
    let next = match here {
        None => all.len().checked_sub(1),
        Some(here) if forward => Some(here + 1),
        Some(here) => here.checked_sub(1),
    };
    if let Some(message) = next.and_then(|next| all.get(next)) {
        // An element of the page takes the focus.
        let _ = message.focus();
    }
}

/// Opens the menu of a message, as its button does. Afterwards, for a click within a click would be heard by who hears the
/// first.
pub fn open_menu(message: &Element) {
    let button = message.query_selector("[popovertarget]").ok().flatten();
    if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
        request_animation_frame(move || button.click());
    }
}
