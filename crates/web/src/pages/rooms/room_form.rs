//! Creating a room and changing one, for who runs the square.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use praca_api::rooms::{NewRoom, Room, UpdateRoom, Visibility};

use crate::components::{Dialog, FormTrouble, explain};
use crate::language::language;
use crate::net::Answer;
use crate::square::Square;

/// What is written in the form.
#[derive(Clone, Copy)]
struct Form {
    name: RwSignal<String>,
    topic: RwSignal<String>,
    unlisted: RwSignal<bool>,
    room_clock: RwSignal<String>,
    user_clock: RwSignal<String>,
}

impl Form {
    fn new(room: Option<Room>) -> Self {
        let clock = |seconds: Option<u32>| RwSignal::new(seconds.unwrap_or_default().to_string());
        Self {
            name: RwSignal::new(room.as_ref().map(|room| room.name.clone()).unwrap_or_default()),
            topic: RwSignal::new(room.as_ref().map(|room| room.topic.clone()).unwrap_or_default()),
            unlisted: RwSignal::new(room.as_ref().is_some_and(|room| room.visibility == Visibility::Unlisted)),
            room_clock: clock(room.as_ref().map(|room| room.interval_global_seconds)),
            user_clock: clock(room.as_ref().map(|room| room.per_user_seconds)),
        }
    }

    fn wish(self) -> NewRoom {
        let seconds = |text: RwSignal<String>| text.get_untracked().trim().parse().unwrap_or_default();
        NewRoom {
            name: self.name.get_untracked(),
            slug: None,
            topic: self.topic.get_untracked(),
            visibility: Some(if self.unlisted.get_untracked() { Visibility::Unlisted } else { Visibility::Public }),
            interval_global_seconds: seconds(self.room_clock),
            per_user_seconds: seconds(self.user_clock),
        }
    }
}

/// The dialog: a new room, or the open one.
#[component]
pub fn RoomDialog(open: RwSignal<bool>, editing: bool) -> impl IntoView {
    let i18n = language();
    let title = Signal::derive(move || {
        if editing { t_string!(i18n, room.edit).to_owned() } else { t_string!(i18n, room.create).to_owned() }
    });
    let id = if editing { "sala-muda-titulo" } else { "sala-nova-titulo" };
    view! { <Dialog open id title><RoomForm open editing /></Dialog> }
}

#[component]
fn RoomForm(open: RwSignal<bool>, editing: bool) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let navigate = use_navigate();
    let known = square.model.with_untracked(|model| model.open_room().map(|room| room.room.clone()));
    let known = known.filter(|_| editing);
    let id = known.as_ref().map(|room| room.id);
    let form = Form::new(known);
    let said = RwSignal::new(String::new());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let wish = form.wish();
        let navigate = navigate.clone();
        spawn_local(async move {
            let answer: Answer<Room> = match id {
                Some(id) => square.session.send(Method::PATCH, &format!("/rooms/{id}"), Some(&change_of(wish))).await,
                None => square.session.send(Method::POST, "/rooms", Some(&wish)).await,
            };
            match answer {
                Ok(room) => {
                    open.set(false);
                    square.load_rooms();
                    if id.is_none() {
                        navigate(&format!("/salas/{}", room.slug), NavigateOptions::default());
                    }
                }
                Err(trouble) => said.set(explain(i18n, &trouble)),
            }
        });
    };
    view! {
        <form class="stack" on:submit=submit>
            <RoomFields form />
            <FormTrouble said />
            <div class="dialog-actions">
                <button type="button" class="btn" on:click=move |_| open.set(false)>{t!(i18n, chat.cancel)}</button>
                <button type="submit" class="btn btn--primary">{if editing { t_string!(i18n, profile.save) } else { t_string!(i18n, room.create) }}</button>
            </div>
        </form>
    }
}

#[component]
fn RoomFields(form: Form) -> impl IntoView {
    let i18n = language();
    view! {
        <div class="field">
            <label for="sala-nome">{t!(i18n, room.name)}</label>
            <input class="input" id="sala-nome" required minlength="2" maxlength="60" bind:value=form.name />
        </div>
        <div class="field">
            <label for="sala-assunto">{t!(i18n, room.topic)}</label>
            <textarea class="input" id="sala-assunto" rows="3" maxlength="280" bind:value=form.topic></textarea>
        </div>
        <div class="field">
            <label for="sala-relogio">{t!(i18n, room.room_clock)}</label>
            <input class="input" id="sala-relogio" type="number" min="0" max="21600" inputmode="numeric" bind:value=form.room_clock />
        </div>
        <div class="field">
            <label for="sala-pessoa">{t!(i18n, room.user_clock)}</label>
            <input class="input" id="sala-pessoa" type="number" min="0" max="21600" inputmode="numeric" bind:value=form.user_clock />
            <p class="hint">{t!(i18n, room.clock_hint)}</p>
        </div>
        <label class="switch">
            <span>{t!(i18n, room.unlisted)}<small>{t!(i18n, room.unlisted_hint)}</small></span>
            <input type="checkbox" role="switch" bind:checked=form.unlisted />
        </label>
    }
}

fn change_of(wish: NewRoom) -> UpdateRoom {
    UpdateRoom {
        name: Some(wish.name),
        topic: Some(wish.topic),
        visibility: wish.visibility,
        interval_global_seconds: Some(wish.interval_global_seconds),
        per_user_seconds: Some(wish.per_user_seconds),
    }
}
