//! Asking once more who one is, where something asks for a recent proof.

use gloo_net::http::Method;
use js_sys::{Function, Promise};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use praca_api::ProblemCode;
use praca_api::accounts::Reauthenticate;
use praca_api::factors::{PasskeyCeremony, PasskeyProof};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::{Dialog, ErrorLine, PasswordField};
use crate::bindings::{knows_passkeys, prove_passkey};
use crate::language::language;
use crate::net::{self, Answer, Trouble};
use crate::session::Session;

/// Requests that may ask for a recent proof of who one is. Only one asks at a time: another takes its place.
#[derive(Clone, Copy)]
pub struct Proof {
    session: Session,
    open: RwSignal<bool>,
    /// Told whether the person proved it.
    waiting: StoredValue<Option<Function>, LocalStorage>,
}

impl Proof {
    /// For this page's session.
    pub fn new(session: Session) -> Self {
        Self { session, open: RwSignal::new(false), waiting: StoredValue::new_local(None) }
    }

    /// Sends a request; where it asks for a recent proof, asks the person for it and sends it again.
    pub async fn send<B: Serialize, T: DeserializeOwned>(
        self,
        method: Method,
        path: &str,
        body: Option<&B>,
    ) -> Answer<T> {
        let answer = self.session.send(method.clone(), path, body).await;
        let asks = |trouble: &Trouble| trouble.is(ProblemCode::AuthReauthenticationRequired);
        if !answer.as_ref().is_err_and(asks) || !self.ask().await {
            return answer;
        }
        self.session.send(method, path, body).await
    }

    /// Whether the person proved it; not, if they closed the dialog.
    async fn ask(self) -> bool {
        // Who asked before and was not answered is not.
        self.answer(false);
        let promise = Promise::new(&mut |done, _| self.waiting.set_value(Some(done)));
        self.open.set(true);
        JsFuture::from(promise).await.is_ok_and(|proved| proved.is_truthy())
    }

    fn answer(self, proved: bool) {
        // The page may be gone by now.
        let Some(Some(done)) = self.waiting.try_update_value(Option::take) else { return };
        // Whoever waits goes on; it cannot fail.
        let _ = done.call1(&JsValue::NULL, &JsValue::from_bool(proved));
        let _ = self.open.try_set(false);
    }
}

/// The dialog; once a page.
#[component]
pub fn ProofDialog() -> impl IntoView {
    let i18n = language();
    let proof = expect_context::<Proof>();
    Effect::new(move |_| {
        if !proof.open.get() {
            proof.answer(false);
        }
    });
    view! {
        <Dialog open=proof.open id="prova" title=Signal::derive(move || t_string!(i18n, factors.once_more).to_owned())>
            <ProofForm proof />
        </Dialog>
    }
}

#[component]
fn ProofForm(proof: Proof) -> impl IntoView {
    let i18n = language();
    let session = proof.session;
    let (password, error) = (RwSignal::new(String::new()), RwSignal::new(None::<Trouble>));
    let tell = move |answer: Answer<()>| match answer {
        Ok(()) => proof.answer(true),
        // The page may be gone by now.
        Err(trouble) => drop(error.try_set(Some(trouble))),
    };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let wish = Reauthenticate { password: password.get_untracked() };
        spawn_local(async move { tell(session.send(Method::POST, "/auth/reauthenticate", Some(&wish)).await) });
    };
    let by_passkey = move |_| {
        spawn_local(async move {
            // Who closes the browser's own dialog sees this one still.
            let Some(wish) = ask_for_passkey().await else { return };
            let answer = match wish {
                Ok(wish) => session.send(Method::POST, "/auth/reauthenticate/passkey", Some(&wish)).await,
                Err(trouble) => Err(trouble),
            };
            tell(answer);
        });
    };
    view! {
        <form class="stack" novalidate on:submit=send>
            <p>{t!(i18n, factors.once_more_text)}</p>
            <PasswordField
                id="prova-senha" label=Signal::derive(move || t_string!(i18n, credentials.current)) value=password
                autocomplete="current-password" refused=Signal::stored(false)
            />
            <ErrorLine error id="prova-erro" />
            <Show when=knows_passkeys>
                <p><button type="button" class="link-btn" on:click=by_passkey>{t!(i18n, factors.by_passkey)}</button></p>
            </Show>
            <div class="dialog-actions">
                <button type="button" class="btn" on:click=move |_| proof.open.set(false)>{t!(i18n, chat.cancel)}</button>
                <button type="submit" class="btn btn--primary">{t!(i18n, factors.go_on)}</button>
            </div>
        </form>
    }
}

/// Has the browser prove a passkey; nothing, if the person does not want to.
pub async fn ask_for_passkey() -> Option<Answer<PasskeyProof>> {
    let asked: Answer<PasskeyCeremony> = net::send(Method::POST, "/auth/passkey/options", None, None::<&()>).await;
    match asked {
        Ok(asked) => {
            let credential = prove_passkey(&asked.public_key).await?;
            Some(Ok(PasskeyProof { ceremony: asked.id, credential }))
        }
        Err(trouble) => Some(Err(trouble)),
    }
}
