//! Whom to write to: contacts, looked for by name, and anybody by their handle.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use praca_api::Page;
use praca_api::accounts::Author;
use praca_api::people::{Contact, PersonPresence, PersonSeen, Profile};

use crate::components::{Avatar, Dialog, Icon};
use crate::format;
use crate::language::language;
use crate::net::Answer;
use crate::square::Square;

/// The dialog.
#[component]
pub fn NewMessage(open: RwSignal<bool>) -> impl IntoView {
    let i18n = language();
    view! {
        <Dialog open id="nova-titulo" title=Signal::derive(move || t_string!(i18n, dms.new).to_owned())>
            <Search open />
            <div class="dialog-actions">
                <button type="button" class="btn" on:click=move |_| open.set(false)>{t!(i18n, card.close)}</button>
            </div>
        </Dialog>
    }
}

/// What was found for a query.
#[derive(Clone, Default, PartialEq)]
struct Found {
    contacts: Vec<Contact>,
    /// Somebody with just that handle.
    other: Option<Profile>,
}

#[component]
fn Search(open: RwSignal<bool>) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let navigate = use_navigate();
    let query = RwSignal::new(String::new());
    let found = follow(square, query);
    let go = Callback::new(move |person: Author| {
        open.set(false);
        let navigate = navigate.clone();
        spawn_local(async move {
            // It may be further back than the list goes.
            match square.open_dm(person.id).await {
                Ok(_) => navigate(&format!("/mensagens/{}", person.handle), NavigateOptions::default()),
                Err(trouble) => square.complain(&trouble),
            }
        });
    });
    let show = Callback::new(move |handle: String| {
        open.set(false);
        square.card().set(Some(handle));
    });
    let first = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        match found.get_untracked().map(|found| (found.contacts.into_iter().next(), found.other)) {
            Some((Some(contact), _)) => go.run(contact.person.author),
            Some((None, Some(other))) => show.run(other.person.author.handle),
            Some((None, None)) | None => {}
        }
    };
    let nobody = move || found.with(|found| found.as_ref().is_some_and(|f| f.contacts.is_empty() && f.other.is_none()));
    view! {
        <form on:submit=first>
            <div class="field">
                <label for="busca-pessoas">{t!(i18n, dms.search)}</label>
                <input
                    class="input" id="busca-pessoas" type="search" autocomplete="off" prop:value=move || query.get()
                    on:input=move |event| query.set(event_target_value(&event))
                />
                <p class="hint">{t!(i18n, dms.search_hint)}</p>
            </div>
        </form>
        <ul class="rows contacts">
            {move || found.get().map(|found| view! {
                {found.contacts.into_iter().map(|contact| view! { <Row contact go /> }).collect_view()}
                {found.other.map(|other| view! { <Other author=other.person.author show /> })}
            })}
        </ul>
        <Show when=nobody><p class="small muted" role="status">{t!(i18n, dms.nobody)}</p></Show>
    }
}

/// What is found for whatever is asked for.
fn follow(square: Square, query: RwSignal<String>) -> RwSignal<Option<Found>> {
    let found = RwSignal::new(None);
    Effect::new(move |_| {
        let wanted = query.get().trim().to_owned();
        spawn_local(async move {
            let answer = look_for(square, &wanted).await;
            if query.try_with_untracked(|now| now.trim() == wanted) == Some(true) {
                found.set(Some(answer));
            }
        });
    });
    found
}

/// Somebody one does not talk with yet.
#[component]
fn Other(author: Author, show: Callback<String>) -> impl IntoView {
    let handle = author.handle.clone();
    view! {
        <li>
            <button type="button" class="row-btn" on:click=move |_| show.run(handle.clone())>
                <Avatar author=author.clone() />
                <span class="grow">{author.display_name.clone()}<small>"@"{author.handle.clone()}</small></span>
                <Icon name="user-round" />
            </button>
        </li>
    }
}

#[component]
fn Row(contact: Contact, go: Callback<Author>) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let PersonSeen { author, presence: state, last_seen_at } = contact.person;
    let (user_id, chosen) = (author.id, author.clone());
    // As it was found, until more is known of it.
    let found = PersonPresence { user_id, state, last_seen_at };
    let seen = Memo::new(move |_| square.model.with(|model| model.people.get(&user_id).copied().unwrap_or(found)));
    let presence = Signal::derive(move || seen.get().state.as_str());
    view! {
        <li>
            <button type="button" class="row-btn" on:click=move |_| go.run(chosen.clone())>
                <Avatar author=author.clone() presence />
                <span class="grow">{author.display_name}<small>{move || format::presence(i18n, &seen.get())}</small></span>
            </button>
        </li>
    }
}

/// Contacts whose name has it, and whoever has just that handle. Without an answer nobody is found.
async fn look_for(square: Square, query: &str) -> Found {
    let encoded = js_sys::encode_uri_component(query);
    let page: Answer<Page<Contact>> =
        square.session.send(Method::GET, &format!("/contacts?limit=20&q={encoded}"), None::<&()>).await;
    let contacts = page.map(|page| page.items).unwrap_or_default();
    let handle = query.trim_start_matches('@').to_lowercase();
    let known = contacts.iter().any(|contact| contact.person.author.handle == handle);
    if handle.chars().count() < 3 || known {
        return Found { contacts, other: None };
    }
    let path = format!("/users/{}", js_sys::encode_uri_component(&handle));
    let other: Answer<Profile> = square.session.send(Method::GET, &path, None::<&()>).await;
    Found { contacts, other: other.ok() }
}
