//! What there is to know of the open room, and what may be done with it.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use praca_api::rooms::{Room, RoomForMe, UpdateMembership};
use serde_json::Value;

use super::people::People;
use super::room_form::RoomDialog;
use super::silence::Silencing;
use crate::components::{Dialog, Icon};
use crate::language::language;
use crate::net::Answer;
use crate::square::Square;

/// The pane.
#[component]
pub fn About(about: RwSignal<bool>) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let room = Memo::new(move |_| square.model.with(|model| model.open_room().map(|room| room.room.clone())));
    view! {
        <section class="pane-context" id="contexto" aria-label=move || t_string!(i18n, rooms.about)>
            <div class="pane-head">
                <button type="button" class="icon-btn only-phone" aria-label=move || t_string!(i18n, rooms.close) on:click=move |_| about.set(false)>
                    <Icon name="arrow-left" />
                </button>
                <div class="pane-title"><h2 tabindex="-1">{t!(i18n, rooms.about)}</h2></div>
                <button type="button" class="icon-btn only-narrow not-phone" aria-label=move || t_string!(i18n, rooms.close) on:click=move |_| about.set(false)>
                    <Icon name="x" />
                </button>
            </div>
            <div class="pane-scroll" tabindex="0" role="group" aria-label=move || t_string!(i18n, rooms.details)>
                <Show when=move || room.with(Option::is_some)>
                    {move || room.get().map(|room| view! { <Facts room /> })}
                    <People />
                    <Mine />
                    <Show when=move || square.runs_the_square()><Keeping /></Show>
                </Show>
            </div>
        </section>
    }
}

#[component]
fn Facts(room: Room) -> impl IntoView {
    let i18n = language();
    let clock = move |seconds: u32, text: String| (seconds > 0).then(|| view! { <li>{text}</li> });
    view! {
        {(!room.topic.is_empty()).then(|| view! { <section class="panel"><p class="small">{room.topic}</p></section> })}
        {room.silence.map(|silence| view! {
            <section class="panel"><h3>{t!(i18n, rooms.silenced)}</h3><p class="small">{silence.reason}</p></section>
        })}
        <section class="panel">
            <h3>{t!(i18n, rooms.rules)}</h3>
            <ul class="rules">
                {clock(room.interval_global_seconds, t_string!(i18n, rooms.slow_global, seconds = room.interval_global_seconds))}
                {clock(room.per_user_seconds, t_string!(i18n, rooms.slow_user, seconds = room.per_user_seconds))}
                {(room.interval_global_seconds + room.per_user_seconds == 0).then(|| view! { <li>{t!(i18n, rooms.no_slow)}</li> })}
                <li><span><a href="/regras">{t!(i18n, legal.rules)}</a></span></li>
            </ul>
        </section>
    }
}

/// What a member decides for themselves.
#[component]
fn Mine() -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let navigate = use_navigate();
    let state = Memo::new(move |_| {
        square.model.with(|model| {
            let room = model.open_room()?;
            room.me.as_ref().map(|_| (room.room.id, room.muted))
        })
    });
    let mute = move |_| {
        let Some((id, muted)) = state.get_untracked() else { return };
        spawn_local(async move {
            let (path, wish) = (format!("/rooms/{id}/membership"), UpdateMembership { muted: !muted });
            let answer: Answer<RoomForMe> = square.session.send(Method::PATCH, &path, Some(&wish)).await;
            match answer {
                Ok(room) => square.model.update(|model| model.note_room(room)),
                Err(trouble) => square.complain(&trouble),
            }
        });
    };
    let leave = move |_| {
        let Some((id, _)) = state.get_untracked() else { return };
        let navigate = navigate.clone();
        spawn_local(async move {
            let path = format!("/rooms/{id}/membership");
            // Out of the room first: whoever stays in it counts as coming back.
            navigate("/salas", NavigateOptions::default());
            let answer: Answer<Value> = square.session.send(Method::DELETE, &path, None::<&()>).await;
            match answer {
                Ok(_) => square.load_rooms(),
                Err(trouble) => square.complain(&trouble),
            }
        });
    };
    view! {
        <Show when=move || state.get().is_some()>
            <section class="panel">
                <label class="switch">
                    <span>{t!(i18n, room.mute)}<small>{t!(i18n, room.mute_hint)}</small></span>
                    <input type="checkbox" role="switch" prop:checked=move || state.get().is_some_and(|(_, muted)| muted) on:change=mute />
                </label>
                <button type="button" class="btn btn--sm" on:click=leave.clone()><Icon name="log-out" />{t!(i18n, room.leave)}</button>
            </section>
        </Show>
    }
}

/// What who runs the square may do with the room.
#[component]
fn Keeping() -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let silencing = expect_context::<Silencing>();
    let (editing, archiving) = (RwSignal::new(false), RwSignal::new(false));
    let room = Memo::new(move |_| {
        square.model.with(|model| model.open_room().map(|room| (room.room.id, room.room.silence.is_some())))
    });
    let silenced = move || room.get().is_some_and(|(_, silenced)| silenced);
    let silence = move |_| match room.get_untracked() {
        Some((id, true)) => silencing.lift(square, id, None),
        Some((id, false)) => silencing.ask_room(id),
        None => {}
    };
    view! {
        <section class="panel">
            <h3>{t!(i18n, room.keep)}</h3>
            <div class="stack stack--2">
                <button type="button" class="btn btn--sm" on:click=move |_| editing.set(true)><Icon name="sliders-horizontal" />{t!(i18n, room.edit)}</button>
                <button type="button" class="btn btn--sm" on:click=silence>
                    <Icon name="volume-x" />
                    {move || if silenced() { t_string!(i18n, room.lift) } else { t_string!(i18n, room.silence) }}
                </button>
                <button type="button" class="btn btn--sm btn--danger-quiet" on:click=move |_| archiving.set(true)>
                    <Icon name="trash-2" />{t!(i18n, room.archive)}
                </button>
            </div>
        </section>
        <RoomDialog open=editing editing=true />
        <Dialog open=archiving id="arquivar-titulo" title=Signal::derive(move || t_string!(i18n, room.archive_title).to_owned())>
            <ArchiveQuestion open=archiving />
        </Dialog>
    }
}

#[component]
fn ArchiveQuestion(open: RwSignal<bool>) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let navigate = use_navigate();
    let archive = move |_| {
        open.set(false);
        let id = square.model.with_untracked(|model| model.open.as_ref().map(|open| open.id));
        let (Some(id), navigate) = (id, navigate.clone()) else { return };
        spawn_local(async move {
            let answer: Answer<Value> = square.session.send(Method::DELETE, &format!("/rooms/{id}"), None::<&()>).await;
            match answer {
                Ok(_) => {
                    square.model.update(|model| model.forget_room(id));
                    navigate("/salas", NavigateOptions::default());
                }
                Err(trouble) => square.complain(&trouble),
            }
        });
    };
    view! {
        <p>{t!(i18n, room.archive_text)}</p>
        <div class="dialog-actions">
            <button type="button" class="btn" on:click=move |_| open.set(false)>{t!(i18n, chat.cancel)}</button>
            <button type="button" class="btn btn--danger" on:click=archive>{t!(i18n, room.archive)}</button>
        </div>
    }
}
