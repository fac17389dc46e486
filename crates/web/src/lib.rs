//! Praça's web client.
//!
//! State is a plain struct changed by pure functions ([`model`]), tested on the host; components render it and dispatch.

mod bindings;
mod components;
mod format;
mod language;
pub mod model;
mod net;
mod pages;
mod session;
mod square;
mod store;
mod told;

use leptos::prelude::*;
use leptos_i18n::Locale as _;

include!(concat!(env!("OUT_DIR"), "/i18n/mod.rs"));

use i18n::Locale;

/// Shows the client.
pub fn start() {
    std::panic::set_hook(Box::new(|panic| leptos::logging::error!("{panic}")));
    mount_to_body(App);
}

/// Everything.
#[component]
fn App() -> impl IntoView {
    let locale = store::read("praca.locale").and_then(|name| name.parse::<Locale>().ok()).unwrap_or(Locale::pt_BR);
    let i18n = leptos_i18n::context::init_i18n_subcontext::<Locale>(Some(Signal::stored(locale)));
    provide_context(i18n);
    Effect::new(move |_| {
        let locale = i18n.get_locale();
        if let Some(root) = document().document_element() {
            // The page is always there; the attribute is always allowed.
            let _ = root.set_attribute("lang", locale.as_str());
        }
        store::write("praca.locale", locale.as_str());
    });
    let session = session::Session::new();
    provide_context(session);
    // Whoever comes in is spoken to in the language of their account.
    let spoken = Memo::new(move |_| session.user().map(|user| user.locale));
    Effect::new(move |_| {
        if let Some(locale) = spoken.get().and_then(|spoken| spoken.as_str().parse::<Locale>().ok()) {
            i18n.set_locale(locale);
        }
    });
    session.resume();
    view! { <pages::Pages /> }
}
