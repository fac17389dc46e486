//! Logging in; signing up is beside it.

mod recover;
mod sign_up;

use std::pin::Pin;

use gloo_net::http::Method;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{Locale as _, t, t_string};
use leptos_router::components::Redirect;
use leptos_router::hooks::use_query_map;
use praca_api::ProblemCode;
use praca_api::accounts::{Login as Wish, Session as Answered, Transport};
use praca_api::factors::PasskeyLogin;
use wasm_bindgen::JsCast as _;
use web_sys::{HtmlElement, HtmlTemplateElement};

use super::fetched::expect_square;
use crate::bindings::knows_passkeys;
use crate::components::{Brand, ErrorLine, Icon, LegalLinks, PasswordField, Wave, ask_for_passkey};
use crate::i18n::Locale;
use crate::language::{LANGUAGES, language};
use crate::net::{self, Answer, Trouble};
use crate::session::{Session, Standing};
use recover::RecoverForm;
use sign_up::SignUpForm;

/// The page. Whoever begins to fill it in wants the rooms next.
#[component]
pub fn Login() -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Session>();
    let open = RwSignal::new(Tab::of_address());
    let inside = if open.get_untracked() == Tab::Recover { "/perfil#senha".to_owned() } else { way_on() };
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
        // A mail may have led somebody here who wants another password and is logged in.
        <Show when=move || matches!(session.standing(), Standing::In(_))><Redirect path=inside.clone() /></Show>
        <a class="skip" href="#conteudo" rel="external">{t!(i18n, app.skip)}</a>
        <div class="login">
            <header class="login-scene" node_ref=scene>
                <p class="login-line">{t!(i18n, app.line_one)}<br />{t!(i18n, app.line_two)}</p>
            </header>
            <main class="login-form" id="conteudo" tabindex="-1" on:focusin=move |_| expect_square()>
                <div>
                    <div class="login-brand"><Brand /><div><h1>"Praça"</h1><p>{t!(i18n, app.tagline)}</p></div></div>
                    <Tabs open />
                    {move || match open.get() {
                        Tab::Enter => view! { <LogInForm open /> }.into_any(),
                        Tab::Create => view! { <SignUpForm /> }.into_any(),
                        Tab::Recover => view! { <RecoverForm /> }.into_any(),
                    }}
                    <Languages />
                </div>
            </main>
            <footer class="legal"><LegalLinks /></footer>
        </div>
    }
}

/// Carries where somebody wanted to go past the log-in.
const ON: &str = "depois";
/// Where one goes without having been led here.
const ROOMS: &str = "/salas";

/// The address of the log-in, for who goes on to the present page from there.
pub fn on_the_way_here() -> String {
    let location = window().location();
    let parts = [location.pathname(), location.search(), location.hash()];
    let page: String = parts.into_iter().filter_map(Result::ok).collect();
    if page == ROOMS {
        return "/entrar".to_owned();
    }
    format!("/entrar?{ON}={}", js_sys::encode_uri_component(&page))
}

/// Where whoever logs in goes on: to a page of ours, wherever else a link would lead.
fn way_on() -> String {
    let wanted = use_query_map().with_untracked(|query| query.get(ON));
    let is_ours = |page: &String| page.starts_with('/') && !page.starts_with("//") && !page.contains('\\');
    wanted.filter(is_ours).unwrap_or_else(|| ROOMS.to_owned())
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

/// The forms, each behind its tab.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tab {
    Enter,
    Create,
    Recover,
}

impl Tab {
    const ALL: [Self; 3] = [Self::Enter, Self::Create, Self::Recover];

    /// The one an address ends with.
    fn of_address() -> Self {
        match window().location().hash().as_deref() {
            Ok("#cadastro") => Self::Create,
            Ok("#senha") => Self::Recover,
            _ => Self::Enter,
        }
    }

    const fn id(self) -> &'static str {
        match self {
            Self::Enter => "aba-entrar",
            Self::Create => "aba-cadastro",
            Self::Recover => "aba-senha",
        }
    }

    /// The one so many places further on.
    fn beside(self, steps: usize) -> Self {
        let at = Self::ALL.iter().position(|tab| *tab == self).unwrap_or_default();
        Self::ALL[(at + steps) % Self::ALL.len()]
    }
}

#[component]
fn Tabs(open: RwSignal<Tab>) -> impl IntoView {
    let i18n = language();
    let arrows = move |event: leptos::ev::KeyboardEvent| {
        let steps = match event.key().as_str() {
            "ArrowRight" => 1,
            "ArrowLeft" => Tab::ALL.len() - 1,
            _ => return,
        };
        open.update(|open| *open = open.beside(steps));
        let tab = document().get_element_by_id(open.get_untracked().id());
        if let Some(tab) = tab.and_then(|tab| tab.dyn_into::<HtmlElement>().ok()) {
            // A tab of the page takes the focus.
            let _ = tab.focus();
        }
    };
    let tab = move |tab: Tab| {
        let label = move || match tab {
            Tab::Enter => t_string!(i18n, login.enter),
            Tab::Create => t_string!(i18n, login.create),
            Tab::Recover => t_string!(i18n, login.forgot),
        };
        view! {
            <button
                type="button" class="tab" role="tab" id=tab.id() aria-controls="painel-acesso"
                aria-selected=move || if open.get() == tab { "true" } else { "false" }
                tabindex=move || if open.get() == tab { "0" } else { "-1" } on:click=move |_| open.set(tab)
            >
                {label}<Wave />
            </button>
        }
    };
    view! {
        <div class="tabs" role="tablist" aria-label=move || t_string!(i18n, login.tabs) on:keydown=arrows>{Tab::ALL.map(tab).into_iter().collect_view()}</div>
    }
}

