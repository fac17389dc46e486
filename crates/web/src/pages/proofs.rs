//! Where links of mails lead: proving an address, choosing a new password.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use leptos_router::hooks::use_query_map;
use praca_api::accounts::{ResetPassword, VerifyEmail};

use super::states::Alone;
use crate::components::{Brand, Empty, ErrorLine, PasswordField, Strength, explain};
use crate::language::language;
use crate::net::{self, Answer, Trouble};

/// What a link carries. The address forgets it, so that nobody who looks at the screen or its history has it.
fn take_token() -> String {
    let token = use_query_map().with_untracked(|query| query.get("token")).unwrap_or_default();
    if let (Ok(history), Ok(path)) = (window().history(), window().location().pathname()) {
        // A page that cannot forget it has it for as long as it is good.
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&path));
    }
    token
}

/// Proving an address. It asks first: whoever opens a link of a mail, or has it opened by a program that looks for viruses, need
/// not know the account that named their address.
#[component]
pub fn Confirm() -> impl IntoView {
    let i18n = language();
    let token = StoredValue::new(take_token());
    let (busy, done) = (RwSignal::new(false), RwSignal::new(None::<Answer<()>>));
    let confirm = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let wish = VerifyEmail { token: token.get_value() };
        spawn_local(async move {
            let answer = net::send(Method::POST, "/auth/email/verify", None, Some(&wish)).await;
            // The page may be gone by now.
            let _ = done.try_set(Some(answer));
            let _ = busy.try_set(false);
        });
    };
    let title = move || match done.get() {
        None => t_string!(i18n, proofs.ask),
        Some(Ok(())) => t_string!(i18n, proofs.confirmed),
        Some(Err(_)) => t_string!(i18n, proofs.not_confirmed),
    };
    let text = move || match done.get() {
        None => t_string!(i18n, proofs.ask_text).to_owned(),
        Some(Ok(())) => t_string!(i18n, proofs.confirmed_text).to_owned(),
        Some(Err(trouble)) => explain(i18n, &trouble),
    };
    view! {
        <Alone>
            <h1 class="visually-hidden">{title}</h1>
            <Empty drawing="letter" title=Signal::derive(move || title().to_owned()) text=Signal::derive(text)>
                <Show
                    when=move || done.with(Option::is_some)
                    fallback=move || view! {
                        <button type="button" class="btn btn--primary" aria-busy=move || busy.get().then_some("true") on:click=confirm>{t!(i18n, proofs.confirm)}</button>
                    }
                >
                    <a class="btn btn--primary" href="/salas">{t!(i18n, proofs.enter)}</a>
                </Show>
            </Empty>
        </Alone>
    }
}

/// Choosing a new password.
#[component]
pub fn NewPassword() -> impl IntoView {
    let i18n = language();
    let token = StoredValue::new(take_token());
    let password = RwSignal::new(String::new());
    let (busy, error, done) = (RwSignal::new(false), RwSignal::new(None::<Trouble>), RwSignal::new(false));
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let wish = ResetPassword { token: token.get_value(), password: password.get_untracked() };
        spawn_local(async move {
            let answer: Answer<()> = net::send(Method::POST, "/auth/password/reset", None, Some(&wish)).await;
            // The page may be gone by now.
            let _ = done.try_set(answer.is_ok());
            let _ = error.try_set(answer.err());
            let _ = busy.try_set(false);
        });
    };
    let refused = Signal::derive(move || error.with(Option::is_some));
    // What was said was of another password.
    Effect::new(move |_| {
        password.track();
        error.set(None);
    });
    view! {
        <Alone>
            <div class="alone-form stack">
                <div class="login-brand"><Brand /><div><h1>{t!(i18n, proofs.new_password)}</h1></div></div>
                <Show
                    when=move || done.get()
                    fallback=move || view! {
                        <form class="stack" novalidate on:submit=send>
                            <p>{t!(i18n, proofs.new_password_text)}</p>
                            <PasswordField id="n-senha" label=Signal::derive(move || t_string!(i18n, login.new_password)) value=password autocomplete="new-password" refused />
                            <Strength password own=Vec::new() />
                            <ErrorLine error />
                            <button class="btn btn--primary btn--block" type="submit" aria-busy=move || busy.get().then_some("true")>{t!(i18n, proofs.save)}</button>
                        </form>
                    }
                >
                    <p role="status">{t!(i18n, proofs.password_changed)}</p>
                    <a class="btn btn--primary btn--block" href="/entrar">{t!(i18n, login.submit)}</a>
                </Show>
            </div>
        </Alone>
    }
}
