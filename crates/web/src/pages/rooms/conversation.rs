//! The open room: head, log, typing, composer.

use leptos::html;
use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use praca_api::messages::Message;
use praca_api::{ConversationId, Seq};

use super::composer::{Composer, Draft};
use super::message::GroupView;
use super::square::{Link, Square};
use crate::components::{Icon, language};
use crate::format;
use crate::model::Open;

/// So near the end (in pixels) that new messages keep it in view.
const NEAR_END: i32 = 80;

/// The pane's content.
#[component]
pub fn Conversation(about: RwSignal<bool>) -> impl IntoView {
    let draft = Draft::new();
    view! {
        <Head about />
        <Notice />
        <Log draft />
        <TypingLine />
        <Composer draft />
    }
}

#[component]
fn Head(about: RwSignal<bool>) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let room = Memo::new(move |_| square.model.with(|model| model.open_room().map(|room| room.room.clone())));
    view! {
        <header class="pane-head">
            <a class="icon-btn only-phone" href="/salas" aria-label=move || t_string!(i18n, rooms.back)><Icon name="arrow-left" /></a>
            {move || room.get().map(|room| {
                let (online, slow) = (room.online, room.interval_global_seconds.max(room.per_user_seconds));
                view! {
                    <svg class="azulejo" data-hue=format::room_hue(room.id) viewBox="0 0 40 40" aria-hidden="true">
                        <use href=format::room_tile(room.id) />
                    </svg>
                    <div class="pane-title"><h2>{room.name}</h2><p>{t!(i18n, rooms.online, count = move || online)}</p></div>
                    {(slow > 0).then(|| view! {
                        <span class="head-wide">
                            <span class="chip" data-tone="sun"><Icon name="turtle" />{t!(i18n, rooms.slow, seconds = slow)}</span>
                        </span>
                    })}
                }
            })}
            <button type="button" class="icon-btn only-narrow" aria-label=move || t_string!(i18n, rooms.about) on:click=move |_| about.update(|about| *about = !*about)>
                <Icon name="info" />
            </button>
        </header>
    }
}

/// Calm words on the connection, and on what went wrong last.
#[component]
fn Notice() -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    view! {
        <div role="status">
            {move || match square.link.get() {
                Link::Up => None,
                Link::Lost => Some(t_string!(i18n, link.lost)),
                Link::Restarting => Some(t_string!(i18n, link.restarting)),
            }.map(|text| view! { <p class="calm">{text}</p> })}
        </div>
        <div role="alert">
            {move || square.trouble.get().map(|text| view! {
                <p class="calm">
                    <span>{text}</span>
                    <button type="button" class="icon-btn icon-btn--sm" aria-label=move || t_string!(i18n, chat.cancel) on:click=move |_| square.trouble.set(None)>
                        <Icon name="x" />
                    </button>
                </p>
            })}
        </div>
    }
}

#[component]
fn Log(draft: Draft) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let log = NodeRef::<html::Div>::new();
    let groups = Memo::new(move |_| {
        let me = square.me()?;
        square.model.with(|model| {
            model.open.as_ref().map(|open| open.groups(me, |message: &Message| format::day_key(message.created_at)))
        })
    });
    let room =
        move || square.model.with(|model| model.open_room().map(|room| room.room.name.clone()).unwrap_or_default());
    keep_place(log, square);
    let has_before = move || square.model.with(|model| model.open.as_ref().is_some_and(|open| open.has_before));
    let empty = move || {
        groups.with(|groups| groups.as_ref().is_some_and(Vec::is_empty))
            && square.model.with(|m| m.open.as_ref().is_some_and(|o| o.outbox.is_empty()))
    };
    view! {
        <div
            class="log" role="log" tabindex="0" node_ref=log aria-label=move || t_string!(i18n, chat.log, room = room())
            on:scroll=move |_| if log.get().is_some_and(|log| log.scroll_top() < 200) && has_before() { square.load_older() }
        >
            <ol class="thread">
                <Show when=has_before>
                    <li class="older">
                        <button type="button" class="btn btn--sm btn--quiet" on:click=move |_| square.load_older()>{t!(i18n, chat.older)}</button>
                    </li>
                </Show>
                <Show when=empty><li class="empty"><p>{t!(i18n, rooms.no_messages)}</p></li></Show>
                <For each=move || groups.get().unwrap_or_default() key=|group| group.key.clone() children=move |group| view! { <GroupView group draft /> } />
                <Outbox />
            </ol>
        </div>
    }
}

