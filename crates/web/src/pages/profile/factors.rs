//! Second factors: codes of an app, passkeys, recovery codes.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{Locale as _, t, t_string};
use praca_api::PasskeyId;
use praca_api::factors::{
    ConfirmTotp, Factors, NewPasskey, NewTotp, Passkey, PasskeyAdded, PasskeyCeremony, RecoveryCodes,
};

use crate::bindings::{copy_text, knows_passkeys, make_passkey};
use crate::components::{Icon, Proof, explain};
use crate::format;
use crate::language::{Language, language};
use crate::net::{Answer, Trouble};
use crate::session::Session;

/// What the section knows and does.
#[derive(Clone, Copy)]
struct Keeping {
    i18n: Language,
    session: Session,
    proof: Proof,
    factors: RwSignal<Option<Factors>>,
    /// An app that was begun with.
    begun: RwSignal<Option<NewTotp>>,
    /// Recovery codes, which are shown once.
    codes: RwSignal<Vec<String>>,
    said: RwSignal<String>,
}

impl Keeping {
    fn load(self) {
        spawn_local(async move {
            let answer: Answer<Factors> = self.session.send(Method::GET, "/me/factors", None::<&()>).await;
            // The page may be gone by now.
            match answer {
                Ok(factors) => {
                    if factors.totp_since.is_none() && factors.passkeys.is_empty() {
                        // Codes go with the last factor.
                        let _ = self.codes.try_set(Vec::new());
                    }
                    let _ = self.factors.try_set(Some(factors));
                }
                Err(trouble) => self.say(explain(self.i18n, &trouble)),
            }
        });
    }

    fn say(self, text: String) {
        // The page may be gone by now.
        let _ = self.said.try_set(text);
    }

    /// What came of a change: the codes that came with it are shown, in place of those the person may not have kept yet, and
    /// the list is read again.
    fn settle(self, answer: Answer<Vec<String>>) {
        match answer {
            Ok(codes) => {
                self.say(String::new());
                if !codes.is_empty() {
                    // The page may be gone by now.
                    let _ = self.codes.try_set(codes);
                }
                self.load();
            }
            Err(trouble) => self.say(explain(self.i18n, &trouble)),
        }
    }

    fn begin_app(self) {
        spawn_local(async move {
            let begun: Answer<NewTotp> = self.proof.send(Method::POST, "/me/factors/totp", None::<&()>).await;
            match begun {
                Ok(begun) => drop(self.begun.try_set(Some(begun))),
                Err(trouble) => self.say(explain(self.i18n, &trouble)),
            }
        });
    }

    fn confirm_app(self, code: String) {
        spawn_local(async move {
            let wish = ConfirmTotp { code };
            let codes: Answer<RecoveryCodes> =
                self.proof.send(Method::POST, "/me/factors/totp/confirm", Some(&wish)).await;
            if codes.is_ok() {
                // The page may be gone by now.
                let _ = self.begun.try_set(None);
            }
            self.settle(codes.map(|given| given.codes));
        });
    }

    fn renew_codes(self) {
        spawn_local(async move {
            let codes: Answer<RecoveryCodes> =
                self.proof.send(Method::POST, "/me/factors/recovery-codes", None::<&()>).await;
            self.settle(codes.map(|given| given.codes));
        });
    }

    fn remove(self, path: String) {
        spawn_local(async move {
            let answer: Answer<()> = self.proof.send(Method::DELETE, &path, None::<&()>).await;
            self.settle(answer.map(|()| Vec::new()));
        });
    }

    fn add_passkey(self) {
        spawn_local(async move {
            let asked: Answer<PasskeyCeremony> =
                self.proof.send(Method::POST, "/me/passkeys/options", None::<&()>).await;
            let asked = match asked {
                Ok(asked) => asked,
                Err(trouble) => return self.say(explain(self.i18n, &trouble)),
            };
            let Some(credential) = make_passkey(&asked.public_key).await else {
                return self.say(t_string!(self.i18n, factors.no_passkey_made).to_owned());
            };
            let wish = NewPasskey { ceremony: asked.id, credential, name: None };
            let added: Result<PasskeyAdded, Trouble> = self.proof.send(Method::POST, "/me/passkeys", Some(&wish)).await;
            self.settle(added.map(|added| added.recovery_codes));
        });
    }
}

