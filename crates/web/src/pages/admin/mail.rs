//! The outbox: what was written to whom, and what became of it. Where no mail is sent, it is read here.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{Locale as _, t, t_string};
use praca_api::Page;
use praca_api::mail::Mail;

use crate::components::{Empty, Proof, explain};
use crate::format;
use crate::language::language;
use crate::net::Answer;

/// The section.
#[component]
pub fn MailSection() -> impl IntoView {
    let i18n = language();
    let proof = expect_context::<Proof>();
    let mails = RwSignal::new(None::<Vec<Mail>>);
    let next = RwSignal::new(None::<String>);
    let said = RwSignal::new(String::new());
    let load = move |after: Option<String>| {
        spawn_local(async move {
            let query = after.as_ref().map(|after| format!("?after={after}")).unwrap_or_default();
            let answer: Answer<Page<Mail>> = proof.send(Method::GET, &format!("/admin/mail{query}"), None::<&()>).await;
            // The page may be gone by now.
            match answer {
                Ok(page) => {
                    mails.try_update(|mails| mails.get_or_insert_default().extend(page.items));
                    let _ = next.try_set(page.next);
                }
                Err(trouble) => drop(said.try_set(explain(i18n, &trouble))),
            }
        });
    };
    load(None);
    let none = move || mails.with(|mails| mails.as_ref().is_some_and(Vec::is_empty));
    view! {
        <section class="stack mt-6">
            <p>{t!(i18n, admin.mail_text)}</p>
            <p role="status">{move || said.get()}</p>
            <Show when=none>
                <Empty
                    drawing="letter" title=Signal::derive(move || t_string!(i18n, admin.no_mail).to_owned())
                    text=Signal::derive(move || t_string!(i18n, admin.no_mail_text).to_owned())
                />
            </Show>
            <div><For each=move || mails.get().unwrap_or_default() key=|mail| mail.id children=move |mail| view! { <Letter mail /> } /></div>
            <Show when=move || next.with(Option::is_some)>
                <p class="notices-more"><button type="button" class="btn btn--sm" on:click=move |_| load(next.get_untracked())>{t!(i18n, notices.more)}</button></p>
            </Show>
        </section>
    }
}

#[component]
fn Letter(mail: Mail) -> impl IntoView {
    let i18n = language();
    let (sent, at, error) = (mail.sent_at, mail.created_at, mail.error.clone());
    let tone = match (sent, &error) {
        (Some(_), _) => "positive",
        (None, Some(_)) => "danger",
        (None, None) => "caution",
    };
    let state = move || match (sent, &error) {
        (Some(_), _) => t_string!(i18n, admin.sent).to_owned(),
        (None, Some(error)) => t_string!(i18n, admin.not_sent, error = error.clone()),
        (None, None) => t_string!(i18n, admin.kept).to_owned(),
    };
    view! {
        <details class="unfold mail">
            <summary>
                <span class="grow"><b>{mail.subject}</b><small>{mail.to}</small></span>
                <span class="chip" data-tone=tone>{state}</span>
                <time class="small muted" datetime=at.to_string()>{move || format::short(i18n.get_locale(), at)}</time>
            </summary>
            {if mail.text.is_empty() {
                view! { <p class="muted">{t!(i18n, admin.for_reader)}</p> }.into_any()
            } else {
                view! { <p class="mail-text" lang=i18n.get_locale_untracked().as_str()>{linked(&mail.text)}</p> }.into_any()
            }}
        </details>
    }
}

/// A text whose addresses can be pressed, and copied.
fn linked(text: &str) -> AnyView {
    let line = |line: &str| {
        let own = line.to_owned();
        if line.starts_with("http://") || line.starts_with("https://") {
            let address = own.clone();
            view! { <a href=address rel="external">{own}</a>"\n" }.into_any()
        } else {
            view! { {own}"\n" }.into_any()
        }
    };
    text.lines().map(line).collect_view().into_any()
}