/// Sends a form; enters with what comes back, or says what is wrong. Where nothing comes back, a mail does.
fn submit(
    session: Session,
    busy: RwSignal<bool>,
    error: RwSignal<Option<Trouble>>,
    mailed: RwSignal<bool>,
    work: impl Future<Output = Answer<Option<Answered>>> + 'static,
) {
    if busy.get_untracked() {
        return;
    }
    busy.set(true);
    error.set(None);
    spawn_local(async move {
        match work.await {
            Ok(Some(answered)) => session.enter(answered),
            Ok(None) => mailed.set(true),
            Err(trouble) => error.set(Some(trouble)),
        }
        busy.set(false);
    });
}

/// Logs in by a password; `asked` turns true once a code is asked for, too.
async fn by_password(wish: Wish, asked: RwSignal<bool>) -> Answer<Option<Answered>> {
    let answer = net::send(Method::POST, "/auth/login", None, Some(&wish)).await;
    if answer.as_ref().is_err_and(|trouble| trouble.is(ProblemCode::AuthSecondFactorRequired)) {
        // The page may be gone by now.
        let _ = asked.try_set(true);
    }
    answer
}

/// Logs in by a passkey; nothing comes back if the person closes the browser's own dialog.
async fn by_passkey() -> Answer<Option<Answered>> {
    let Some(proof) = ask_for_passkey().await else { return Ok(None) };
    let wish = PasskeyLogin { proof: proof?, transport: Some(Transport::Cookie) };
    net::send(Method::POST, "/auth/passkey", None, Some(&wish)).await
}

#[component]
fn LogInForm(open: RwSignal<Tab>) -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Session>();
    let (who, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (busy, error) = (RwSignal::new(false), RwSignal::new(None::<Trouble>));
    let (asked, code) = (RwSignal::new(false), RwSignal::new(String::new()));
    let owner = StoredValue::new(Owner::current());
    let enter = move |work: Pin<Box<dyn Future<Output = Answer<Option<Answered>>>>>| {
        if let Some(owner) = owner.get_value() {
            owner.with(|| submit(session, busy, error, RwSignal::new(false), work));
        }
    };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let wish = Wish {
            login: who.get_untracked(),
            password: password.get_untracked(),
            transport: Some(Transport::Cookie),
            totp: asked.get_untracked().then(|| code.get_untracked()),
        };
        enter(Box::pin(by_password(wish, asked)));
    };
    view! {
        <section id="painel-acesso" role="tabpanel" aria-labelledby="aba-entrar">
            <form class="stack mt-6" novalidate on:submit=send>
                <div class="field">
                    <label for="e-quem">{t!(i18n, login.who)}</label>
                    <input class="input" id="e-quem" autocomplete="username" autocapitalize="none" bind:value=who />
                </div>
                <PasswordField id="e-senha" label=Signal::derive(move || t_string!(i18n, login.password)) value=password autocomplete="current-password" refused=Signal::stored(false) />
                <Show when=move || asked.get()><CodeField code /></Show>
                <ErrorLine error />
                <p><button type="button" class="link-btn" on:click=move |_| open.set(Tab::Recover)>{t!(i18n, login.forgot)}</button></p>
                <button class="btn btn--primary btn--block" type="submit" aria-busy=move || busy.get().then_some("true")>
                    {t!(i18n, login.submit)}
                </button>
                <Show when=knows_passkeys><PasskeyButton asked enter=Callback::new(move |()| enter(Box::pin(by_passkey()))) /></Show>
                <p class="small muted center">
                    {t!(i18n, login.first_time)}" "
                    <button type="button" class="link-btn" on:click=move |_| open.set(Tab::Create)>{t!(i18n, login.create_link)}</button>
                </p>
            </form>
        </section>
    }
}

/// Logs in by a passkey. It proves both what one has and who one is: it stands for the code as well as for the password.
#[component]
fn PasskeyButton(asked: RwSignal<bool>, enter: Callback<()>) -> impl IntoView {
    let i18n = language();
    let label = move || {
        if asked.get() { t_string!(i18n, factors.instead_of_code) } else { t_string!(i18n, factors.enter_by_passkey) }
    };
    view! { <button class="btn btn--block" type="button" on:click=move |_| enter.run(())><Icon name="shield-check" />{label}</button> }
}

/// The second factor; the field takes the focus when it comes.
#[component]
fn CodeField(code: RwSignal<String>) -> impl IntoView {
    let i18n = language();
    let field = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            // A field of the page takes the focus.
            let _ = field.focus();
        }
    });
    view! {
        <div class="field">
            <label for="e-codigo">{t!(i18n, factors.ask)}</label>
            <input
                class="input" id="e-codigo" node_ref=field autocomplete="one-time-code" autocapitalize="none" spellcheck="false"
                aria-describedby="e-codigo-dica" bind:value=code
            />
            <p class="hint" id="e-codigo-dica">{t!(i18n, factors.ask_hint)}</p>
        </div>
    }
}
