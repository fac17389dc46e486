//! The outbox: what was written to whom, and what became of it. Where no mail is sent, it is read here.

use leptos::prelude::*;
use leptos_i18n::{Locale as _, t, t_string};
use praca_api::mail::Mail;

use crate::components::{ListFrame, Listing, Proof};
use crate::format;
use crate::language::language;

/// The section.
#[component]
pub fn MailSection() -> impl IntoView {
    let i18n = language();
    let mails = Listing::<Mail>::new(expect_context::<Proof>());
    mails.load("/admin/mail?limit=50".to_owned());
    view! {
        <section class="stack mt-6">
            <p>{t!(i18n, admin.mail_text)}</p>
            <ListFrame
                listing=mails drawing="letter"
                nothing=Signal::derive(move || t_string!(i18n, admin.no_mail).to_owned())
                nothing_text=Signal::derive(move || t_string!(i18n, admin.no_mail_text).to_owned())
            >
                <div><For each=move || mails.items() key=|mail| mail.id children=move |mail| view! { <Letter mail /> } /></div>
            </ListFrame>
        </section>
    }
}

#[component]
fn Letter(mail: Mail) -> impl IntoView {
    let i18n = language();
    let (sent, failed, at, error) = (mail.sent_at, mail.failed_at, mail.created_at, mail.error.unwrap_or_default());
    let tone = match (sent, failed) {
        (Some(_), _) => "positive",
        (None, Some(_)) => "danger",
        (None, None) => "caution",
    };
    let state = move || match (sent, failed) {
        (Some(_), _) => t_string!(i18n, admin.sent).to_owned(),
        (None, Some(_)) => t_string!(i18n, admin.not_sent, error = error.clone()),
        (None, None) if error.is_empty() => t_string!(i18n, admin.kept).to_owned(),
        (None, None) => t_string!(i18n, admin.still_tried, error = error.clone()),
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
