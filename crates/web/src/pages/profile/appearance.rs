//! Theme, space between messages, language.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{Locale as _, t, t_string};
use praca_api::accounts::{Locale as Spoken, UpdateMe, User};

use crate::components::{Icon, set_theme};
use crate::i18n::Locale;
use crate::language::{LANGUAGES, language};
use crate::net::Answer;
use crate::session::Session;
use crate::store;

/// The section.
#[component]
pub fn AppearanceSetting() -> impl IntoView {
    let i18n = language();
    view! {
        <section class="setting" id="aparencia">
            <h2>{t!(i18n, profile.appearance)}</h2>
            <p>{t!(i18n, profile.appearance_text)}</p>
            <div class="form-grid">
                <ThemeChoice />
                <DensityChoice />
                <LanguageChoice />
            </div>
        </section>
    }
}

#[component]
fn LanguageChoice() -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Session>();
    let choose = move |locale: Locale| {
        i18n.set_locale(locale);
        let change = UpdateMe { locale: locale.as_str().parse::<Spoken>().ok(), ..UpdateMe::default() };
        spawn_local(async move {
            // The page speaks it already; the account follows when it can.
            let answer: Answer<User> = session.send(Method::PATCH, "/me", Some(&change)).await;
            if let Ok(user) = answer {
                session.set_user(user);
            }
        });
    };
    let options = LANGUAGES.map(|(locale, name)| {
        view! {
            <label lang=locale.as_str()>
                <input type="radio" name="idioma" prop:checked=move || i18n.get_locale() == locale on:change=move |_| choose(locale) />
                {name}
            </label>
        }
    });
    view! {
        <fieldset class="field">
            <legend>{t!(i18n, profile.language)}</legend>
            <div class="seg">{options.into_iter().collect_view()}</div>
        </fieldset>
    }
}

#[component]
fn ThemeChoice() -> impl IntoView {
    let i18n = language();
    let chosen = RwSignal::new(store::read("praca.theme").unwrap_or_else(|| "system".to_owned()));
    let option = move |theme: &'static str, icon: &'static str, label: Signal<&'static str>| {
        let choose = move |_| {
            chosen.set(theme.to_owned());
            set_theme(theme);
        };
        view! {
            <label>
                <input type="radio" name="tema" prop:checked=move || chosen.get() == theme on:change=choose />
                <Icon name=icon class="icon icon--sm" />{move || label.get()}
            </label>
        }
    };
    view! {
        <fieldset class="field">
            <legend>{t!(i18n, profile.theme)}</legend>
            <div class="seg">
                {option("system", "sun-moon", Signal::derive(move || t_string!(i18n, profile.system)))}
                {option("light", "sun", Signal::derive(move || t_string!(i18n, profile.light)))}
                {option("dark", "moon", Signal::derive(move || t_string!(i18n, profile.dark)))}
            </div>
        </fieldset>
    }
}

/// How a page says that it is compact.
const COMPACT: &str = "compact";

#[component]
fn DensityChoice() -> impl IntoView {
    let i18n = language();
    let compact = RwSignal::new(store::read("praca.density").as_deref() == Some(COMPACT));
    let choose = move |wanted: bool| {
        compact.set(wanted);
        let Some(root) = document().document_element() else { return };
        // The attribute is always allowed.
        if wanted {
            let _ = root.set_attribute("data-density", COMPACT);
            store::write("praca.density", COMPACT);
        } else {
            let _ = root.remove_attribute("data-density");
            store::forget("praca.density");
        }
    };
    let option = move |wanted: bool, label: Signal<&'static str>| {
        view! { <label><input type="radio" name="densidade" prop:checked=move || compact.get() == wanted on:change=move |_| choose(wanted) />{move || label.get()}</label> }
    };
    view! {
        <fieldset class="field">
            <legend>{t!(i18n, profile.density)}</legend>
            <div class="seg">
                {option(false, Signal::derive(move || t_string!(i18n, profile.airy)))}
                {option(true, Signal::derive(move || t_string!(i18n, profile.compact)))}
            </div>
        </fieldset>
    }
}
