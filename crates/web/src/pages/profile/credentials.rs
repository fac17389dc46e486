//! What the person logs in with: address and password.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use praca_api::accounts::{ChangeEmail, ChangePassword};

use crate::components::{ErrorLine, PasswordField, Proof, Strength, explain};
use crate::language::{Language, language};
use crate::net::{Answer, Trouble};
use crate::session::Session;

/// The section.
#[component]
pub fn CredentialsSetting() -> impl IntoView {
    let i18n = language();
    view! {
        <section class="setting" id="senha">
            <h2>{t!(i18n, credentials.title)}</h2>
            <Address />
            <details class="unfold">
                <summary>{t!(i18n, credentials.change_email)}</summary>
                <EmailForm />
            </details>
            <details class="unfold">
                <summary>{t!(i18n, credentials.change_password)}</summary>
                <PasswordForm />
            </details>
        </section>
    }
}

/// The address, and whether it is proved.
#[component]
fn Address() -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Session>();
    let said = RwSignal::new(String::new());
    let user = Memo::new(move |_| session.user().map(|user| (user.email, user.email_verified)));
    view! {
        {move || user.get().map(|(email, verified)| view! {
            <p class="row">
                <span class="grow">{email}</span>
                {if verified {
                    view! { <span class="chip" data-tone="positive">{t!(i18n, credentials.proved)}</span> }.into_any()
                } else {
                    view! { <button type="button" class="btn btn--sm" on:click=move |_| resend(i18n, session, said)>{t!(i18n, credentials.resend)}</button> }.into_any()
                }}
            </p>
        })}
        <p class="small muted" role="status">{move || said.get()}</p>
    }
}

/// Asks for the mail that proves the address once more; what came of it is said.
pub fn resend(i18n: Language, session: Session, said: RwSignal<String>) {
    spawn_local(async move {
        let answer: Answer<()> = session.send(Method::POST, "/auth/email/resend", None::<&()>).await;
        // The page may be gone by now.
        let _ = said.try_set(match answer {
            Ok(()) => t_string!(i18n, credentials.resent).to_owned(),
            Err(trouble) => explain(i18n, &trouble),
        });
    });
}

#[component]
fn EmailForm() -> impl IntoView {
    let i18n = language();
    let proof = expect_context::<Proof>();
    let email = RwSignal::new(String::new());
    let (error, done) = (RwSignal::new(None::<Trouble>), RwSignal::new(false));
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let wish = ChangeEmail { email: email.get_untracked() };
        spawn_local(async move {
            let answer: Answer<()> = proof.send(Method::POST, "/me/email", Some(&wish)).await;
            // The page may be gone by now.
            if answer.is_ok() {
                let _ = email.try_set(String::new());
            }
            let _ = done.try_set(answer.is_ok());
            let _ = error.try_set(answer.err());
        });
    };
    view! {
        <form class="stack" novalidate on:submit=send>
            <div class="field">
                <label for="p-mail">{t!(i18n, credentials.new_email)}</label>
                <input class="input" id="p-mail" type="email" autocomplete="email" bind:value=email />
            </div>
            <ErrorLine error id="p-mail-erro" />
            <p><button class="btn btn--primary" type="submit">{t!(i18n, credentials.send_link)}</button></p>
            <p class="small muted" role="status">{move || done.get().then(|| t_string!(i18n, credentials.link_sent))}</p>
        </form>
    }
}

#[component]
fn PasswordForm() -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Session>();
    let (current, new) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (error, done) = (RwSignal::new(None::<Trouble>), RwSignal::new(false));
    let own = Signal::derive(move || {
        session.user().map(|user| vec![user.author.handle, user.author.display_name, user.email]).unwrap_or_default()
    });
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let wish = ChangePassword { current_password: current.get_untracked(), new_password: new.get_untracked() };
        spawn_local(async move {
            let answer: Answer<()> = session.send(Method::POST, "/me/password", Some(&wish)).await;
            // The page may be gone by now.
            if answer.is_ok() {
                let _ = (current.try_set(String::new()), new.try_set(String::new()));
            }
            let _ = done.try_set(answer.is_ok());
            let _ = error.try_set(answer.err());
        });
    };
    view! {
        <form class="stack" novalidate on:submit=send>
            <PasswordField
                id="p-senha" label=Signal::derive(move || t_string!(i18n, credentials.current)) value=current
                autocomplete="current-password" refused=Signal::stored(false)
            />
            <PasswordField
                id="p-senha-nova" label=Signal::derive(move || t_string!(i18n, credentials.new_password)) value=new
                autocomplete="new-password" refused=Signal::stored(false)
            />
            <Strength password=new own />
            <ErrorLine error id="p-senha-erro" />
            <p><button class="btn btn--primary" type="submit">{t!(i18n, credentials.save_password)}</button></p>
            <p class="small muted" role="status">{move || done.get().then(|| t_string!(i18n, credentials.password_saved))}</p>
        </form>
    }
}
