//! The open room: head, log, typing, composer.

use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use praca_api::UserId;

use super::composer::{Composer, Draft};
use super::log::Log;
use super::menu::{Menu, MessageMenu};
use super::square::{Link, Square, seconds};
use crate::components::Icon;
use crate::format;
use crate::language::language;
use crate::model::Open;

/// The pane's content.
#[component]
pub fn Conversation(about: RwSignal<bool>) -> impl IntoView {
    let draft = Draft::new();
    provide_context(Menu::new(draft));
    view! {
        <Head about />
        <Notice />
        <Log draft />
        <TypingLine />
        <Composer draft />
        <MessageMenu />
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
                    <div class="pane-title"><h2 tabindex="-1">{room.name}</h2><p>{move || format::online(i18n, online)}</p></div>
                    {(slow > 0).then(|| view! {
                        <span class="head-wide">
                            <span class="chip" data-tone="sun"><Icon name="turtle" />{t!(i18n, rooms.slow, seconds = slow)}</span>
                        </span>
                    })}
                }
            })}
            <button
                type="button" class="icon-btn only-narrow" aria-expanded=move || if about.get() { "true" } else { "false" } aria-controls="contexto"
                aria-label=move || t_string!(i18n, rooms.about) on:click=move |_| about.update(|about| *about = !*about)
            >
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
            <Show when=move || square.stale.get()>
                <p class="calm">
                    <span>{t!(i18n, link.stale)}</span>
                    // A page that cannot reload is on its way out.
                    <button type="button" class="link-btn" on:click=move |_| drop(window().location().reload())>{t!(i18n, link.reload)}</button>
                </p>
            </Show>
        </div>
        <div role="alert">
            {move || square.trouble.get().map(|text| view! {
                <p class="calm">
                    <span>{text}</span>
                    <button type="button" class="icon-btn icon-btn--sm" aria-label=move || t_string!(i18n, app.dismiss) on:click=move |_| square.trouble.set(None)>
                        <Icon name="x" />
                    </button>
                </p>
            })}
        </div>
    }
}

#[component]
fn TypingLine() -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let now = seconds();
    let names = Memo::new(move |_| {
        square.model.with(|model| {
            let open = model.open.as_ref()?;
            let typing = open.typing.iter().filter(|(_, until)| *until > now.get()).map(|(user, _)| *user);
            Some(typing.map(|user| name_of(open, user)).collect::<Vec<_>>())
        })
    });
    let text = move || match names.get().unwrap_or_default().as_slice() {
        [] => None,
        [Some(name)] => Some(t_string!(i18n, chat.typing_one, name = name.clone())),
        [None] => Some(t_string!(i18n, chat.typing_somebody).to_owned()),
        _ => Some(t_string!(i18n, chat.typing_many).to_owned()),
    };
    view! {
        <div class="typing" aria-live="off">
            {move || text().map(|text| view! { <span class="dots" aria-hidden="true"><i></i><i></i><i></i></span><p>{text}</p> })}
        </div>
    }
}

fn name_of(open: &Open, user: UserId) -> Option<String> {
    let author =
        open.messages.iter().rev().filter_map(|message| message.author.as_ref()).find(|author| author.id == user);
    author.map(|author| format::first_name(&author.display_name))
}
