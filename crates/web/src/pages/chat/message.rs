//! Messages of one person, one after the other.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use praca_api::Seq;
use praca_api::dms::DmState;
use praca_api::messages::{Message, ReplyTo};
use wasm_bindgen::JsCast as _;
use web_sys::Element;

use super::attachments::Attachments;
use super::log::{Groups, open_menu};
use super::menu::{MENU, Menu};
use crate::components::{Avatar, Icon, RichText, Wave, count_pictures};
use crate::format;
use crate::language::language;
use crate::model::{Family, Goal, Group};
use crate::pages::card::Name;
use crate::square::Square;

/// A group: what stands at its head stays, its messages change one by one.
#[component]
pub fn GroupView(group: Group, groups: Groups) -> impl IntoView {
    let i18n = language();
    let first = group.first();
    let at = group.messages.first().map(|message| message.created_at);
    let own = group.own;
    let author = group.author.filter(|_| !own);
    let square = expect_context::<Square>();
    let unfolded = RwSignal::new(false);
    let written_by = author.as_ref().map(|author| author.id);
    let in_room =
        move || square.model.with(|model| model.open.as_ref().is_some_and(|open| open.family == Family::Room));
    let blocked = Memo::new(move |_| in_room() && written_by.is_some_and(|user| square.model.with(|m| m.blocks(user))));
    // Who blocks somebody sees that they said something, and what only when they ask.
    let folded = move || blocked.get() && !unfolded.get();
    view! {
        {group.day.and(at).map(|at| view! {
            <li class="day">
                <Wave /><time datetime=format::day_key(at)>{move || format::long_day(i18n, at)}</time><Wave />
            </li>
        })}
        {group.new_from_here.then(|| view! { <li class="new-mark"><Wave /><span>{t!(i18n, chat.new)}</span><Wave /></li> })}
        <li class="group" data-own=own.then_some("")>
            {match author.clone() {
                Some(author) => view! { <Avatar author /> }.into_any(),
                None => view! { <span></span> }.into_any(),
            }}
            <div class="group-body">
                {match author {
                    Some(author) => view! { <p class="author" data-hue=format::person_hue(author.id)><Name author=author.clone() /></p> }.into_any(),
                    None => view! { <span class="visually-hidden">{t!(i18n, chat.you_said)}</span> }.into_any(),
                }}
                <Show when=folded>
                    <p class="small muted">
                        {t!(i18n, chat.from_blocked)}" "
                        <button type="button" class="link-btn small" on:click=move |_| unfolded.set(true)>{t!(i18n, chat.show)}</button>
                    </p>
                </Show>
                <For each=move || if folded() { Vec::new() } else { groups.messages_of(first) } key=|message| (message.id, message.rev, message.pinned_at, message.reply_to.as_ref().is_some_and(|reply| reply.snippet.is_empty() && reply.pictures == 0)) children=move |message| view! { <MessageView message own /> } />
            </div>
        </li>
    }
}

#[component]
fn MessageView(message: Arc<Message>, own: bool) -> impl IntoView {
    let i18n = language();
    let at = message.created_at;
    let anchor = format!("m{}", message.seq);
    if message.deleted_at.is_some() {
        return view! {
            <article class="msg" id=anchor tabindex="-1" data-state="deleted">
                <div class="msg-line">
                    <p><Icon name="trash-2" class="icon icon--sm" />{t!(i18n, chat.deleted)}</p>
                    <p class="meta"><time datetime=at.to_string()>{move || format::hour(i18n.get_locale(), at)}</time></p>
                </div>
            </article>
        }
        .into_any();
    }
    let menu = expect_context::<Menu>();
    let square = expect_context::<Square>();
    let (id, seq) = (message.id, message.seq);
    let me = untrack(|| square.me());
    let meant = !own && (message.here.is_some() || message.mentions.iter().any(|mention| Some(mention.user_id) == me));
    let show = Callback::new(move |handle: String| square.card().set(Some(handle)));
    view! {
        <article
            class="msg" id=anchor tabindex="-1" class:is-active=move || menu.is_open_for(id) on:click=tapped
            data-mention=meant.then_some("")
        >
            {message.pinned_at.map(|_| view! { <p class="pin-mark"><Icon name="pin" class="icon icon--sm" />{t!(i18n, pins.pinned)}</p> })}
            {message.reply_to.clone().map(|reply| view! { <Answered reply /> })}
            {(!message.attachments.is_empty()).then(|| view! { <Attachments message=message.clone() /> })}
            <div class="msg-line">
                <RichText body=message.body.clone() mentions=message.mentions.clone() here=message.here me show />
                <p class="meta">
                    <time datetime=at.to_string()>{move || format::hour(i18n.get_locale(), at)}</time>
                    {message.edited_at.map(|_| view! { <span>{t!(i18n, chat.edited)}</span> })}
                    {own.then(|| view! { <Ticks seq /> })}
                </p>
            </div>
            <Reactions message=message.clone() />
            <Actions message />
        </article>
    }
    .into_any()
}

