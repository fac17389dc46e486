//! What waits for moderators: one after the other, each looked at by one of them, with the keys of a keyboard or all at once.

mod queue;
mod together;

use std::time::Duration;

use leptos::leptos_dom::helpers::set_interval_with_handle;
use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use praca_api::ads::AdStatus;
use praca_api::ads::review::{AlikeAd, Likeness, ReviewItem};
use praca_api::{AdId, ProblemCode};
use wasm_bindgen::JsCast as _;

use super::ad::{Details, Photos, Shown};
use super::card::{Kind, Price, Status};
use super::difference::Difference;
use super::hints::{HintList, in_ad};
use super::steps::Steps;
use crate::components::{Avatar, Empty, Icon, ListFrame, ListLoading, RichText, Shell, explain};
use crate::format;
use crate::language::language;
use crate::pages::card::Name;
use crate::square::Square;
use queue::Queue;
use together::Together;

/// A claim holds for five minutes; it is said again well before.
const SAID_AGAIN: Duration = Duration::from_secs(120);

/// The page.
#[component]
pub fn Review() -> impl IntoView {
    let i18n = language();
    // No conversation is open here.
    expect_context::<Square>().enter(None);
    let queue = Queue::open();
    provide_context(queue);
    let session = queue.session;
    // Each is claimed as it comes, and released as it goes.
    Effect::new(move |before: Option<Option<AdId>>| {
        let at = queue.at.get();
        queue.held.set(None);
        if let Some(before) = before.flatten().filter(|before| Some(*before) != at) {
            Queue::release(session, before);
        }
        if let Some(id) = at {
            queue.claim(id);
        }
        at
    });
    if let Ok(again) = set_interval_with_handle(move || queue.claim_again(), SAID_AGAIN) {
        on_cleanup(move || again.clear());
    }
    on_cleanup(move || {
        if let Some(Some(id)) = queue.at.try_get_untracked() {
            Queue::release(session, id);
        }
    });
    let pane = Signal::derive(move || if queue.at.get().is_some() { "main" } else { "list" });
    view! {
        <Shell pane layout=Signal::stored(Some("list"))>
            <h1 class="visually-hidden">{t!(i18n, fair.queue)}</h1>
            <Waiting queue />
            <section class="pane-main" aria-label=move || t_string!(i18n, fair.looked_at) on:keydown=move |event| press_key(&queue, &event)>
                <Looked queue />
            </section>
        </Shell>
    }
}

/// What the keys do while the focus is in the queue and nothing is written: J and K go on and back, A and R decide.
fn press_key(queue: &Queue, event: &web_sys::KeyboardEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let is_writing =
        target.is_some_and(|target| target.closest("input, textarea, select, dialog").ok().flatten().is_some());
    // Who holds a key down looks at nothing.
    let is_other = event.ctrl_key() || event.alt_key() || event.meta_key() || event.shift_key() || event.repeat();
    if is_writing || is_other {
        return;
    }
    let key = event.key().to_lowercase();
    match key.as_str() {
        "j" | "k" => {
            if let Some(next) = queue.neighbour(key == "j") {
                queue.go(Some(next));
            }
        }
        "a" | "r" => {
            let button = document().query_selector(&format!("[aria-keyshortcuts={key}]")).ok().flatten();
            if let Some(button) = button.and_then(|button| button.dyn_into::<web_sys::HtmlElement>().ok()) {
                button.click();
            }
        }
        _ => return,
    }
    event.prevent_default();
}

/// The list of what waits.
#[component]
fn Waiting(queue: Queue) -> impl IntoView {
    let i18n = language();
    view! {
        <section class="pane-list" aria-label=move || t_string!(i18n, fair.queue) on:keydown=move |event| press_key(&queue, &event)>
            <header class="pane-head">
                <div class="pane-title"><h2>{t!(i18n, fair.queue)}</h2><p>{move || t_string!(i18n, fair.waiting, count = queue.items.items().len())}</p></div>
            </header>
            <div class="pane-scroll">
                <Together />
                <ListFrame
                    listing=queue.items drawing="stall"
                    nothing=Signal::derive(move || t_string!(i18n, fair.queue_empty).to_owned())
                    nothing_text=Signal::derive(move || t_string!(i18n, fair.queue_empty_text).to_owned())
                >
                    <ul class="stack stack--1"><For each=move || queue.items.items() key=|item| (item.ad.id, item.ad.version, item.claim.is_some()) children=move |item| view! { <Case item queue /> } /></ul>
                </ListFrame>
            </div>
        </section>
    }
}

