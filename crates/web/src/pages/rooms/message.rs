//! Messages of one person, one after the other, and what one may do with them.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use praca_api::messages::Message;

use super::composer::Draft;
use super::square::Square;
use crate::components::{Avatar, Icon, RichText, Wave, language};
use crate::format;
use crate::model::Group;

/// Emoji offered at once.
const QUICK: [&str; 6] = ["👍", "❤️", "😂", "😮", "🎉", "🙏"];

/// A group.
#[component]
pub fn GroupView(group: Group, draft: Draft) -> impl IntoView {
    let i18n = language();
    let first = group.messages.first().map(|message| message.created_at);
    let messages =
        group.messages.into_iter().map(|message| view! { <MessageView message own=group.own draft /> }).collect_view();
    let author = group.author.filter(|_| !group.own);
    view! {
        {group.day.and(first).map(|at| view! {
            <li class="day">
                <Wave /><time datetime=format::day_key(at)>{move || format::long_day(i18n.get_locale(), at)}</time><Wave />
            </li>
        })}
        {group.new_from_here.then(|| view! { <li class="new-mark"><Wave /><span>{t!(i18n, chat.new)}</span><Wave /></li> })}
        <li class="group" data-own=group.own.then_some("")>
            {match author.clone() {
                Some(author) => view! { <Avatar author /> }.into_any(),
                None => view! { <span></span> }.into_any(),
            }}
            <div class="group-body">
                {match author {
                    Some(author) => view! { <p class="author" data-hue=format::person_hue(author.id)>{author.display_name}</p> }.into_any(),
                    None => view! { <span class="visually-hidden">{t!(i18n, chat.you_said)}</span> }.into_any(),
                }}
                {messages}
            </div>
        </li>
    }
}

#[component]
fn MessageView(message: Arc<Message>, own: bool, draft: Draft) -> impl IntoView {
    let i18n = language();
    let at = message.created_at;
    if message.deleted_at.is_some() {
        return view! {
            <article class="msg" data-state="deleted">
                <div class="msg-line">
                    <p><Icon name="trash-2" class="icon icon--sm" />{t!(i18n, chat.deleted)}</p>
                    <p class="meta"><time datetime=at.to_string()>{move || format::hour(i18n.get_locale(), at)}</time></p>
                </div>
            </article>
        }
        .into_any();
    }
    let reply = message.reply_to.clone().map(|reply| {
        let hue = reply.author.as_ref().map(|author| format::person_hue(author.id));
        view! {
            <span class="reply" data-hue=hue><b>{reply.author.map(|author| author.display_name)}</b><span>{reply.snippet}</span></span>
        }
    });
    let anchor = format!("m{}", message.seq);
    view! {
        <article class="msg" id=anchor>
            {reply}
            <div class="msg-line">
                <RichText body=message.body.clone() />
                <p class="meta">
                    <time datetime=at.to_string()>{move || format::hour(i18n.get_locale(), at)}</time>
                    {message.edited_at.map(|_| view! { <span>{t!(i18n, chat.edited)}</span> })}
                    {own.then(|| view! { <Icon name="check" class="icon ticks" /><span class="visually-hidden">{t!(i18n, chat.sent)}</span> })}
                </p>
            </div>
            <Reactions message=message.clone() />
            <Actions message own draft />
        </article>
    }
    .into_any()
}

#[component]
fn Reactions(message: Arc<Message>) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    if message.reactions.is_empty() {
        return ().into_any();
    }
    let me = square.me();
    let (room, id) = (message.conversation_id, message.id);
    let buttons = message.reactions.iter().map(|reaction| {
        let mine = me.is_some_and(|me| reaction.user_ids.contains(&me));
        let (emoji, count) = (reaction.emoji.clone(), reaction.count);
        let label = {
            let emoji = emoji.clone();
            move || t_string!(i18n, chat.reaction_label, emoji = emoji.clone(), count = count)
        };
        let toggle = {
            let emoji = emoji.clone();
            move |_| square.react(room, id, emoji.clone(), !mine)
        };
        view! {
            <button type="button" class="reaction" aria-pressed=if mine { "true" } else { "false" } aria-label=label on:click=toggle>
                <span aria-hidden="true">{emoji}</span>{count}
            </button>
        }
    });
    view! { <div class="reactions">{buttons.collect_view()}</div> }.into_any()
}

#[component]
fn Actions(message: Arc<Message>, own: bool, draft: Draft) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let (room, id) = (message.conversation_id, message.id);
    let menu = format!("menu-{id}");
    let quick = QUICK.map(|emoji| {
        view! {
            <button type="button" aria-label=emoji popovertarget=menu.clone() popovertargetaction="hide" on:click=move |_| square.react(room, id, emoji.to_owned(), true)>
                {emoji}
            </button>
        }
    });
    let (answered, edited, copied) = (message.clone(), message.clone(), message.body.clone());
    view! {
        <div class="msg-actions">
            <button type="button" class="icon-btn icon-btn--sm" aria-label=move || t_string!(i18n, chat.reply) on:click={
                let message = message.clone();
                move |_| draft.reply_to(&message)
            }>
                <Icon name="reply" />
            </button>
            <button type="button" class="icon-btn icon-btn--sm" aria-label=move || t_string!(i18n, chat.more) popovertarget=menu.clone()>
                <Icon name="ellipsis" />
            </button>
        </div>
        <div class="menu" id=menu.clone() popover="auto" role="group" aria-label=move || t_string!(i18n, chat.actions)>
            <div class="emoji-row">{quick.into_iter().collect_view()}</div>
            <button type="button" popovertarget=menu.clone() popovertargetaction="hide" on:click=move |_| draft.reply_to(&answered)>
                <Icon name="reply" />{t!(i18n, chat.reply)}
            </button>
            <button type="button" popovertarget=menu.clone() popovertargetaction="hide" on:click=move |_| copy(&copied)>
                <Icon name="copy" />{t!(i18n, chat.copy)}
            </button>
            {own.then(|| view! {
                <button type="button" popovertarget=menu.clone() popovertargetaction="hide" on:click=move |_| draft.edit(&edited)>
                    <Icon name="square-pen" />{t!(i18n, chat.edit)}
                </button>
                <hr />
                <button type="button" data-tone="danger" popovertarget=menu.clone() popovertargetaction="hide" on:click=move |_| square.delete(room, id)>
                    <Icon name="trash-2" />{t!(i18n, chat.delete)}
                </button>
            })}
        </div>
    }
}

fn copy(text: &str) {
    // A browser that refuses says so itself.
    let _ = window().navigator().clipboard().write_text(text);
}
