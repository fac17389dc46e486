//! Conversations of two: the list, and the one that is open.

mod contacts;
mod conversation;
mod list;

use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use praca_api::ConversationId;

use super::inside::second_part;
use super::keys;
use crate::components::{Empty, Icon, Shell};
use crate::language::language;
use crate::model::{Family, Spot};
use crate::square::Square;

/// The page: two panes, of which a phone shows one.
#[component]
pub fn Messages() -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let handle = second_part();
    let writing = RwSignal::new(false);
    let pane = Signal::derive(move || if handle.get().is_some() { "main" } else { "list" });
    keys::follow(move |forward, unread| {
        let here = handle.get_untracked();
        let next = square.model.with_untracked(|model| model.neighbour_dm(here.as_deref(), forward, unread));
        next.map(|next| Family::Dm.address(&next))
    });
    keys::focus_shown_pane(pane, square);
    let wanted: Memo<Option<ConversationId>> = Memo::new(move |_| {
        let handle = handle.get()?;
        square.model.with(|model| model.dm_with(&handle).map(|dm| dm.id))
    });
    Effect::new(move |_| square.enter(wanted.get().map(Spot::dm)));
    view! {
        <Shell pane layout=Signal::stored(Some("list"))>
            <h1 class="visually-hidden">{t!(i18n, nav.messages)}</h1>
            <list::DmList handle writing />
            <section class="pane-main" class:pane-alone=move || wanted.get().is_none() aria-label=move || t_string!(i18n, rooms.conversation)>
                <Show when=move || wanted.get().is_some() fallback=move || view! { <NoConversation handle writing /> }>
                    <conversation::Conversation />
                </Show>
            </section>
            <contacts::NewMessage open=writing />
        </Shell>
    }
}

/// No conversation is open: none was chosen, or there is none with that person yet.
#[component]
fn NoConversation(handle: Memo<Option<String>>, writing: RwSignal<bool>) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let loaded = Memo::new(move |_| square.model.with(|model| model.dms.is_some()));
    move || {
        match (loaded.get(), handle.get()) {
        (false, _) => ().into_any(),
        (true, Some(handle)) => view! {
            <Empty
                drawing="letter" title=Signal::derive({ let handle = handle.clone(); move || t_string!(i18n, dms.none_with, handle = handle.clone()) })
                text=Signal::derive(move || t_string!(i18n, dms.none_with_text).to_owned())
            >
                <button type="button" class="btn btn--primary" on:click=move |_| square.card().set(Some(handle.clone()))>
                    <Icon name="user-round" />{t!(i18n, dms.see_profile)}
                </button>
            </Empty>
        }
        .into_any(),
        (true, None) => view! {
            <Empty
                drawing="letter" title=Signal::derive(move || t_string!(i18n, dms.choose_title).to_owned())
                text=Signal::derive(move || t_string!(i18n, dms.choose).to_owned())
            >
                <button type="button" class="btn" on:click=move |_| writing.set(true)><Icon name="square-pen" />{t!(i18n, dms.new)}</button>
            </Empty>
        }
        .into_any(),
    }
    }
}
