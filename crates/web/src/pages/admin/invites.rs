//! Invites: making them, handing them on, ending them.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use praca_api::InviteId;
use praca_api::accounts::{Invite, NewInvite};

use crate::bindings::copy_text;
use crate::components::{Icon, ListFrame, Listing, Proof, explain};
use crate::format;
use crate::language::language;
use crate::net::Answer;
use crate::square::Square;

/// The section.
#[component]
pub fn InvitesSection() -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Square>().session;
    let invites = Listing::<Invite>::new(expect_context::<Proof>());
    let said = RwSignal::new(String::new());
    invites.load("/admin/invites?limit=100".to_owned());
    let end = Callback::new(move |id: InviteId| {
        spawn_local(async move {
            let answer: Answer<()> = session.send(Method::DELETE, &format!("/admin/invites/{id}"), None::<&()>).await;
            match answer {
                Ok(()) => invites.update(|invites| invites.retain(|invite| invite.id != id)),
                Err(trouble) => invites.complain(trouble),
            }
        });
    });
    view! {
        <section class="stack mt-6">
            <p>{t!(i18n, admin.invites_text)}</p>
            <NewInviteForm invites said />
            <p role="status">{move || said.get()}</p>
            <ListFrame
                listing=invites drawing="letter"
                nothing=Signal::derive(move || t_string!(i18n, admin.no_invites).to_owned())
                nothing_text=Signal::derive(move || t_string!(i18n, admin.no_invites_text).to_owned())
            >
                <ul class="rows">
                    <For each=move || invites.items() key=|invite| invite.id children=move |invite| view! { <Row invite end /> } />
                </ul>
            </ListFrame>
        </section>
    }
}

#[component]
fn NewInviteForm(invites: Listing<Invite>, said: RwSignal<String>) -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Square>().session;
    let [note, uses, days] = ["", "1", "7"].map(|first| RwSignal::new(first.to_owned()));
    let make = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let wish = NewInvite {
            note: note.get_untracked(),
            // What is no number the server refuses.
            uses: uses.get_untracked().trim().parse().unwrap_or_default(),
            days: days.get_untracked().trim().parse().ok(),
        };
        spawn_local(async move {
            let answer: Answer<Invite> = session.send(Method::POST, "/admin/invites", Some(&wish)).await;
            let _ = match answer {
                Ok(invite) => {
                    invites.update(|invites| invites.insert(0, invite));
                    said.try_set(t_string!(i18n, admin.invite_made).to_owned())
                }
                Err(trouble) => said.try_set(explain(i18n, &trouble)),
            };
        });
    };
    view! {
        <form class="toolbar" aria-label=move || t_string!(i18n, admin.new_invite) novalidate on:submit=make>
            <div class="field field--wide"><label for="g-nota">{t!(i18n, admin.note)}</label><input class="input" id="g-nota" bind:value=note /></div>
            <div class="field"><label for="g-usos">{t!(i18n, admin.uses)}</label><input class="input" id="g-usos" type="number" min="1" max="1000" bind:value=uses /></div>
            <div class="field"><label for="g-dias">{t!(i18n, admin.days)}</label><input class="input" id="g-dias" type="number" min="1" max="365" bind:value=days /></div>
            <button type="submit" class="btn btn--primary"><Icon name="plus" />{t!(i18n, admin.invite)}</button>
        </form>
    }
}

#[component]
fn Row(invite: Invite, end: Callback<InviteId>) -> impl IntoView {
    let i18n = language();
    let Invite { id, code, url, note, uses_left, ends_at, .. } = invite;
    let copied = RwSignal::new(false);
    let copy = move |_| {
        let url = url.clone();
        spawn_local(async move {
            // Without the clipboard the code is there to be read; the page may be gone by now.
            let _ = copied.try_set(copy_text(&url).await);
        });
    };
    let until = move || {
        if let Some(at) = ends_at {
            t_string!(i18n, admin.good_until, count = uses_left, when = format::moment(i18n.get_locale(), at))
        } else {
            t_string!(i18n, admin.good, count = uses_left)
        }
    };
    view! {
        <li>
            <Icon name="mail" />
            <div class="grow"><p><code>{code}</code>" "{note}</p><p class="small muted">{until}</p></div>
            <button type="button" class="btn btn--sm" on:click=copy>
                <Icon name="copy" />{move || if copied.get() { t_string!(i18n, admin.copied) } else { t_string!(i18n, admin.copy) }}
            </button>
            <button type="button" class="btn btn--sm" on:click=move |_| end.run(id)>{t!(i18n, profile.end)}</button>
        </li>
    }
}
