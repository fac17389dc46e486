//! What is unread, as a number beside a name, and the way to be done with it.

use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use praca_api::Seq;

use super::Icon;
use crate::language::language;
use crate::model::Spot;
use crate::square::Square;

/// Unread messages; nothing for none.
#[component]
pub fn UnreadCount(count: i64, #[prop(default = false)] muted: bool) -> impl IntoView {
    let i18n = language();
    (count > 0).then(|| {
        view! {
            <span class="count" data-kind=muted.then_some("muted")>
                <span aria-hidden="true">{count}</span>
                <span class="visually-hidden">", "{t!(i18n, rooms.unread, count = move || count)}</span>
            </span>
        }
    })
}

/// Unread mentions; nothing for none.
#[component]
pub fn MentionCount(count: i64) -> impl IntoView {
    let i18n = language();
    (count > 0).then(|| {
        view! {
            <span class="count" data-kind="mention">
                <span aria-hidden="true">"@"{count}</span>
                <span class="visually-hidden">", "{t!(i18n, rooms.mentions, count = move || count)}</span>
            </span>
        }
    })
}

/// Marks a conversation of a list as read; nothing if it is.
#[component]
pub fn MarkRead(spot: Spot, unread: i64, last_seq: Seq) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    (unread > 0).then(|| {
        view! {
            <button
                type="button" class="icon-btn icon-btn--sm li-read" aria-label=move || t_string!(i18n, chat.mark_read)
                title=move || t_string!(i18n, chat.mark_read) on:click=move |_| square.mark_all_read(spot, last_seq)
            >
                <Icon name="check-check" />
            </button>
        }
    })
}