/// One of what waits.
#[component]
fn Case(item: ReviewItem, queue: Queue) -> impl IntoView {
    let i18n = language();
    let ReviewItem { ad, alike, claim } = item;
    let id = ad.id;
    let stands_out = !alike.is_empty() || !in_ad(&ad).is_empty();
    let is_change = ad.status != AdStatus::Pending;
    let chip = move || if is_change { t_string!(i18n, fair.change_waits) } else { t_string!(i18n, fair.ad_waits) };
    let who = claim.map(|claim| claim.by).filter(|by| queue.session.user().is_none_or(|user| user.author.id != by.id));
    view! {
        <li>
            <a class="case" href=format!("/feira/fila?anuncio={id}") aria-current=move || (queue.at.get() == Some(id)).then_some("true")>
                <span class="case-top">
                    <span class="chip" data-tone=if stands_out { "caution" } else { "info" }>
                        <Icon name=if stands_out { "triangle-alert" } else { "store" } />{chip}
                    </span>
                    <time datetime=ad.created_at.to_string()>{move || format::short_moment(i18n.get_locale(), ad.created_at)}</time>
                </span>
                <span class="case-what">{ad.title}</span>
                <span class="case-quote">{ad.description}</span>
                <span class="case-top"><span>{ad.owner.display_name}</span>{who.map(|who| view! { <span>{t!(i18n, fair.held_by, name = who.display_name.clone())}</span> })}</span>
            </a>
        </li>
    }
}

/// What is looked at.
#[component]
fn Looked(queue: Queue) -> impl IntoView {
    let i18n = language();
    move || {
        match (queue.at.get(), queue.held.get()) {
        (None, _) => view! {
            <Empty
                drawing="stall" title=Signal::derive(move || t_string!(i18n, fair.queue_choose).to_owned())
                text=Signal::derive(move || t_string!(i18n, fair.queue_keys).to_owned())
            />
        }
        .into_any(),
        (Some(_), None) => view! { <ListLoading mark="sk--tile" /> }.into_any(),
        (Some(_), Some(Err(trouble))) => view! {
            <div class="pane-scroll"><div class="page page--narrow">
                <p><a class="btn btn--quiet only-phone" href="/feira/fila"><Icon name="arrow-left" />{t!(i18n, fair.queue)}</a></p>
                <p class="notice" data-tone="caution" role="status"><Icon name="info" /><span>{if trouble.is(ProblemCode::RequestConflict) { t_string!(i18n, fair.held_elsewhere).to_owned() } else { explain(i18n, &trouble) }}</span></p>
            </div></div>
        }
        .into_any(),
        (Some(_), Some(Ok(item))) => view! { <Judged item queue /> }.into_any(),
    }
    }
}

/// One ad, with what stands out in it, and what may be decided.
#[component]
fn Judged(item: ReviewItem, queue: Queue) -> impl IntoView {
    let i18n = language();
    let ReviewItem { ad, alike, .. } = item;
    let (shown, id, version) = (Shown::of(ad.clone()), ad.id, ad.version);
    Effect::new(move |_| {
        if shown.ad.with(|ad| ad.as_ref().is_none_or(|ad| ad.version != version)) {
            queue.decided(id);
        }
    });
    // The keys work where the focus is.
    let head = NodeRef::<leptos::html::H2>::new();
    Effect::new(move |_| {
        if let Some(head) = head.get() {
            let _ = head.focus();
        }
    });
    let found = in_ad(&ad);
    view! {
        <header class="pane-head">
            <a class="icon-btn only-phone" href="/feira/fila" aria-label=move || t_string!(i18n, fair.queue)><Icon name="arrow-left" /></a>
            <div class="pane-title"><h2 node_ref=head tabindex="-1">{ad.title.clone()}</h2><p>{t!(i18n, fair.with_you)}</p></div>
        </header>
        <div class="pane-scroll">
            <div class="page page--narrow stack stack--6">
                <Difference ad=ad.clone() />
                {(!found.is_empty()).then(|| view! {
                    <section><h2>{t!(i18n, fair.stands_out)}</h2><div class="notice mt-2" data-tone="caution"><Icon name="eye" /><HintList found /></div></section>
                })}
                <Alike alike />
                <section class="stack stack--2">
                    <p class="row"><Kind kind=ad.kind /><Status status=ad.status /></p>
                    <Price price=ad.price kind=ad.kind class="price price--xl" />
                    <div class="person"><Avatar author=ad.owner.clone() class="avatar avatar--lg" /><div><Name author=ad.owner.clone() /><small>{format!("@{}", ad.owner.handle)}</small></div></div>
                </section>
                <Photos ad=ad.clone() />
                <section><h2>{t!(i18n, fair.told)}</h2><div class="mt-2 measure"><RichText body=ad.description.clone() /></div></section>
                <Details ad=ad.clone() />
            </div>
        </div>
        <div class="actions-bar" role="group" aria-label=move || t_string!(i18n, fair.decision)><Steps ad shown keys=true /></div>
    }
}

/// Other ads that say or show much the same.
#[component]
fn Alike(alike: Vec<AlikeAd>) -> impl IntoView {
    let i18n = language();
    let line = move |other: AlikeAd| {
        let by = move || match other.by {
            Likeness::Text => t_string!(i18n, fair.alike_text),
            Likeness::Picture => t_string!(i18n, fair.alike_picture),
        };
        view! {
            <li>
                <span class="chip" data-tone="caution"><Icon name="copy" />{by}</span>
                <Status status=other.status />
                <span class="full"><a href=format!("/feira/{}", other.id) target="_blank">{other.title}</a>" · "{other.owner.display_name}</span>
            </li>
        }
    };
    (!alike.is_empty()).then(|| view! {
        <section><h2>{t!(i18n, fair.alike)}</h2><ul class="rows mt-2">{alike.into_iter().map(line).collect_view()}</ul></section>
    })
}
