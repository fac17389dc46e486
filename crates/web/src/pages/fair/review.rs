//! What waits for moderators: one after the other, each looked at by one of them, with the keys of a keyboard or all at once.

use std::time::Duration;

use gloo_net::http::Method;
use leptos::leptos_dom::helpers::set_interval_with_handle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use praca_api::AdId;
use praca_api::ads::AdStatus;
use praca_api::ads::review::{AlikeAd, ApproveAds, ApprovedAds, Likeness, ReviewItem};
use wasm_bindgen::JsCast as _;

use super::ad::{Details, Photos, Shown};
use super::card::{Kind, Price, Status};
use super::difference::Difference;
use super::hints::{HintList, in_ad};
use super::steps::Steps;
use crate::components::{
    Avatar, Dialog, Empty, ErrorLine, Icon, ListFrame, ListLoading, Listing, Proof, RichText, Shell, explain,
};
use crate::format;
use crate::language::language;
use crate::net::{Answer, Trouble};
use crate::pages::card::Name;
use crate::session::Session;
use crate::square::Square;

/// A claim holds for five minutes; it is said again well before.
const SAID_AGAIN: Duration = Duration::from_secs(120);

/// Goes to an ad of the queue, or to none.
type Way = Box<dyn Fn(Option<AdId>)>;

/// The queue, and the ad in it that is looked at.
#[derive(Clone, Copy)]
struct Queue {
    session: Session,
    items: Listing<ReviewItem>,
    /// Which is looked at, by the address.
    at: Memo<Option<AdId>>,
    /// The same, once it is the moderator's; or why it is not.
    held: RwSignal<Option<Result<ReviewItem, Trouble>>>,
    go: StoredValue<Way, LocalStorage>,
}

impl Queue {
    fn open() -> Self {
        let query = use_query_map();
        let at = Memo::new(move |_| query.with(|query| query.get("anuncio")?.parse().ok().map(AdId)));
        let navigate = use_navigate();
        let go = move |to: Option<AdId>| {
            let address = to.map_or_else(|| "/feira/fila".to_owned(), |id| format!("/feira/fila?anuncio={id}"));
            navigate(&address, NavigateOptions::default());
        };
        let items = Listing::new(expect_context::<Proof>());
        items.load("/moderation/ads?limit=50".to_owned());
        let session = expect_context::<Square>().session;
        Self { session, items, at, held: RwSignal::new(None), go: StoredValue::new_local(Box::new(go)) }
    }

    /// Has nobody else look at an ad.
    fn claim(self, id: AdId) {
        spawn_local(async move {
            let path = format!("/moderation/ads/{id}/claim");
            let answer: Answer<ReviewItem> = self.session.send(Method::PUT, &path, None::<&()>).await;
            // The page may be gone by now, or at another.
            if self.at.try_get_untracked() == Some(Some(id)) {
                self.held.set(Some(answer));
            }
        });
    }

    /// Has others look at it again.
    fn release(session: Session, id: AdId) {
        spawn_local(async move {
            let path = format!("/moderation/ads/{id}/claim");
            // If it does not arrive, the claim ends by itself.
            let _: Answer<()> = session.send(Method::DELETE, &path, None::<&()>).await;
        });
    }

    /// The one so many places from the one looked at; of those others look at, none.
    fn neighbour(self, forward: bool) -> Option<AdId> {
        let me = self.session.user().map(|user| user.author.id);
        let items = untrack(|| self.items.items());
        let free: Vec<AdId> = items
            .iter()
            .filter(|item| item.claim.as_ref().is_none_or(|claim| Some(claim.by.id) == me))
            .map(|item| item.ad.id)
            .collect();
        let Some(at) = self.at.get_untracked().and_then(|at| free.iter().position(|id| *id == at)) else {
            return free.first().copied();
        };
        let next = if forward { at + 1 } else { at.checked_sub(1)? };
        free.get(next).copied()
    }

    fn go(self, to: Option<AdId>) {
        self.go.with_value(|go| go(to));
    }

    /// What was decided on waits no more; the next is looked at.
    fn decided(self, id: AdId) {
        let next = self.neighbour(true).or_else(|| self.neighbour(false)).filter(|next| *next != id);
        self.items.update(|items| items.retain(|item| item.ad.id != id));
        self.go(next);
    }

