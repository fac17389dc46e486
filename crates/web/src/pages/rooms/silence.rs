//! Silencing: a person in a room, or the whole room. Asks for a reason and an end.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use praca_api::ConversationId;
use praca_api::accounts::Author;
use praca_api::rooms::Silence;

use crate::components::{Dialog, FormTrouble, explain};
use crate::format;
use crate::language::language;
use crate::net::Answer;
use crate::square::Square;

/// Who or what is about to be silenced.
#[derive(Clone, Copy)]
pub struct Silencing {
    open: RwSignal<bool>,
    target: RwSignal<Option<(ConversationId, Option<Author>)>>,
    /// Counts what was done, for those who show it.
    pub done: RwSignal<u32>,
}

impl Silencing {
    /// Nobody.
    pub fn new() -> Self {
        Self { open: RwSignal::new(false), target: RwSignal::new(None), done: RwSignal::new(0) }
    }

    /// Asks about a person in a room.
    pub fn ask(self, room: ConversationId, person: &Author) {
        self.target.set(Some((room, Some(person.clone()))));
        self.open.set(true);
    }

    /// Asks about the whole room.
    pub fn ask_room(self, room: ConversationId) {
        self.target.set(Some((room, None)));
        self.open.set(true);
    }

    /// Lets a person, or everybody, write again.
    pub fn lift(self, square: Square, room: ConversationId, person: Option<&Author>) {
        let path = path_of(room, person);
        spawn_local(async move {
            let answer: Answer<serde_json::Value> = square.session.send(Method::DELETE, &path, None::<&()>).await;
            match answer {
                Ok(_) => self.done.update(|done| *done += 1),
                Err(trouble) => square.complain(&trouble),
            }
        });
    }
}

fn path_of(room: ConversationId, person: Option<&Author>) -> String {
    match person {
        Some(person) => format!("/rooms/{room}/silences/{}", person.id),
        None => format!("/rooms/{room}/silence"),
    }
}

/// The question.
#[component]
pub fn SilenceDialog() -> impl IntoView {
    let i18n = language();
    let silencing = expect_context::<Silencing>();
    let title = Signal::derive(move || match silencing.target.get() {
        Some((_, Some(person))) => t_string!(i18n, people.silence_title, name = person.display_name),
        _ => t_string!(i18n, room.silence_title).to_owned(),
    });
    view! { <Dialog open=silencing.open id="silencio-titulo" title><SilenceForm /></Dialog> }
}

#[component]
fn SilenceForm() -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let silencing = expect_context::<Silencing>();
    let (reason, hours) = (RwSignal::new(String::new()), RwSignal::new("24".to_owned()));
    let said = RwSignal::new(String::new());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some((room, person)) = silencing.target.get_untracked() else { return };
        let hours = hours.get_untracked().parse::<i64>().ok();
        let until = hours.and_then(format::in_hours);
        let wish = Silence { reason: reason.get_untracked(), until };
        spawn_local(async move {
            let path = path_of(room, person.as_ref());
            let answer: Answer<serde_json::Value> = square.session.send(Method::PUT, &path, Some(&wish)).await;
            match answer {
                Ok(_) => {
                    silencing.open.set(false);
                    silencing.done.update(|done| *done += 1);
                }
                Err(trouble) => said.set(explain(i18n, &trouble)),
            }
        });
    };
    view! {
        <form class="stack" on:submit=submit>
            <p>{t!(i18n, people.silence_text)}</p>
            <div class="field">
                <label for="silencio-motivo">{t!(i18n, people.reason)}</label>
                <input class="input" id="silencio-motivo" required maxlength="500" bind:value=reason />
            </div>
            <div class="field">
                <label for="silencio-tempo">{t!(i18n, people.how_long)}</label>
                <select class="input" id="silencio-tempo" bind:value=hours>
                    <option value="1">{t!(i18n, people.hour)}</option>
                    <option value="24">{t!(i18n, people.day)}</option>
                    <option value="168">{t!(i18n, people.week)}</option>
                    <option value="">{t!(i18n, people.until_lifted)}</option>
                </select>
            </div>
            <FormTrouble said />
            <div class="dialog-actions">
                <button type="button" class="btn" on:click=move |_| silencing.open.set(false)>{t!(i18n, chat.cancel)}</button>
                <button type="submit" class="btn btn--danger">{t!(i18n, people.silence)}</button>
            </div>
        </form>
    }
}
