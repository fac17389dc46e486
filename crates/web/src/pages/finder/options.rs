//! The list of what was found.

use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use praca_api::search::{ConversationKind, SearchHit};
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;

use super::found::{Item, Looking};
use crate::components::{Avatar, Icon, MentionCount, UnreadCount, bring_into_view};
use crate::format;
use crate::language::language;

/// Id of the list.
pub const LIST: &str = "achados";

/// Characters before the first word that was found, and in all.
const BEFORE: usize = 40;
const SHOWN: usize = 180;

/// The list, in groups.
#[component]
pub fn Options(choose: Callback<Item>) -> impl IntoView {
    let looking = expect_context::<Looking>();
    let i18n = language();
    let of = move |wanted: fn(&Item) -> bool| {
        let all = looking.items.get().into_iter().enumerate();
        all.filter(|(_, item)| wanted(item)).collect::<Vec<_>>()
    };
    let group = move |id: &'static str, title: String, items: Vec<(usize, Item)>| {
        (!items.is_empty()).then(|| {
            view! {
                <ul role="group" aria-labelledby=id>
                    <li role="presentation" class="finder-group" id=id>{title}</li>
                    {items.into_iter().map(|(at, item)| view! { <Choice at item choose /> }).collect_view()}
                </ul>
            }
        })
    };
    view! {
        <div class="finder-list" id=LIST role="listbox" aria-label=move || t_string!(i18n, find.found) aria-busy=move || looking.busy.get().then_some("true")>
            {move || group("achados-salas", t_string!(i18n, find.rooms).to_owned(), of(|item| matches!(item, Item::Room(_))))}
            {move || group("achados-pessoas", t_string!(i18n, find.people).to_owned(), of(|item| matches!(item, Item::Person(_))))}
            {move || group("achados-mensagens", t_string!(i18n, find.messages).to_owned(), of(|item| matches!(item, Item::Message(_) | Item::More)))}
        </div>
    }
}

/// Brings a choice into view.
pub fn show(at: usize) {
    if let Some(element) = document().get_element_by_id(&format!("{LIST}-{at}")) {
        bring_into_view(&element);
    }
}

#[component]
fn Choice(at: usize, item: Item, choose: Callback<Item>) -> impl IntoView {
    let looking = expect_context::<Looking>();
    let i18n = language();
    let pressed = item.clone();
    let press = move |_| match pressed.clone() {
        Item::More => {
            looking.find_more();
            focus_field();
        }
        item => choose.run(item),
    };
    let content = match item {
        Item::Room(room) => view! {
            <svg class="azulejo" data-hue=format::room_hue(room.room.id) viewBox="0 0 40 40" aria-hidden="true"><use href=format::room_tile(room.room.id) /></svg>
            <span class="grow">{room.room.name.clone()}</span>
            <MentionCount count=room.mentions />
            <UnreadCount count=room.unread muted=room.muted />
        }
        .into_any(),
        Item::Person(person) => view! {
            <Avatar author=person.author.clone() presence=person.presence.as_str() />
            <span class="grow">{person.author.display_name}<small>"@"{person.author.handle}</small></span>
        }
        .into_any(),
        Item::Message(hit) => view! { <Hit hit=(*hit).clone() /> }.into_any(),
        Item::More => view! { <Icon name="arrow-down" /><span class="grow">{t!(i18n, find.more)}</span> }.into_any(),
    };
    view! {
        <li
            role="option" id=format!("{LIST}-{at}") class="finder-option"
            aria-selected=move || if looking.chosen.get() == at { "true" } else { "false" }
            on:click=press on:pointermove=move |_| if looking.chosen.get_untracked() != at { looking.chosen.set(at) }
        >
            {content}
        </li>
    }
}

/// A message: who, where, when, and the words that were looked for.
#[component]
fn Hit(hit: SearchHit) -> impl IntoView {
    let i18n = language();
    let (at, place) = (hit.message.created_at, hit.conversation);
    let name = hit.message.author.as_ref().map(|author| author.display_name.clone()).unwrap_or_default();
    let within = match place.kind {
        ConversationKind::Room => t_string!(i18n, find.within_room, name = place.name),
        ConversationKind::Dm | ConversationKind::Deal => t_string!(i18n, find.within_dm, name = place.name),
    };
    let words = excerpt(&hit.message.body, &hit.highlights)
        .into_iter()
        .map(|(text, marked)| if marked { view! { <mark>{text}</mark> }.into_any() } else { text.into_any() });
    view! {
        {hit.message.author.map(|author| view! { <Avatar author /> })}
        <span class="grow">
            <span class="finder-hit"><b>{name}</b><small>{within}</small><small>{move || format::short(i18n.get_locale(), at)}</small></span>
            <span class="finder-words">{words.collect_view()}</span>
        </span>
    }
}

/// The part of a text round its first marked word, in pieces that are marked or not.
fn excerpt(body: &str, marks: &[[u32; 2]]) -> Vec<(String, bool)> {
    let first = marks.first().map_or(0, |mark| mark[0] as usize);
    let from = first.saturating_sub(BEFORE);
    let mut pieces: Vec<(String, bool)> = Vec::new();
    let mut add = |c: char, marked: bool| match pieces.last_mut().filter(|(_, before)| *before == marked) {
        Some((text, _)) => text.push(c),
        None => pieces.push((c.to_string(), marked)),
    };
    if from > 0 {
        add('…', false);
    }
    for (at, c) in body.chars().enumerate().skip(from).take(SHOWN) {
        let marked = marks.iter().any(|mark| (mark[0] as usize..mark[1] as usize).contains(&at));
        add(if c.is_control() { ' ' } else { c }, marked);
    }
    if from + SHOWN < body.chars().count() {
        add('…', false);
    }
    pieces
}

/// What was pressed may go; the words stay where one writes.
fn focus_field() {
    let field = document().query_selector(".finder-input").ok().flatten();
    if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
        // A field of the page takes the focus.
        let _ = field.focus();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_stands_round_the_first_word_that_was_found() {
        let piece = |text: &str, marked| (text.to_owned(), marked);
        assert_eq!(
            excerpt("pão de queijo", &[[0, 3], [7, 13]]),
            [piece("pão", true), piece(" de ", false), piece("queijo", true)]
        );
        assert_eq!(excerpt("sem nada", &[]), [piece("sem nada", false)]);
        assert_eq!(excerpt("um\ndois", &[[3, 7]]), [piece("um ", false), piece("dois", true)]);
        let long = format!("{}fim{}", "a".repeat(100), "b".repeat(300));
        let shown = excerpt(&long, &[[100, 103]]);
        assert_eq!(shown[0], piece(&format!("…{}", "a".repeat(40)), false));
        assert_eq!(shown[1], piece("fim", true));
        assert_eq!(shown[2], piece(&format!("{}…", "b".repeat(137)), false));
    }

    #[test]
    fn marks_that_reach_beyond_a_text_do_no_harm() {
        assert_eq!(excerpt("oi", &[[1, 900]]), [("o".to_owned(), false), ("i".to_owned(), true)]);
        assert_eq!(excerpt("oi", &[[70, 90]]), [("…".to_owned(), false)]);
    }
}
