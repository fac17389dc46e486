//! The profile card: anywhere a name stands, who that is, and what one may do.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use praca_api::accounts::{Author, Role};
use praca_api::people::Profile;

use crate::components::{Avatar, Dialog, Icon, explain};
use crate::format;
use crate::language::language;
use crate::net::Answer;
use crate::square::Square;

/// A name that opens its card.
#[component]
pub fn Name(author: Author, #[prop(default = "name-btn")] class: &'static str) -> impl IntoView {
    let square = expect_context::<Square>();
    let (handle, hue) = (author.handle, format::person_hue(author.id));
    view! {
        <button type="button" class=class data-hue=hue aria-haspopup="dialog" on:click=move |_| square.card().set(Some(handle.clone()))>
            {author.display_name}
        </button>
    }
}

/// The dialog.
#[component]
pub fn ProfileCard() -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let open = RwSignal::new(false);
    let profile = RwSignal::new(None::<Profile>);
    let said = RwSignal::new(None::<String>);
    Effect::new(move |_| {
        let Some(handle) = square.card().get() else { return };
        open.set(true);
        profile.set(None);
        said.set(None);
        spawn_local(async move {
            let path = format!("/users/{}", js_sys::encode_uri_component(&handle));
            let answer: Answer<Profile> = square.session.send(Method::GET, &path, None::<&()>).await;
            match answer {
                Ok(found) => {
                    square.watch(vec![found.person.author.id]);
                    profile.set(Some(found));
                }
                Err(trouble) => said.set(Some(explain(i18n, &trouble))),
            }
        });
    });
    Effect::new(move |_| {
        if !open.get() {
            square.card().set(None);
        }
    });
    let title = Signal::derive(move || {
        let name = profile.with(|profile| profile.as_ref().map(|profile| profile.person.author.display_name.clone()));
        name.unwrap_or_else(|| t_string!(i18n, card.title).to_owned())
    });
    view! {
        <Dialog open id="cartao-titulo" title>
            {move || said.get().map(|said| view! { <p role="alert">{said}</p> })}
            {move || match profile.get() {
                Some(profile) => view! { <Card profile open /> }.into_any(),
                None => view! { <span class="sk sk--w60" aria-hidden="true"></span> }.into_any(),
            }}
            <div class="dialog-actions">
                <button type="button" class="btn" on:click=move |_| open.set(false)>{t!(i18n, card.close)}</button>
            </div>
        </Dialog>
    }
}

#[component]
fn Card(profile: Profile, open: RwSignal<bool>) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let author = profile.person.author.clone();
    let user = author.id;
    let me = untrack(|| square.me()) == Some(user);
    let since = profile.created_at;
    let role = match profile.role {
        Role::User => None,
        Role::Moderator => Some(t_string!(i18n, card.moderator)),
        Role::Admin => Some(t_string!(i18n, card.admin)),
    };
    let seen = Memo::new(move |_| square.model.with(|model| model.people.get(&user).copied()));
    let presence = move || seen.get().and_then(|seen| format::presence(i18n, &seen));
    let state = Signal::derive(move || square.model.with(|model| model.presence_of(user).as_str()));
    view! {
        <div class="person card-person">
            <Avatar author=author.clone() presence=state />
            <div>
                <p>"@"{author.handle.clone()}</p>
                <small>{presence}</small>
                {role.map(|role| view! { <span class="chip">{role}</span> })}
            </div>
        </div>
        <p class="small muted">{move || t_string!(i18n, card.since, when = format::day(i18n.get_locale(), since))}</p>
        {(!me).then(|| view! { <CardActions author open /> })}
    }
}

#[component]
fn CardActions(author: Author, open: RwSignal<bool>) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let navigate = use_navigate();
    let (user, handle, name) = (author.id, author.handle, author.display_name);
    let blocked = Memo::new(move |_| square.model.with(|model| model.blocks(user)));
    let write = move |_| {
        let (navigate, handle) = (navigate.clone(), handle.clone());
        spawn_local(async move {
            match square.open_dm(user).await {
                Ok(_) => {
                    open.set(false);
                    navigate(&format!("/mensagens/{handle}"), NavigateOptions::default());
                }
                Err(trouble) => {
                    open.set(false);
                    square.complain(&trouble);
                }
            }
        });
    };
    view! {
        <div class="stack stack--2 mt-4">
            <Show when=move || !blocked.get()>
                <button type="button" class="btn btn--primary" on:click=write.clone()><Icon name="mail" />{t!(i18n, card.write)}</button>
            </Show>
            <button
                type="button" class="btn" class:btn--danger-quiet=move || !blocked.get()
                on:click=move |_| square.block(user, !blocked.get_untracked())
            >
                <Icon name="ban" />
                {move || if blocked.get() { t_string!(i18n, card.unblock, name = name.clone()) } else { t_string!(i18n, card.block, name = name.clone()) }}
            </button>
            <Show when=move || !blocked.get()><p class="small muted">{t!(i18n, card.block_hint)}</p></Show>
        </div>
    }
}