/// The section.
#[component]
pub fn FactorsSetting() -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Session>();
    let keeping = Keeping {
        i18n,
        session,
        proof: expect_context::<Proof>(),
        factors: RwSignal::new(None),
        begun: RwSignal::new(None),
        codes: RwSignal::new(Vec::new()),
        said: RwSignal::new(String::new()),
    };
    keeping.load();
    let must = Memo::new(move |_| session.user().is_some_and(|user| user.must_add_factor));
    view! {
        <section class="setting" id="segundo-fator">
            <h2>{t!(i18n, factors.title)}</h2>
            <p>{t!(i18n, factors.text)}</p>
            <Show when=move || must.get()>
                <p class="notice" data-tone="caution" role="status"><Icon name="shield-check" /><span>{t!(i18n, factors.must)}</span></p>
            </Show>
            {move || keeping.factors.get().map(|factors| view! { <List factors keeping /> })}
            {move || keeping.begun.get().map(|begun| view! { <App begun keeping /> })}
            <Codes keeping />
            <p class="small" role="status">{move || keeping.said.get()}</p>
        </section>
    }
}

/// What is on, and what can be turned on.
#[component]
fn List(factors: Factors, keeping: Keeping) -> impl IntoView {
    let i18n = language();
    let Factors { totp_since, passkeys, recovery_codes_left, passkeys_work, .. } = factors;
    let has_any = totp_since.is_some() || !passkeys.is_empty();
    let app = move || match totp_since {
        Some(since) => t_string!(i18n, factors.app_since, when = format::moment(i18n.get_locale(), since)),
        None => t_string!(i18n, factors.app_off).to_owned(),
    };
    view! {
        <ul class="rows factor-rows">
            <li>
                <Icon name="smartphone" />
                <div class="grow"><p>{t!(i18n, factors.app)}</p><p class="small muted">{app}</p></div>
                <button type="button" class="btn btn--sm" on:click=move |_| keeping.begin_app()>
                    {move || if totp_since.is_some() { t_string!(i18n, factors.app_change) } else { t_string!(i18n, factors.app_begin) }}
                </button>
                {totp_since.map(|_| view! {
                    <button type="button" class="btn btn--sm" on:click=move |_| keeping.remove("/me/factors/totp".into())>{t!(i18n, factors.turn_off)}</button>
                })}
            </li>
            {passkeys.into_iter().map(|passkey| view! { <Key passkey keeping /> }).collect_view()}
            {has_any.then(|| view! {
                <li>
                    <Icon name="shield-check" />
                    <div class="grow">
                        <p>{t!(i18n, factors.codes)}</p>
                        <p class="small muted">{move || t_string!(i18n, factors.codes_left, count = recovery_codes_left)}</p>
                    </div>
                    <button type="button" class="btn btn--sm" on:click=move |_| keeping.renew_codes()>{t!(i18n, factors.renew)}</button>
                </li>
            })}
        </ul>
        <Show when=move || passkeys_work && knows_passkeys()>
            <p class="mt-4"><button type="button" class="btn" on:click=move |_| keeping.add_passkey()><Icon name="plus" />{t!(i18n, factors.add_passkey)}</button></p>
        </Show>
    }
}

