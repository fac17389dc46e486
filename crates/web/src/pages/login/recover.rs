//! Asking for a link to choose a new password.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::t;
use praca_api::accounts::ForgotPassword;

use crate::components::{ErrorLine, Icon};
use crate::language::language;
use crate::net::{self, Answer, Trouble};

/// The form.
#[component]
pub fn RecoverForm() -> impl IntoView {
    let i18n = language();
    let email = RwSignal::new(String::new());
    let (busy, error, done) = (RwSignal::new(false), RwSignal::new(None::<Trouble>), RwSignal::new(false));
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let wish = ForgotPassword { email: email.get_untracked() };
        spawn_local(async move {
            let answer: Answer<()> = net::send(Method::POST, "/auth/password/forgot", None, Some(&wish)).await;
            // The page may be gone by now.
            let _ = done.try_set(answer.is_ok());
            let _ = error.try_set(answer.err());
            let _ = busy.try_set(false);
        });
    };
    view! {
        <section id="painel-acesso" role="tabpanel" aria-labelledby="aba-senha">
            <form class="stack mt-6" novalidate on:submit=send>
                <p>{t!(i18n, recover.text)}</p>
                <div class="field">
                    <label for="s-mail">{t!(i18n, recover.email)}</label>
                    <input class="input" id="s-mail" type="email" autocomplete="email" bind:value=email />
                </div>
                <ErrorLine error />
                <button class="btn btn--primary btn--block" type="submit" aria-busy=move || busy.get().then_some("true")>{t!(i18n, recover.send)}</button>
                <div role="status">
                    <Show when=move || done.get()>
                        <div class="notice" data-tone="positive"><Icon name="mail" /><p>{t!(i18n, recover.sent)}</p></div>
                    </Show>
                </div>
            </form>
        </section>
    }
}
