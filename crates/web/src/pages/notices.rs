//! What the person was told: a page of all of it, and what has just come, on every page.

mod news;

use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use praca_api::notifications::{Notification, ReadNotifications};

use crate::components::{Avatar, Empty, Icon, Shell};
use crate::format;
use crate::language::language;
use crate::square::Square;
use crate::told;

pub use news::News;

/// The page.
#[component]
pub fn Notices() -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    // No conversation is open here.
    square.enter(None);
    let items = Memo::new(move |_| square.model.with(|model| model.notifications.items.clone()));
    let unread = Memo::new(move |_| square.model.with(|model| model.notifications.unread > 0));
    let more = Memo::new(move |_| square.model.with(|model| model.notifications.next.is_some()));
    let newest = move || items.with_untracked(|items| items.first().map(|newest| newest.id));
    view! {
        <Shell pane="main" layout=Signal::stored(Some("single"))>
            <section class="pane-main">
                <div class="pane-scroll">
                    <div class="page page--narrow">
                        <header class="page-head">
                            <div><h1>{t!(i18n, notices.title)}</h1></div>
                            <Show when=move || unread.get()>
                                <button type="button" class="btn btn--sm" on:click=move |_| square.mark_notifications_read(ReadNotifications { up_to: newest(), only: None })>
                                    <Icon name="check-check" />{t!(i18n, notices.mark_all)}
                                </button>
                            </Show>
                            <a class="icon-btn" href="/perfil#avisos" aria-label=move || t_string!(i18n, notices.settings) title=move || t_string!(i18n, notices.settings)>
                                <Icon name="sliders-horizontal" />
                            </a>
                        </header>
                        <Show when=move || items.with(Vec::is_empty)>
                            <Empty
                                drawing="bench" title=Signal::derive(move || t_string!(i18n, notices.empty_title).to_owned())
                                text=Signal::derive(move || t_string!(i18n, notices.empty).to_owned())
                            />
                        </Show>
                        <ul class="list notices">
                            <For each=move || items.get() key=|item| (item.id, item.read_at) children=move |item| view! { <Row item /> } />
                        </ul>
                        <Show when=move || more.get()>
                            <p class="notices-more"><button type="button" class="btn btn--sm" on:click=move |_| square.load_more_notifications()>{t!(i18n, notices.more)}</button></p>
                        </Show>
                    </div>
                </div>
            </section>
        </Shell>
    }
}

/// One of them: who, what and when; it leads to where it happened.
#[component]
fn Row(item: Notification) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let at = item.created_at;
    let (id, unread) = (item.id, item.read_at.is_none());
    let way = told::way(&item);
    let words = {
        let item = item.clone();
        move || told::headline(i18n, &item)
    };
    let text = {
        let item = item.clone();
        move || told::detail(i18n, &item)
    };
    let icon = told::icon(item.code);
    let content = view! {
        <span class="notice-mark">
            {match item.params.author {
                Some(author) => view! { <Avatar author /><span class="notice-kind"><Icon name=icon class="icon icon--sm" /></span> }.into_any(),
                None => view! { <span class="notice-icon"><Icon name=icon /></span> }.into_any(),
            }}
        </span>
        <span class="li-name"><span>{words}</span>{unread.then(|| view! { <span class="visually-hidden">", "{t!(i18n, notices.unread)}</span> })}</span>
        <span class="li-time">{move || format::short(i18n.get_locale(), at)}</span>
        <span class="li-snippet">{text}</span>
        <span class="li-end">{unread.then(|| view! { <span class="notice-dot" aria-hidden="true"></span> })}</span>
    };
    let unread = unread.then_some("");
    // What is about messages is read with them.
    let alone = item.target.seq.is_none();
    let read = move |_| {
        if alone && unread.is_some() {
            square.mark_notifications_read(ReadNotifications { up_to: None, only: Some(id) });
        }
    };
    let entry = if let Some(way) = way {
        view! { <a class="list-item" href=way data-unread=unread on:click=read>{content}</a> }.into_any()
    } else {
        view! { <button type="button" class="list-item" data-unread=unread on:click=read>{content}</button> }.into_any()
    };
    view! { <li>{entry}</li> }
}