#[component]
fn Key(passkey: Passkey, keeping: Keeping) -> impl IntoView {
    let i18n = language();
    let Passkey { id, name, created_at, last_used_at }: Passkey = passkey;
    let remove = move |id: PasskeyId| keeping.remove(format!("/me/passkeys/{id}"));
    let name = move || if name.is_empty() { t_string!(i18n, profile.unknown_device).to_owned() } else { name.clone() };
    let used = move || {
        let when = format::moment(i18n.get_locale(), last_used_at.unwrap_or(created_at));
        if last_used_at.is_some() {
            t_string!(i18n, factors.passkey_used, when)
        } else {
            t_string!(i18n, factors.passkey_made, when)
        }
    };
    let label = {
        let name = name.clone();
        move || t_string!(i18n, factors.remove_passkey, name = name())
    };
    view! {
        <li>
            <Icon name="shield-check" />
            <div class="grow"><p>{t!(i18n, factors.passkey)}" · "{name}</p><p class="small muted">{used}</p></div>
            <button type="button" class="btn btn--sm" aria-label=label on:click=move |_| remove(id)>{t!(i18n, factors.remove)}</button>
        </li>
    }
}

/// Taking an app in: its picture is scanned, or its secret typed, and a code proves that it was.
#[component]
fn App(begun: NewTotp, keeping: Keeping) -> impl IntoView {
    let i18n = language();
    let code = RwSignal::new(String::new());
    let picture = format!("data:image/png;base64,{}", begun.qr);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        keeping.confirm_app(code.get_untracked());
    };
    view! {
        <form class="stack factor-app" novalidate on:submit=send>
            <p>{t!(i18n, factors.scan)}</p>
            <img src=picture width="200" height="200" alt=move || t_string!(i18n, factors.qr) />
            <p class="small">{t!(i18n, factors.or_type)}" "<a href=begun.uri rel="external">{t!(i18n, factors.here)}</a></p>
            <p><code class="factor-secret">{spaced(&begun.secret)}</code></p>
            <div class="field">
                <label for="p-codigo">{t!(i18n, factors.code)}</label>
                <input class="input" id="p-codigo" inputmode="numeric" autocomplete="one-time-code" maxlength="9" bind:value=code />
            </div>
            <div class="row">
                <button class="btn btn--primary" type="submit">{t!(i18n, factors.turn_on)}</button>
                <button class="btn" type="button" on:click=move |_| keeping.begun.set(None)>{t!(i18n, factors.leave)}</button>
            </div>
        </form>
    }
}

/// In groups of four, as people type it.
fn spaced(secret: &str) -> String {
    let digits: Vec<char> = secret.chars().collect();
    digits.chunks(4).map(String::from_iter).collect::<Vec<_>>().join(" ")
}

/// Recovery codes, until the person has kept them.
#[component]
fn Codes(keeping: Keeping) -> impl IntoView {
    let i18n = language();
    let copied = RwSignal::new(None::<bool>);
    let copy = move |_| {
        let text = keeping.codes.get_untracked().join("\n");
        spawn_local(async move {
            let done = copy_text(&text).await;
            // The page may be gone by now.
            let _ = copied.try_set(Some(done));
        });
    };
    let said = move || match copied.get() {
        Some(true) => t_string!(i18n, admin.copied),
        Some(false) => t_string!(i18n, factors.not_copied),
        None => "",
    };
    view! {
        <Show when=move || !keeping.codes.with(Vec::is_empty)>
            <div class="stack factor-codes" role="group" aria-labelledby="p-codigos">
                <h3 id="p-codigos">{t!(i18n, factors.keep_codes)}</h3>
                <p>{t!(i18n, factors.keep_codes_text)}</p>
                <ul lang=move || i18n.get_locale().as_str()>{move || keeping.codes.get().into_iter().map(|code| view! { <li><code>{code}</code></li> }).collect_view()}</ul>
                <div class="row">
                    <button type="button" class="btn" on:click=copy><Icon name="copy" />{t!(i18n, factors.copy)}</button>
                    <button type="button" class="btn btn--primary" on:click=move |_| keeping.codes.set(Vec::new())>{t!(i18n, factors.kept)}</button>
                    <span class="small" role="status">{said}</span>
                </div>
            </div>
        </Show>
    }
}
