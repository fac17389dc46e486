//! Signing up.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{Locale as _, t, t_string};
use leptos_router::hooks::use_query_map;
use praca_api::ProblemCode;
use praca_api::accounts::{Locale as Spoken, Register, RegistrationMode, RegistrationRules, Transport};
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;

use super::submit;
use crate::components::{ERROR, ErrorLine, Icon, PasswordField, Strength};
use crate::language::language;
use crate::net::{self, Answer, Trouble};
use crate::session::Session;

/// What is written, and which field the server refused, by its id.
#[derive(Clone, Copy)]
struct Form {
    name: RwSignal<String>,
    handle: RwSignal<String>,
    email: RwSignal<String>,
    password: RwSignal<String>,
    birth_date: RwSignal<String>,
    invite: RwSignal<String>,
    /// Whether the rules and the legal notice were read, and are accepted.
    accepts: RwSignal<bool>,
    rules: RwSignal<Option<RegistrationRules>>,
    refused: Memo<Option<&'static str>>,
}

impl Form {
    fn new(error: RwSignal<Option<Trouble>>) -> Self {
        let [name, handle, email, password, birth_date] = [(); 5].map(|()| RwSignal::new(String::new()));
        let invited = use_query_map().with_untracked(|query| query.get("convite"));
        let rules = RwSignal::new(None);
        spawn_local(async move {
            let answer: Answer<RegistrationRules> =
                net::send(Method::GET, "/auth/registration", None, None::<&()>).await;
            // Without an answer the server says what it needs when one registers.
            let _ = rules.try_set(answer.ok());
        });
        let refused = Memo::new(move |_| error.with(|error| error.as_ref().and_then(refused_field)));
        // Where something is wrong, one goes on writing.
        Effect::new(move |_| {
            let field = refused.get().and_then(|id| document().get_element_by_id(id));
            if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
                // A field of the page takes the focus.
                let _ = field.focus();
            }
        });
        Self {
            name,
            handle,
            email,
            password,
            birth_date,
            invite: RwSignal::new(invited.unwrap_or_default()),
            accepts: RwSignal::new(false),
            rules,
            refused,
        }
    }

    fn accepted(self) -> Option<String> {
        let version = self.rules.with_untracked(|rules| rules.as_ref().map(|rules| rules.texts_version.clone()));
        version.filter(|_| self.accepts.get_untracked())
    }

    fn is_closed(self) -> bool {
        self.rules.with(|rules| rules.as_ref().is_some_and(|rules| rules.mode == RegistrationMode::Closed))
    }

    fn is_refused(self, id: &'static str) -> Option<&'static str> {
        (self.refused.get() == Some(id)).then_some("true")
    }

    /// What describes a field: its hint, and what is wrong with it.
    fn described(self, id: &'static str, hint: &'static str) -> String {
        if self.refused.get() == Some(id) { format!("{ERROR} {hint}") } else { hint.to_owned() }
    }
}

/// The field a refusal is about.
fn refused_field(trouble: &Trouble) -> Option<&'static str> {
    let Trouble::Problem(problem) = trouble else { return None };
    match problem.errors.first().map(|error| error.field.as_str()) {
        Some("displayName") => Some("c-nome"),
        Some("handle") => Some("c-apelido"),
        Some("email") => Some("c-mail"),
        Some("password") => Some("c-senha"),
        Some("birthDate") => Some("c-nascimento"),
        Some("invite") => Some("c-convite"),
        _ if problem.is(ProblemCode::AccountsHandleTaken) => Some("c-apelido"),
        _ if problem.is(ProblemCode::AccountsEmailTaken) => Some("c-mail"),
        _ if problem.is(ProblemCode::AccountsPasswordWeak) => Some("c-senha"),
        _ => None,
    }
}

