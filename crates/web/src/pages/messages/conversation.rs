//! The open conversation of two: who the other is, the first contact, and what is said.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use praca_api::dms::{Dm, DmState};
use praca_api::rooms::UpdateMembership;

use crate::components::{Avatar, Icon};
use crate::format;
use crate::language::language;
use crate::model::Spot;
use crate::net::Answer;
use crate::pages::card::Name;
use crate::pages::chat::Chat;
use crate::pages::finder::SearchButton;
use crate::pages::rooms::silence::Silencing;
use crate::square::{Scope, Square};

/// Id of the menu of the conversation.
const MENU: &str = "menu-dm";

/// The pane's content.
#[component]
pub fn Conversation() -> impl IntoView {
    // Nobody is silenced between two people; the menu of a message asks for it all the same.
    provide_context(Silencing::new());
    view! {
        <Head />
        <Chat above=std::sync::Arc::new(|| view! { <FirstContact /> }.into_any()) />
    }
}

/// The open conversation as it is now.
fn open_dm(square: Square) -> Memo<Option<Dm>> {
    Memo::new(move |_| square.model.with(|model| model.open_dm().cloned()))
}

#[component]
fn Head() -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let dm = open_dm(square);
    let author = Memo::new(move |_| dm.with(|dm| dm.as_ref().map(|dm| dm.with.author.clone())));
    let seen = Memo::new(move |_| {
        let user = author.get()?.id;
        square.model.with(|model| model.people.get(&user).copied())
    });
    let presence = Signal::derive(move || seen.get().map_or("offline", |seen| seen.state.as_str()));
    let scope = Signal::derive(move || Scope(dm.get().map(|dm| (Spot::dm(dm.id), dm.with.author.display_name))));
    view! {
        <header class="pane-head">
            <a class="icon-btn only-phone" href="/mensagens" aria-label=move || t_string!(i18n, dms.back)><Icon name="arrow-left" /></a>
            {move || author.get().map(|author| view! {
                <Avatar author=author.clone() presence />
                <div class="pane-title">
                    <h2 tabindex="-1"><Name author /></h2>
                    <p>{move || seen.get().and_then(|seen| format::presence(i18n, &seen))}</p>
                </div>
            })}
            <SearchButton scope />
            <button type="button" class="icon-btn" popovertarget=MENU aria-label=move || t_string!(i18n, chat.more)><Icon name="ellipsis-vertical" /></button>
        </header>
        <div class="menu" id=MENU popover="auto" role="group" aria-label=move || t_string!(i18n, dms.actions)>
            {move || dm.get().map(|dm| view! { <Entries dm /> })}
        </div>
    }
}

#[component]
fn Entries(dm: Dm) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let (id, muted, user) = (dm.id, dm.muted, dm.with.author.id);
    let (handle, name) = (dm.with.author.handle, format::first_name(&dm.with.author.display_name));
    let blocked = dm.state == DmState::Blocked;
    let mute = move |_| {
        spawn_local(async move {
            let path = format!("{}/membership", Spot::dm(id).path());
            let answer: Answer<Dm> =
                square.session.send(Method::PATCH, &path, Some(&UpdateMembership { muted: !muted })).await;
            match answer {
                Ok(dm) => square.model.update(|model| model.note_dm(dm)),
                Err(trouble) => square.complain(&trouble),
            }
        });
    };
    view! {
        <button type="button" popovertarget=MENU popovertargetaction="hide" on:click=move |_| square.card().set(Some(handle.clone()))>
            <Icon name="user-round" />{t!(i18n, dms.see_profile)}
        </button>
        <button type="button" popovertarget=MENU popovertargetaction="hide" on:click=mute>
            <Icon name=if muted { "bell" } else { "bell-off" } />
            {if muted { t_string!(i18n, dms.unmute) } else { t_string!(i18n, dms.mute) }}
        </button>
        <hr />
        <button
            type="button" data-tone=(!blocked).then_some("danger") popovertarget=MENU popovertargetaction="hide"
            on:click=move |_| square.block(user, !blocked)
        >
            <Icon name="ban" />
            {if blocked { t_string!(i18n, card.unblock, name = name.clone()) } else { t_string!(i18n, card.block, name = name.clone()) }}
        </button>
    }
}

/// What there is to decide, or to wait for, before both talk freely.
#[component]
fn FirstContact() -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let dm = open_dm(square);
    let step = Memo::new(move |_| {
        let dm = dm.get()?;
        let mine = Some(dm.requested_by) == square.me();
        (dm.state == DmState::Requested).then_some((mine, dm.last_seq.0 > 0, dm.with.author.display_name))
    });
    move || match step.get() {
        None => ().into_any(),
        Some((true, false, _)) => view! { <p class="calm">{t!(i18n, dms.first)}</p> }.into_any(),
        Some((true, true, name)) => {
            let name = format::first_name(&name);
            view! { <p class="calm">{move || t_string!(i18n, dms.waiting, name = name.clone())}</p> }.into_any()
        }
        Some((false, _, name)) => view! { <Request name /> }.into_any(),
    }
}

#[component]
fn Request(name: String) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let navigate = use_navigate();
    let open = move || square.model.with_untracked(|model| model.open_dm().map(|dm| (dm.id, dm.with.author.id)));
    let accept = move |_| {
        if let Some((id, _)) = open() {
            spawn_local(square.accept(id));
        }
    };
    let refuse = move |_| {
        let Some((id, _)) = open() else { return };
        let navigate = navigate.clone();
        spawn_local(async move {
            if square.refuse(id).await {
                navigate("/mensagens", NavigateOptions::default());
            }
        });
    };
    let block = move |_| {
        if let Some((_, user)) = open() {
            square.block(user, true);
        }
    };
    view! {
        <section class="notice request" aria-label=move || t_string!(i18n, dms.request)>
            <Icon name="mail" />
            <div class="grow">
                <p><b>{t_string!(i18n, dms.wants, name = name)}</b></p>
                <p class="small">{t!(i18n, dms.wants_text)}</p>
                <div class="row mt-2">
                    <button type="button" class="btn btn--sm btn--primary" on:click=accept>{t!(i18n, dms.accept)}</button>
                    <button type="button" class="btn btn--sm" on:click=refuse>{t!(i18n, dms.refuse)}</button>
                    <button type="button" class="btn btn--sm btn--danger-quiet" on:click=block>{t!(i18n, dms.block)}</button>
                </div>
            </div>
        </section>
    }
}
