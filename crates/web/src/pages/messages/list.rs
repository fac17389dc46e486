//! The list of conversations of two.

use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use praca_api::dms::{Dm, DmState};

use crate::components::{Avatar, Empty, Icon, ListLoading, MarkRead, UnreadCount, count_pictures};
use crate::format;
use crate::language::language;
use crate::model::Spot;
use crate::pages::finder::SearchButton;
use crate::square::{Scope, Square};

/// The pane.
#[component]
pub fn DmList(handle: Memo<Option<String>>, writing: RwSignal<bool>) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let dms = Memo::new(move |_| square.model.with(|model| model.dms.clone()));
    view! {
        <section class="pane-list" aria-label=move || t_string!(i18n, dms.list)>
            <header class="pane-head">
                <div class="pane-title"><h2 tabindex="-1">{t!(i18n, nav.messages)}</h2></div>
                <SearchButton scope=Signal::stored(Scope::default()) />
                <button
                    type="button" class="icon-btn" aria-label=move || t_string!(i18n, dms.new) title=move || t_string!(i18n, dms.new)
                    aria-haspopup="dialog" on:click=move |_| writing.set(true)
                >
                    <Icon name="square-pen" />
                </button>
            </header>
            <nav class="pane-scroll" aria-label=move || t_string!(i18n, dms.conversations)>
                {move || match dms.get() {
                    Some(dms) => view! { <Found dms handle /> }.into_any(),
                    None => view! { <ListLoading mark="sk--circle" /> }.into_any(),
                }}
            </nav>
        </section>
    }
}

#[component]
fn Found(dms: Vec<Dm>, handle: Memo<Option<String>>) -> impl IntoView {
    let i18n = language();
    if dms.is_empty() {
        return view! {
            <Empty
                drawing="letter" title=Signal::derive(move || t_string!(i18n, dms.empty_title).to_owned())
                text=Signal::derive(move || t_string!(i18n, dms.empty).to_owned())
            />
        }
        .into_any();
    }
    let items = dms.into_iter().map(|dm| view! { <Item dm handle /> }).collect_view();
    view! { <ul class="list">{items}</ul> }.into_any()
}

#[component]
fn Item(dm: Dm, handle: Memo<Option<String>>) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let author = dm.with.author.clone();
    let (user, own_handle) = (author.id, author.handle.clone());
    let current = move || (handle.get().as_deref() == Some(own_handle.as_str())).then_some("true");
    let presence = Signal::derive(move || square.model.with(|model| model.presence_of(user).as_str()));
    let said = move || format::presence_word(i18n, presence.get());
    let at = dm.last_message.as_ref().map(|message| message.created_at);
    let unread = if dm.state == DmState::Blocked { 0 } else { dm.unread };
    let (spot, last, muted) = (Spot::dm(dm.id), dm.last_seq, dm.muted);
    view! {
        <li>
            <a class="list-item" href=format!("/mensagens/{}", author.handle) aria-current=current data-unread=(unread > 0 && !muted).then_some("")>
                <Avatar author=author.clone() presence />
                <span class="li-name">
                    <span>{author.display_name}</span>
                    <span class="visually-hidden">", "{said}</span>
                    {muted.then(|| view! { <Icon name="bell-off" class="icon icon--sm" /><span class="visually-hidden">", "{t!(i18n, dms.muted)}</span> })}
                    {(dm.state == DmState::Blocked).then(|| view! { <Icon name="ban" class="icon icon--sm" /><span class="visually-hidden">", "{t!(i18n, dms.blocked)}</span> })}
                </span>
                <span class="li-time">{move || at.map(|at| format::short(i18n.get_locale(), at))}</span>
                <span class="li-snippet"><Snippet dm=dm.clone() /></span>
                <span class="li-end">
                    <UnreadCount count=unread muted />
                </span>
            </a>
            <MarkRead spot unread last_seq=last />
        </li>
    }
}

/// What was said last, or that somebody asks to talk.
#[component]
fn Snippet(dm: Dm) -> impl IntoView {
    let i18n = language();
    let me = untrack(|| expect_context::<Square>().me());
    let asks = dm.state == DmState::Requested && Some(dm.requested_by) != me;
    let last = dm.last_message.map(|message| {
        let own = message.author.as_ref().map(|author| author.id) == me;
        let (text, pictures) = (praca_api::markup::snippet(&message.body, 80), message.attachments.len());
        (own, message.deleted_at.is_some(), text, pictures)
    });
    let shown = move |(own, deleted, text, pictures): (bool, bool, String, usize)| {
        let text = if text.is_empty() && pictures > 0 { count_pictures(i18n, pictures) } else { text };
        (own, deleted, text)
    };
    move || match last.clone().map(shown) {
        _ if asks => t_string!(i18n, dms.asks).to_owned(),
        None => String::new(),
        Some((_, true, _)) => t_string!(i18n, chat.deleted).to_owned(),
        Some((true, false, text)) => t_string!(i18n, dms.you, text = text),
        Some((false, false, text)) => text,
    }
}