/// The form.
#[component]
pub fn SignUpForm() -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Session>();
    let (busy, error, mailed) = (RwSignal::new(false), RwSignal::new(None::<Trouble>), RwSignal::new(false));
    let form = Form::new(error);
    let owner = Owner::current();
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let [email, handle, name, password] =
            [form.email, form.handle, form.name, form.password].map(|field| field.get_untracked());
        let wish = Register {
            locale: i18n.get_locale_untracked().as_str().parse::<Spoken>().ok(),
            birth_date: Some(form.birth_date.get_untracked()).filter(|date| !date.is_empty()),
            invite: Some(form.invite.get_untracked()).filter(|code| !code.trim().is_empty()),
            // Who accepts nothing here is asked at the door.
            accepted_texts: form.accepted(),
            transport: Some(Transport::Cookie),
            ..Register::new(email, handle, name, password)
        };
        let work = async move { net::send(Method::POST, "/auth/register", None, Some(&wish)).await };
        if let Some(owner) = &owner {
            owner.with(|| submit(session, busy, error, mailed, work));
        }
    };
    view! {
        <section id="painel-acesso" role="tabpanel" aria-labelledby="aba-cadastro">
            <Show when=move || form.is_closed()>
                <div class="notice mt-6"><Icon name="info" /><p>{t!(i18n, login.closed)}</p></div>
            </Show>
            <form class="stack mt-6" novalidate hidden=move || form.is_closed() on:submit=send>
                <Fields form />
                <ErrorLine error />
                <button class="btn btn--primary btn--block" type="submit" aria-busy=move || busy.get().then_some("true")>
                    {t!(i18n, login.register)}
                </button>
                <div role="status">
                    <Show when=move || mailed.get()>
                        <div class="notice" data-tone="positive"><Icon name="mail" /><p>{t!(i18n, login.mailed)}</p></div>
                    </Show>
                </div>
            </form>
        </section>
    }
}

#[component]
fn Fields(form: Form) -> impl IntoView {
    let i18n = language();
    view! {
        <Welcome form />
        <div class="field">
            <label for="c-nome">{t!(i18n, login.name)}</label>
            <input
                class="input" id="c-nome" autocomplete="name" aria-invalid=move || form.is_refused("c-nome")
                aria-describedby=move || form.described("c-nome", "c-nome-dica") bind:value=form.name
            />
            <p class="hint" id="c-nome-dica">{t!(i18n, login.name_hint)}</p>
        </div>
        <div class="field">
            <label for="c-apelido">{t!(i18n, login.handle)}</label>
            <input
                class="input" id="c-apelido" autocomplete="username" autocapitalize="none" aria-invalid=move || form.is_refused("c-apelido")
                aria-describedby=move || form.described("c-apelido", "c-apelido-dica") bind:value=form.handle
            />
            <p class="hint" id="c-apelido-dica">{t!(i18n, login.handle_hint)}</p>
        </div>
        <div class="field">
            <label for="c-mail">{t!(i18n, login.email)}</label>
            <input
                class="input" id="c-mail" type="email" autocomplete="email" aria-invalid=move || form.is_refused("c-mail")
                aria-describedby=move || form.described("c-mail", "") bind:value=form.email
            />
        </div>
        <BirthDate form />
        <PasswordField
            id="c-senha" label=Signal::derive(move || t_string!(i18n, login.new_password)) value=form.password autocomplete="new-password"
            refused=Signal::derive(move || form.is_refused("c-senha").is_some())
        />
        <Strength password=form.password own=Signal::derive(move || [form.name, form.handle, form.email, form.birth_date].map(|field| field.get()).to_vec()) />
        <label class="check">
            <input type="checkbox" bind:checked=form.accepts />
            <span>
                {t!(i18n, login.agreed)}
                <small>
                    <a href="/regras" target="_blank">{t!(i18n, legal.rules)}</a>" · "<a href="/aviso-legal" target="_blank">{t!(i18n, legal.notice)}</a>
                </small>
            </span>
        </label>
    }
}

/// By which invite one may register.
#[component]
fn Welcome(form: Form) -> impl IntoView {
    let i18n = language();
    let mode = move || form.rules.get().map(|rules| rules.mode);
    view! {
        <Show when=move || mode() == Some(RegistrationMode::Invite)>
            <div class="field">
                <label for="c-convite">{t!(i18n, login.invite)}</label>
                <input
                    class="input" id="c-convite" autocapitalize="characters" autocomplete="off" aria-invalid=move || form.is_refused("c-convite")
                    aria-describedby=move || form.described("c-convite", "c-convite-dica") bind:value=form.invite
                />
                <p class="hint" id="c-convite-dica">{t!(i18n, login.invite_hint)}</p>
            </div>
        </Show>
    }
}

/// Where the square has a minimum age.
#[component]
fn BirthDate(form: Form) -> impl IntoView {
    let i18n = language();
    let asks_age = move || form.rules.get().is_some_and(|rules| rules.minimum_age.is_some());
    view! {
        <Show when=asks_age>
            <div class="field">
                <label for="c-nascimento">{t!(i18n, login.birth_date)}</label>
                <input
                    class="input" id="c-nascimento" type="date" autocomplete="bday" aria-invalid=move || form.is_refused("c-nascimento")
                    aria-describedby=move || form.described("c-nascimento", "c-nascimento-dica") bind:value=form.birth_date
                />
                <p class="hint" id="c-nascimento-dica">{t!(i18n, login.birth_date_hint)}</p>
            </div>
        </Show>
    }
}