/// What decides where the log stands.
#[derive(Clone, Copy, PartialEq)]
struct Mark {
    room: ConversationId,
    first: Seq,
    last: Seq,
    outgoing: usize,
}

/// Keeps the end in view while the reader is there, and the reading position when older messages come above.
fn keep_place(log: NodeRef<html::Div>, square: Square) {
    let marks = Memo::new(move |_| {
        square.model.with(|model| {
            let mark = |open: &Open| Mark {
                room: open.id,
                first: open.messages.first().map_or(Seq::ZERO, |message| message.seq),
                last: open.last_seq(),
                outgoing: open.outbox.len(),
            };
            model.open.as_ref().map(mark)
        })
    });
    Effect::new(move |before: Option<(Option<Mark>, i32)>| {
        let now = marks.get();
        let Some(log) = log.get() else { return (now, 0) };
        let (was, was_height) = before.unwrap_or((None, 0));
        let from_end = was_height - log.scroll_top() - log.client_height();
        let other_room = was.map(|mark| mark.room) != now.map(|mark| mark.room);
        let older_came = !other_room && was.map(|mark| mark.first) != now.map(|mark| mark.first);
        request_animation_frame({
            let log = log.clone();
            move || {
                if other_room || (from_end < NEAR_END && !older_came) {
                    log.set_scroll_top(log.scroll_height());
                    square.mark_read();
                } else if older_came {
                    log.set_scroll_top(log.scroll_height() - was_height + log.scroll_top());
                }
            }
        });
        (now, log.scroll_height())
    });
}

/// Messages on their way.
#[component]
fn Outbox() -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let outbox = Memo::new(move |_| {
        square.model.with(|model| model.open.as_ref().map(|open| open.outbox.clone()).unwrap_or_default())
    });
    let row = move |outgoing: crate::model::Outgoing| {
        let (again, away) = (outgoing.nonce.clone(), outgoing.nonce.clone());
        view! {
            <li class="group" data-own="">
                <span></span>
                <div class="group-body">
                    <article class="msg" data-state=if outgoing.failed { "failed" } else { "sending" }>
                        <div class="msg-line">
                            <p class="text">{outgoing.body}</p>
                            <p class="meta">
                                {if outgoing.failed {
                                    view! {
                                        <Icon name="circle-alert" /><span>{t!(i18n, chat.failed)}</span>
                                        <button type="button" class="link-btn link-btn--danger" on:click=move |_| square.retry(again.clone())>{t!(i18n, chat.retry)}</button>
                                        <button type="button" class="link-btn" on:click=move |_| square.discard(&away)>{t!(i18n, chat.discard)}</button>
                                    }.into_any()
                                } else {
                                    view! { <Icon name="loader-circle" /><span class="visually-hidden">{t!(i18n, chat.sending)}</span> }.into_any()
                                }}
                            </p>
                        </div>
                    </article>
                </div>
            </li>
        }
    };
    view! { <For each=move || outbox.get() key=|outgoing| (outgoing.nonce.clone(), outgoing.failed) children=row /> }
}

#[component]
fn TypingLine() -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let now = super::square::seconds();
    let text = move || {
        let names = square.model.with(|model| {
            let open = model.open.as_ref()?;
            let typing = open.typing.iter().filter(|(_, until)| *until > now.get()).map(|(user, _)| *user);
            Some(typing.map(|user| name_of(open, user)).collect::<Vec<_>>())
        })?;
        match names.as_slice() {
            [] => None,
            [Some(name)] => Some(t_string!(i18n, chat.typing_one, name = name.clone())),
            _ => Some(t_string!(i18n, chat.typing_many).to_owned()),
        }
    };
    view! {
        <div class="typing" aria-live="off">
            {move || text().map(|text| view! { <span class="dots" aria-hidden="true"><i></i><i></i><i></i></span><p>{text}</p> })}
        </div>
    }
}

fn name_of(open: &Open, user: praca_api::UserId) -> Option<String> {
    let author =
        open.messages.iter().rev().filter_map(|message| message.author.as_ref()).find(|author| author.id == user);
    author.map(|author| author.display_name.split_whitespace().next().unwrap_or_default().to_owned())
}
