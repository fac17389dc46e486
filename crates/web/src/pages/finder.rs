//! Ctrl+K: rooms, people and messages, found from anywhere and opened in their place.

mod found;
mod narrowing;
mod options;

use leptos::html;
use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use web_sys::KeyboardEvent;

use crate::components::{Dialog, Icon};
use crate::language::language;
use crate::model::Family;
use crate::square::{Scope, Square};
use found::{Found, Item, Looking};
use narrowing::Narrowing;
use options::{LIST, Options};

/// The way to the finder.
#[component]
pub fn SearchButton(scope: Signal<Scope>) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let name = move || match scope.get() {
        Scope(None) => t_string!(i18n, find.open),
        Scope(Some((spot, _))) if spot.family == Family::Room => t_string!(i18n, find.in_room),
        Scope(Some(_)) => t_string!(i18n, find.in_dm),
    };
    view! {
        <button
            type="button" class="icon-btn" aria-haspopup="dialog" aria-keyshortcuts="Control+K" aria-label=name title=name
            on:click=move |_| square.look(scope.get_untracked())
        >
            <Icon name="search" />
        </button>
    }
}

/// The dialog.
#[component]
pub fn Finder() -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        if square.finder().with(Option::is_some) {
            open.set(true);
        }
    });
    Effect::new(move |_| {
        if !open.get() {
            square.finder().set(None);
        }
    });
    view! {
        <Dialog open id="buscar-titulo" title=Signal::derive(move || t_string!(i18n, find.open).to_owned()) class="dialog finder">
            <Inside open />
        </Dialog>
    }
}

#[component]
fn Inside(open: RwSignal<bool>) -> impl IntoView {
    let square = expect_context::<Square>();
    let scope = RwSignal::new(square.finder().get_untracked().unwrap_or_default());
    provide_context(Looking::begin(scope));
    let choose = chooser(open);
    view! {
        <Field choose open />
        <Narrowing />
        <Options choose />
        <Said />
    }
}

/// Opens what was chosen.
fn chooser(open: RwSignal<bool>) -> Callback<Item> {
    let square = expect_context::<Square>();
    let navigate = use_navigate();
    Callback::new(move |item: Item| {
        let way = match item {
            Item::Room(room) => Some(Family::Room.address(&room.room.slug)),
            Item::Person(person) => {
                let handle = person.author.handle;
                let talks = square.model.with_untracked(|model| model.dm_with(&handle).is_some());
                if !talks {
                    square.card().set(Some(handle.clone()));
                }
                talks.then(|| Family::Dm.address(&handle))
            }
            Item::Message(hit) => square.way_to(&hit),
            // That one is done where the list is.
            Item::More => return,
        };
        open.set(false);
        if let Some(way) = way {
            navigate(&way, NavigateOptions::default());
        }
    })
}

/// Where the words are written; the arrows choose meanwhile.
#[component]
fn Field(choose: Callback<Item>, open: RwSignal<bool>) -> impl IntoView {
    let looking = expect_context::<Looking>();
    let i18n = language();
    let field = NodeRef::<html::Input>::new();
    let keys = move |event: KeyboardEvent| match event.key().as_str() {
        key @ ("ArrowDown" | "ArrowUp") => {
            event.prevent_default();
            looking.step(key == "ArrowDown");
            options::show(looking.chosen.get_untracked());
        }
        "Backspace" if looking.words.with_untracked(String::is_empty) => looking.scope.set(Scope::default()),
        _ => {}
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        match looking.chosen_item() {
            Some(Item::More) => looking.find_more(),
            Some(item) => choose.run(item),
            None => {}
        }
    };
    let hint = move || match looking.scope.get() {
        Scope(None) => t_string!(i18n, find.hint),
        Scope(Some(_)) => t_string!(i18n, find.hint_within),
    };
    let active = move || Some(looking.chosen.get()).filter(|_| looking.any()).map(|at| format!("{LIST}-{at}"));
    view! {
        <form class="finder-field" role="search" on:submit=submit>
            <Icon name="search" />
            <Within field />
            <input
                class="finder-input" type="text" inputmode="search" node_ref=field autofocus autocomplete="off" spellcheck="false" enterkeyhint="search" maxlength="3000"
                role="combobox" aria-expanded=move || if looking.any() { "true" } else { "false" } aria-controls=LIST aria-autocomplete="list"
                aria-activedescendant=active aria-label=hint placeholder=hint prop:value=move || looking.words.get()
                on:input=move |event| looking.words.set(event_target_value(&event)) on:keydown=keys
            />
            <button
                type="button" class="icon-btn" aria-label=move || t_string!(i18n, find.narrow) title=move || t_string!(i18n, find.narrow)
                aria-expanded=move || if looking.narrowing.get() { "true" } else { "false" } on:click=move |_| looking.toggle_narrowing()
            >
                <Icon name="sliders-horizontal" />
            </button>
            <button type="button" class="icon-btn only-phone" aria-label=move || t_string!(i18n, card.close) on:click=move |_| open.set(false)><Icon name="x" /></button>
        </form>
    }
}

/// The conversation that is looked in, and the way to look everywhere.
#[component]
fn Within(field: NodeRef<html::Input>) -> impl IntoView {
    let i18n = language();
    let looking = expect_context::<Looking>();
    let widen = move |_| {
        looking.scope.set(Scope::default());
        if let Some(field) = field.get_untracked() {
            // A field of the page takes the focus.
            let _ = field.focus();
        }
    };
    move || {
        looking.scope.get().0.map(|(_, name)| {
            view! {
                <span class="chip">
                    {name}
                    <button type="button" class="chip-btn" aria-label=move || t_string!(i18n, find.everywhere) on:click=widen><Icon name="x" class="icon icon--sm" /></button>
                </span>
            }
        })
    }
}

/// How much was found, for those who do not see it, and why there is nothing.
#[component]
fn Said() -> impl IntoView {
    let looking = expect_context::<Looking>();
    let i18n = language();
    let said = move || {
        let found = looking.found.get();
        match (found.trouble.clone(), looking.count()) {
            (Some(trouble), _) => trouble,
            (None, _) if found.asked.is_none() => String::new(),
            (None, 0) => t_string!(i18n, find.nothing).to_owned(),
            (None, 1) => t_string!(i18n, find.one).to_owned(),
            (None, count) => t_string!(i18n, find.many, count = count),
        }
    };
    let empty = move || looking.found.with(Found::has_nothing) && looking.count() == 0;
    view! {
        <p class:visually-hidden=move || !empty() class="finder-said" role="status">{said}</p>
        <p class="finder-keys" aria-hidden="true"><kbd>"↑"</kbd><kbd>"↓"</kbd>{t!(i18n, find.to_choose)}<kbd>"Enter"</kbd>{t!(i18n, find.to_open)}<kbd>"Esc"</kbd>{t!(i18n, find.to_close)}</p>
    }
}
