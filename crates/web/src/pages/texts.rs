//! Legal notice, privacy, terms and house rules: files the operator edits, in three languages.

use leptos::prelude::*;
use leptos_i18n::{Locale as _, t};

use crate::components::{LegalLinks, RichText};
use crate::language::language;
use crate::net;

/// One of the texts.
#[component]
pub fn Text(name: &'static str) -> impl IntoView {
    let i18n = language();
    let title = move || match name {
        "notice" => t!(i18n, legal.notice)().into_any(),
        "privacy" => t!(i18n, legal.privacy)().into_any(),
        "terms" => t!(i18n, legal.terms)().into_any(),
        _ => t!(i18n, legal.rules)().into_any(),
    };
    view! {
        <div class="shell" data-pane="main" data-layout="single">
            <main class="panes" id="conteudo" tabindex="-1">
                <section class="pane-main">
                    <div class="pane-scroll">
                        <article class="page page--narrow stack">
                            <p><a class="btn btn--quiet back-inline" href="/salas">{t!(i18n, legal.back)}</a></p>
                            <h1>{title}</h1>
                            <TextBody name />
                        </article>
                    </div>
                </section>
            </main>
            <footer class="legal"><LegalLinks /></footer>
        </div>
    }
}

/// What one of the texts says, in the language of the page.
#[component]
pub fn TextBody(name: &'static str) -> impl IntoView {
    let i18n = language();
    let text = LocalResource::new(move || {
        let locale = i18n.get_locale();
        async move { net::fetch_text(&format!("/texts/{name}.{}.txt", locale.as_str())).await }
    });
    view! {
        <Suspense fallback=|| view! { <span class="sk sk--w85"></span> }>
            {move || text.get().map(|text| match text {
                Ok(text) => view! { <div class="stack measure"><RichText body=text /></div> }.into_any(),
                Err(_) => view! { <p>{t!(i18n, legal.missing)}</p> }.into_any(),
            })}
        </Suspense>
    }
}