/// How far one's own message has come: sent, and between two people delivered and read.
#[component]
fn Ticks(seq: Seq) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let peer = Memo::new(move |_| {
        square.model.with(|model| {
            let dm = model.open_dm().filter(|dm| dm.state == DmState::Open)?;
            Some((dm.peer.delivered_seq >= seq, dm.peer.read_seq >= seq))
        })
    });
    move || match peer.get() {
        Some((_, true)) => {
            view! { <Icon name="check-check" class="icon ticks ticks--read" /><span>{t!(i18n, chat.read)}</span> }
                .into_any()
        }
        Some((true, false)) => {
            view! { <Icon name="check-check" class="icon ticks" /><span>{t!(i18n, chat.delivered)}</span> }.into_any()
        }
        _ => {
            view! { <Icon name="check" class="icon ticks" /><span class="visually-hidden">{t!(i18n, chat.sent)}</span> }
                .into_any()
        }
    }
}

/// A tap where there is no pointer that hovers opens the menu; links and buttons are for themselves.
fn tapped(event: leptos::ev::MouseEvent) {
    let touch = window().match_media("(hover: none)").ok().flatten().is_some_and(|query| query.matches());
    let element = |target: Option<web_sys::EventTarget>| target.and_then(|target| target.dyn_into::<Element>().ok());
    let on_control = element(event.target()).is_some_and(|target| matches!(target.closest("a, button"), Ok(Some(_))));
    if let Some(message) = element(event.current_target()).filter(|_| touch && !on_control) {
        open_menu(&message);
    }
}

/// What a message answers; it leads there.
#[component]
fn Answered(reply: ReplyTo) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let seq = reply.seq;
    let hue = reply.author.as_ref().map(|author| format::person_hue(author.id));
    let written_by = reply.author.as_ref().map(|author| author.id);
    let hidden = Memo::new(move |_| written_by.is_some_and(|user| square.model.with(|model| model.blocks(user))));
    let (snippet, pictures) = (reply.snippet, reply.pictures);
    let go = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        square.go_to(Goal::Message(seq));
    };
    view! {
        <a class="reply" data-hue=hue href=format!("#m{seq}") rel="external" on:click=go>
            <b>{reply.author.map(|author| author.display_name)}</b>
            <span>
                {move || match (hidden.get(), snippet.is_empty()) {
                    (true, _) => t_string!(i18n, chat.from_blocked).to_owned(),
                    (false, true) if pictures > 0 => count_pictures(i18n, pictures),
                    (false, true) => t_string!(i18n, chat.deleted).to_owned(),
                    (false, false) => snippet.clone(),
                }}
            </span>
        </a>
    }
}

#[component]
fn Reactions(message: Arc<Message>) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    if message.reactions.is_empty() {
        return ().into_any();
    }
    let me = untrack(|| square.me());
    let id = message.id;
    let buttons = message.reactions.iter().map(|reaction| {
        let mine = me.is_some_and(|me| reaction.user_ids.contains(&me));
        let (emoji, count) = (reaction.emoji.clone(), reaction.count);
        let label = {
            let emoji = emoji.clone();
            move || t_string!(i18n, chat.reaction_label, emoji = emoji.clone(), count = count)
        };
        let toggle = {
            let emoji = emoji.clone();
            move |_| square.react(id, emoji.clone(), !mine)
        };
        view! {
            <button type="button" class="reaction" aria-pressed=if mine { "true" } else { "false" } aria-label=label on:click=toggle>
                <span aria-hidden="true">{emoji}</span>{count}
            </button>
        }
    });
    view! { <div class="reactions">{buttons.collect_view()}</div> }.into_any()
}

/// What is at hand beside a message; the menu is the same for all of them.
#[component]
fn Actions(message: Arc<Message>) -> impl IntoView {
    let i18n = language();
    let menu = expect_context::<Menu>();
    let (answered, opened) = (message.clone(), message);
    view! {
        <div class="msg-actions">
            <button type="button" class="icon-btn icon-btn--sm" aria-label=move || t_string!(i18n, chat.reply) on:click=move |_| menu.draft.reply_to(&answered)>
                <Icon name="reply" />
            </button>
            <button
                type="button" class="icon-btn icon-btn--sm" popovertarget=MENU aria-label=move || t_string!(i18n, chat.more)
                on:click=move |_| menu.choose(&opened)
            >
                <Icon name="ellipsis" />
            </button>
        </div>
    }
}
