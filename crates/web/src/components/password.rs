//! Fields for passwords, and how good one is.

use leptos::prelude::*;
use leptos_i18n::t_string;
use praca_api::password::{Hint, Strength as Found, Weak};

use super::{Icon, explain};
use crate::language::{Language, language};
use crate::net::Trouble;
use crate::pages::weigh;

/// Id of the line that says what is wrong with a form.
pub const ERROR: &str = "acesso-erro";

/// A field whose content can be shown.
#[component]
pub fn PasswordField(
    id: &'static str,
    label: Signal<&'static str>,
    value: RwSignal<String>,
    autocomplete: &'static str,
    /// Whether the server refused it.
    #[prop(into)]
    refused: Signal<bool>,
) -> impl IntoView {
    let i18n = language();
    let shown = RwSignal::new(false);
    view! {
        <div class="field">
            <label for=id>{move || label.get()}</label>
            <div class="input-group">
                <input
                    class="input" id=id type=move || if shown.get() { "text" } else { "password" } autocomplete=autocomplete
                    aria-invalid=move || refused.get().then_some("true") aria-describedby=move || refused.get().then_some(ERROR) bind:value=value
                />
                <button
                    type="button" class="icon-btn" aria-label=move || t_string!(i18n, login.show)
                    aria-pressed=move || if shown.get() { "true" } else { "false" }
                    on:click=move |_| shown.update(|shown| *shown = !*shown)
                >
                    <Icon name="eye" />
                </button>
            </div>
        </div>
    }
}

/// What is wrong with a form.
#[component]
pub fn ErrorLine(error: RwSignal<Option<Trouble>>, #[prop(default = ERROR)] id: &'static str) -> impl IntoView {
    let i18n = language();
    view! {
        <div class="field" role="alert" id=id>
            {move || error.get().map(|error| view! { <p class="error"><Icon name="circle-alert" /><span>{explain(i18n, &error)}</span></p> })}
        </div>
    }
}

/// Why a password is not taken, in plain words.
pub fn explain_weak(i18n: Language, code: &str) -> &'static str {
    match code {
        "short" => t_string!(i18n, password.short),
        "long" => t_string!(i18n, password.long),
        "own" => t_string!(i18n, password.own),
        "common" => t_string!(i18n, password.common),
        _ => t_string!(i18n, password.guessable),
    }
}

/// What makes it easier to guess, in plain words.
fn explain_hint(i18n: Language, hint: Hint) -> &'static str {
    match hint {
        Hint::Own => t_string!(i18n, password.hint_own),
        Hint::Common => t_string!(i18n, password.hint_common),
        Hint::Keys => t_string!(i18n, password.hint_keys),
        Hint::Repeats => t_string!(i18n, password.hint_repeats),
        Hint::Rows => t_string!(i18n, password.hint_rows),
        Hint::Dates => t_string!(i18n, password.hint_dates),
        Hint::Names => t_string!(i18n, password.hint_names),
        Hint::Word => t_string!(i18n, password.hint_word),
        Hint::Disguise => t_string!(i18n, password.hint_disguise),
    }
}

/// How good a password is, in a bar and in words. What tells it is fetched when somebody begins to write one.
#[component]
pub fn Strength(
    password: RwSignal<String>,
    /// What is known of the person, which no password should be made of.
    #[prop(into)]
    own: Signal<Vec<String>>,
) -> impl IntoView {
    let i18n = language();
    let weighed = RwSignal::new(None::<Result<Found, Weak>>);
    Effect::new(move |_| {
        let (text, own) = (password.get(), own.get());
        if text.is_empty() {
            weighed.set(None);
            return;
        }
        weigh(text.clone(), own, move |found| {
            // It may be another by now, or the page gone.
            if password.try_get_untracked().is_some_and(|now| now == text) {
                weighed.try_set(Some(found));
            }
        });
    });
    let level = move || match weighed.get() {
        None => 0,
        Some(Err(_)) => 1,
        Some(Ok(found)) => found.level,
    };
    let words = move || match weighed.get() {
        None => t_string!(i18n, login.new_password_hint),
        Some(Err(weak)) => explain_weak(i18n, weak.code()),
        Some(Ok(Found { level: 2, .. })) => t_string!(i18n, login.strength_fair),
        Some(Ok(Found { level: 3, .. })) => t_string!(i18n, login.strength_good),
        Some(Ok(_)) => t_string!(i18n, login.strength_great),
    };
    let hint = move || match weighed.get() {
        Some(Err(Weak::Guessable(hint))) => hint,
        Some(Ok(found)) => found.hint,
        _ => None,
    };
    view! {
        <div class="strength">
            <meter
                min="0" max="4" low="2" high="3" optimum="4" aria-label=move || t_string!(i18n, login.strength)
                value=move || level().to_string()
            ></meter>
            <p>{words}{move || hint().map(|hint| format!(" {}", explain_hint(i18n, hint)))}</p>
        </div>
    }
}
