//! The door: the house rules and the legal notice, for who has yet to accept them as they are.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use praca_api::ProblemCode;
use praca_api::accounts::{AcceptTexts, User};

use super::texts::TextBody;
use crate::components::{ErrorLine, LegalLinks};
use crate::language::language;
use crate::net::{Answer, Trouble};
use crate::session::Session;

/// The page, for the texts of a version; others make it anew.
#[component]
pub fn Agreement(version: String) -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Session>();
    let error = RwSignal::new(None::<Trouble>);
    let busy = RwSignal::new(false);
    Effect::new(move |_| document().set_title(&format!("{} · Praça", t_string!(i18n, legal.door))));
    let accept = move |_| accept(session, version.clone(), busy, error);
    view! {
        <div class="shell" data-pane="main" data-layout="single">
            <main class="panes" id="conteudo" tabindex="-1">
                <section class="pane-main">
                    <div class="pane-scroll">
                        <article class="page page--narrow stack">
                            <h1>{t!(i18n, legal.door)}</h1>
                            <p>{t!(i18n, legal.door_text)}</p>
                            <section class="stack mt-6"><h2>{t!(i18n, legal.rules)}</h2><TextBody name="rules" /></section>
                            <section class="stack mt-6"><h2>{t!(i18n, legal.notice)}</h2><TextBody name="notice" /></section>
                            <ErrorLine error />
                            <div class="row mt-6">
                                <button type="button" class="btn btn--primary" aria-busy=move || busy.get().then_some("true") on:click=accept>
                                    {t!(i18n, legal.accept)}
                                </button>
                                <button type="button" class="btn" on:click=move |_| session.leave(false)>{t!(i18n, legal.not_now)}</button>
                            </div>
                        </article>
                    </div>
                </section>
            </main>
            <footer class="legal"><LegalLinks /></footer>
        </div>
    }
}

/// Accepts the texts of a version, and goes on with what the server says of the person then.
fn accept(session: Session, version: String, busy: RwSignal<bool>, error: RwSignal<Option<Trouble>>) {
    busy.set(true);
    spawn_local(async move {
        let wish = AcceptTexts { version };
        let accepted: Answer<()> = session.send(Method::PUT, "/me/texts", Some(&wish)).await;
        let newer = accepted.as_ref().is_err_and(|trouble| trouble.is(ProblemCode::RequestConflict));
        let user: Answer<User> = match accepted {
            Err(trouble) if !newer => Err(trouble),
            // Accepted; or others by now, which are shown then.
            _ => session.send(Method::GET, "/me", None::<&()>).await,
        };
        // The page may be gone by now.
        let _ = busy.try_set(false);
        match user {
            Ok(user) => session.set_user(user),
            Err(trouble) => drop(error.try_set(Some(trouble))),
        }
    });
}