    /// Those that can be approved together: nothing in them stands out, and nobody looks at them.
    fn clean(self) -> Vec<ReviewItem> {
        let is_clean = |item: &ReviewItem| {
            let ad = &item.ad;
            let plain = in_ad(&ad.title, &ad.description).is_empty() && item.alike.is_empty();
            plain && ad.status == AdStatus::Pending && item.claim.is_none()
        };
        self.items.items().into_iter().filter(is_clean).collect()
    }
}

/// The page.
#[component]
pub fn Review() -> impl IntoView {
    let i18n = language();
    // No conversation is open here.
    expect_context::<Square>().enter(None);
    let queue = Queue::open();
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
    if let Ok(again) = set_interval_with_handle(
        move || {
            let is_held = queue.held.with_untracked(|held| matches!(held, Some(Ok(_))));
            if let Some(id) = queue.at.get_untracked().filter(|_| is_held) {
                let path = format!("/moderation/ads/{id}/claim");
                spawn_local(async move {
                    let _: Answer<ReviewItem> = session.send(Method::PUT, &path, None::<&()>).await;
                });
            }
        },
        SAID_AGAIN,
    ) {
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
    if is_writing || event.ctrl_key() || event.alt_key() || event.meta_key() {
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
                <Together queue />
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
    let stands_out = !alike.is_empty() || !in_ad(&ad.title, &ad.description).is_empty();
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

/// Approves those in which nothing stands out.
#[component]
fn Together(queue: Queue) -> impl IntoView {
    let i18n = language();
    let (open, trouble) = (RwSignal::new(false), RwSignal::new(None::<Trouble>));
    let left = RwSignal::new(0_usize);
    let clean = Memo::new(move |_| queue.clean());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let ids: Vec<AdId> = clean.with_untracked(|clean| clean.iter().map(|item| item.ad.id).take(50).collect());
        spawn_local(async move {
            let wish = ApproveAds { ids };
            let answer: Answer<ApprovedAds> =
                queue.session.send(Method::POST, "/moderation/ads/approve", Some(&wish)).await;
            // The page may be gone by now.
            match answer {
                Ok(done) => {
                    queue.items.update(|items| items.retain(|item| !done.approved.contains(&item.ad.id)));
                    let _ = (left.try_set(done.left.len()), open.try_set(false));
                    if queue.at.try_get_untracked().flatten().is_some_and(|at| done.approved.contains(&at)) {
                        queue.go(None);
                    }
                }
                Err(why) => drop(trouble.try_set(Some(why))),
            }
        });
    };
    view! {
        <Show when=move || clean.with(|clean| clean.len() > 1)>
            <p class="case-all">
                <button type="button" class="btn btn--sm btn--block" on:click=move |_| { trouble.set(None); open.set(true); }>
                    <Icon name="circle-check" class="icon icon--sm" />{move || t_string!(i18n, fair.approve_clean, count = clean.with(Vec::len))}
                </button>
            </p>
        </Show>
        <div role="status">{move || (left.get() > 0).then(|| view! { <p class="notice" data-tone="caution"><Icon name="info" /><span>{t!(i18n, fair.left, count = move || left.get())}</span></p> })}</div>
        <Dialog open id="f-juntos" title=Signal::derive(move || t_string!(i18n, fair.approve_clean, count = clean.with(Vec::len)))>
            <form class="stack" on:submit=submit>
                <p>{t!(i18n, fair.approve_clean_text)}</p>
                <ul class="rows">{move || clean.get().into_iter().map(|item| view! { <li>{item.ad.title}" · "<span class="muted">{item.ad.owner.display_name}</span></li> }).collect_view()}</ul>
                <ErrorLine error=trouble id="f-juntos-erro" />
                <div class="dialog-actions">
                    <button type="button" class="btn" on:click=move |_| open.set(false)>{t!(i18n, chat.cancel)}</button>
                    <button type="submit" class="btn btn--primary">{t!(i18n, fair.approve)}</button>
                </div>
            </form>
        </Dialog>
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
                <p class="notice" data-tone="caution" role="status"><Icon name="info" /><span>{if trouble.is(praca_api::ProblemCode::RequestConflict) { t_string!(i18n, fair.held_elsewhere).to_owned() } else { explain(i18n, &trouble) }}</span></p>
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
    let found = in_ad(&ad.title, &ad.description);
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
