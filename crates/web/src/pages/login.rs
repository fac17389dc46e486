//! Logging in; signing up is beside it.

mod sign_up;

use gloo_net::http::Method;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{Locale as _, t, t_string};
use leptos_router::components::Redirect;
use praca_api::accounts::{Login as Wish, Session as Answered, Transport};
use wasm_bindgen::JsCast as _;
use web_sys::HtmlTemplateElement;

use super::fetched::expect_square;
use crate::components::{Brand, Icon, LegalLinks, Wave, explain};
use crate::i18n::Locale;
use crate::language::{LANGUAGES, language};
use crate::net::{self, Answer, Trouble};
use crate::session::{Session, Standing};
use sign_up::SignUpForm;

/// Id of the line that says what is wrong.
const ERROR: &str = "acesso-erro";

/// The page. Whoever begins to fill it in wants the rooms next.
#[component]
pub fn Login() -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Session>();
    let creating = RwSignal::new(false);
    let scene = NodeRef::<html::Header>::new();
    Effect::new(move |_| {
        let template =
            document().get_element_by_id("scene").and_then(|node| node.dyn_into::<HtmlTemplateElement>().ok());
        if let (Some(header), Some(template)) = (scene.get(), template) {
            let copy = template.content().clone_node_with_deep(true);
            if let Ok(copy) = copy {
                let _ = header.insert_before(&copy, header.first_child().as_ref());
            }
        }
    });
    view! {
        <Show when=move || matches!(session.standing(), Standing::In(_))><Redirect path="/salas" /></Show>
        <a class="skip" href="#conteudo" rel="external">{t!(i18n, app.skip)}</a>
        <div class="login">
            <header class="login-scene" node_ref=scene>
                <p class="login-line">{t!(i18n, app.line_one)}<br />{t!(i18n, app.line_two)}</p>
            </header>
            <main class="login-form" id="conteudo" tabindex="-1" on:focusin=move |_| expect_square()>
                <div>
                    <div class="login-brand"><Brand /><div><h1>"Praça"</h1><p>{t!(i18n, app.tagline)}</p></div></div>
                    <Tabs creating />
                    <Show when=move || creating.get() fallback=move || view! { <LogInForm creating /> }><SignUpForm /></Show>
                    <Languages />
                </div>
            </main>
            <footer class="legal"><LegalLinks /></footer>
        </div>
    }
}

/// The languages, for who is not known yet.
#[component]
fn Languages() -> impl IntoView {
    let i18n = language();
    let option = |(locale, name): (Locale, &'static str)| {
        let current = move || (i18n.get_locale() == locale).then_some("true");
        view! {
            <button type="button" class="link-btn small" lang=locale.as_str() aria-current=current on:click=move |_| i18n.set_locale(locale)>{name}</button>
        }
    };
    view! { <div class="row login-languages" role="group" aria-label=move || t_string!(i18n, profile.language)>{LANGUAGES.map(option).into_iter().collect_view()}</div> }
}

#[component]
fn Tabs(creating: RwSignal<bool>) -> impl IntoView {
    let i18n = language();
    let selected = move |tab: bool| if creating.get() == tab { "true" } else { "false" };
    let index = move |tab: bool| if creating.get() == tab { "0" } else { "-1" };
    let (first, second) = (NodeRef::<html::Button>::new(), NodeRef::<html::Button>::new());
    let arrows = move |event: leptos::ev::KeyboardEvent| {
        if matches!(event.key().as_str(), "ArrowRight" | "ArrowLeft") {
            creating.update(|creating| *creating = !*creating);
            let tab = if creating.get_untracked() { second.get_untracked() } else { first.get_untracked() };
            if let Some(tab) = tab {
                let _ = tab.focus();
            }
        }
    };
    view! {
        <div class="tabs" role="tablist" aria-label=move || t_string!(i18n, login.tabs) on:keydown=arrows>
            <button
                type="button" class="tab" role="tab" id="aba-entrar" aria-controls="painel-acesso" node_ref=first
                aria-selected=move || selected(false) tabindex=move || index(false) on:click=move |_| creating.set(false)
            >
                {t!(i18n, login.enter)}<Wave />
            </button>
            <button
                type="button" class="tab" role="tab" id="aba-cadastro" aria-controls="painel-acesso" node_ref=second
                aria-selected=move || selected(true) tabindex=move || index(true) on:click=move |_| creating.set(true)
            >
                {t!(i18n, login.create)}<Wave />
            </button>
        </div>
    }
}

/// Sends a form; enters with what comes back, or says what is wrong.
fn submit(
    session: Session,
    busy: RwSignal<bool>,
    error: RwSignal<Option<Trouble>>,
    work: impl Future<Output = Answer<Answered>> + 'static,
) {
    if busy.get_untracked() {
        return;
    }
    busy.set(true);
    error.set(None);
    spawn_local(async move {
        match work.await {
            Ok(answered) => session.enter(answered),
            Err(trouble) => error.set(Some(trouble)),
        }
        busy.set(false);
    });
}

#[component]
fn LogInForm(creating: RwSignal<bool>) -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Session>();
    let (who, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (busy, error) = (RwSignal::new(false), RwSignal::new(None::<Trouble>));
    let owner = Owner::current();
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let wish =
            Wish { login: who.get_untracked(), password: password.get_untracked(), transport: Some(Transport::Cookie) };
        let work = async move { net::send(Method::POST, "/auth/login", None, Some(&wish)).await };
        if let Some(owner) = &owner {
            owner.with(|| submit(session, busy, error, work));
        }
    };
    view! {
        <section id="painel-acesso" role="tabpanel" aria-labelledby="aba-entrar">
            <form class="stack mt-6" novalidate on:submit=send>
                <div class="field">
                    <label for="e-quem">{t!(i18n, login.who)}</label>
                    <input class="input" id="e-quem" autocomplete="username" autocapitalize="none" bind:value=who />
                </div>
                <PasswordField id="e-senha" label=Signal::derive(move || t_string!(i18n, login.password)) value=password autocomplete="current-password" refused=Signal::stored(false) />
                <ErrorLine error />
                <button class="btn btn--primary btn--block" type="submit" aria-busy=move || busy.get().then_some("true")>
                    {t!(i18n, login.submit)}
                </button>
                <p class="small muted center">
                    {t!(i18n, login.first_time)}" "
                    <button type="button" class="link-btn" on:click=move |_| creating.set(true)>{t!(i18n, login.create_link)}</button>
                </p>
            </form>
        </section>
    }
}

#[component]
fn PasswordField(
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

#[component]
fn ErrorLine(error: RwSignal<Option<Trouble>>) -> impl IntoView {
    let i18n = language();
    view! {
        <div class="field" role="alert" id=ERROR>
            {move || error.get().map(|error| view! { <p class="error"><Icon name="circle-alert" /><span>{explain(i18n, &error)}</span></p> })}
        </div>
    }
}
