//! One ad: its pictures, what it says, and what the reader may do with it.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use praca_api::ads::{Ad, AdStatus};
use praca_api::{AdId, Page};

use super::card::{AdCard, Favorite, Kind, Price, Status};
use super::catalog::{Catalog, condition_word};
use super::difference::Difference;
use super::form::AdForm;
use super::steps::{History, Steps};
use crate::components::{Avatar, Empty, Icon, ListLoading, Picture, RichText, Shell, explain};
use crate::format;
use crate::language::language;
use crate::net::{Answer, Trouble};
use crate::pages::card::Name;
use crate::square::Square;

/// The ad on the page.
#[derive(Clone, Copy)]
pub struct Shown {
    pub ad: RwSignal<Option<Ad>>,
    trouble: RwSignal<Option<Trouble>>,
}

impl Shown {
    /// One that is there.
    pub fn of(ad: Ad) -> Self {
        Self { ad: RwSignal::new(Some(ad)), trouble: RwSignal::new(None) }
    }

    /// Asks for it.
    fn fetch(id: String) -> Self {
        let session = expect_context::<Square>().session;
        let shown = Self { ad: RwSignal::new(None), trouble: RwSignal::new(None) };
        spawn_local(async move {
            let id: String = js_sys::encode_uri_component(&id).into();
            let answer: Answer<Ad> = session.send(Method::GET, &format!("/ads/{id}"), None::<&()>).await;
            // The page may be gone by now.
            match answer {
                Ok(ad) => drop(shown.ad.try_set(Some(ad))),
                Err(trouble) => drop(shown.trouble.try_set(Some(trouble))),
            }
        });
        shown
    }
}

/// The page of one, or of changing it.
#[component]
pub fn AdPage(id: String, is_changed: bool) -> impl IntoView {
    let shown = Shown::fetch(id);
    move || match shown.ad.get().filter(|_| is_changed) {
        Some(ad) => view! { <AdForm ad /> }.into_any(),
        None => view! { <Reading shown /> }.into_any(),
    }
}

#[component]
fn Reading(shown: Shown) -> impl IntoView {
    let i18n = language();
    // No conversation is open here.
    expect_context::<Square>().enter(None);
    let title = move || shown.ad.with(|ad| ad.as_ref().map(|ad| ad.title.clone()).unwrap_or_default());
    let body = move || match (shown.ad.get(), shown.trouble.get()) {
        (Some(ad), _) => view! { <Whole ad shown /> }.into_any(),
        (None, Some(trouble)) => view! {
            <Empty
                drawing="lost" title=Signal::derive(move || t_string!(i18n, fair.gone).to_owned())
                text=Signal::derive(move || explain(i18n, &trouble))
            >
                <a class="btn btn--primary" href="/feira">{t!(i18n, fair.to_fair)}</a>
            </Empty>
        }
        .into_any(),
        (None, None) => view! { <ListLoading mark="sk--tile" /> }.into_any(),
    };
    view! {
        <Shell pane="main" layout=Signal::stored(Some("single"))>
            <section class="pane-main" aria-label=title>
                <div class="awning" aria-hidden="true"></div>
                <div class="pane-scroll"><div class="page">{body}</div></div>
            </section>
        </Shell>
    }
}

#[component]
fn Whole(ad: Ad, shown: Shown) -> impl IntoView {
    let i18n = language();
    let catalog = expect_context::<Catalog>();
    let category = {
        let slug = ad.category.clone();
        move || catalog.name(i18n, &slug)
    };
    let shelf = format!("/feira?categoria={}", ad.category);
    let reason = ad.status_reason.clone();
    view! {
        <nav class="crumbs" aria-label=move || t_string!(i18n, fair.crumbs)>
            <a href="/feira"><Icon name="arrow-left" class="icon icon--sm" />{t!(i18n, nav.fair)}</a>
            <span class="muted" aria-hidden="true">"/"</span>
            <a href=shelf>{category}</a>
        </nav>
        <div class="ad-detail mt-2">
            <Photos ad=ad.clone() />
            <div class="stack ad-buy">
                <section class="stack stack--2">
                    <p class="row"><Kind kind=ad.kind /><Status status=ad.status /></p>
                    <h1 class="ad-title">{ad.title.clone()}</h1>
                    <Price price=ad.price kind=ad.kind class="price price--xl" />
                </section>
                {reason.map(|reason| view! {
                    <div class="notice" data-tone="danger"><Icon name="circle-alert" /><div><p><b>{t!(i18n, fair.why)}</b></p><p>{reason}</p></div></div>
                })}
                <Steps ad=ad.clone() shown />
                <Owner ad=ad.clone() />
            </div>
            <div class="stack ad-text">
                <section><h2>{t!(i18n, fair.told)}</h2><div class="mt-2 measure"><RichText body=ad.description.clone() /></div></section>
                <Difference ad=ad.clone() />
                <Details ad=ad.clone() />
                <History ad=ad.clone() />
            </div>
        </div>
        <Similar of=ad.id />
    }
}

/// The pictures: one large, the others to choose from.
#[component]
pub fn Photos(ad: Ad) -> impl IntoView {
    let i18n = language();
    let at = RwSignal::new(0_usize);
    let count = ad.images.len();
    let images = StoredValue::new(ad.images);
    let large = move || {
        images.with_value(|images| images.get(at.get()).cloned()).map(|image| {
            let large = image.variants.large.clone();
            view! { <Picture attachment=image src=large.url width=large.width height=large.height failed=Callback::new(|()| ()) /> }
        })
    };
    let thumb = move |place: usize| {
        let image = images.with_value(|images| images.get(place).cloned())?;
        let label = move || t_string!(i18n, fair.photo, at = place + 1, count = count);
        Some(view! {
            <li>
                <button type="button" aria-pressed=move || if at.get() == place { "true" } else { "false" } aria-label=label on:click=move |_| at.set(place)>
                    <img src=image.variants.thumb.url alt="" width=image.variants.thumb.width height=image.variants.thumb.height loading="lazy" />
                </button>
            </li>
        })
    };
    view! {
        <Show when=move || count != 0>
            <section class="gallery ad-photos" aria-label=move || t_string!(i18n, fair.photos)>
                <div class="gallery-main">{large}</div>
                <Show when=move || count != 1><ul>{(0..count).filter_map(thumb).collect_view()}</ul></Show>
            </section>
        </Show>
    }
}

/// Whose it is; others keep it, and write to them.
#[component]
fn Owner(ad: Ad) -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    let is_own = square.session.user().is_some_and(|user| user.author.id == ad.owner.id);
    let (owner, handle) = (ad.owner.clone(), ad.owner.handle.clone());
    let first = format::first_name(&owner.display_name);
    let (is_shown, public) = (ad.status == AdStatus::Active, format!("/anuncios/{}", ad.id));
    view! {
        <section class="card" aria-label=move || t_string!(i18n, fair.owner)>
            <div class="person"><Avatar author=owner.clone() class="avatar avatar--lg" /><div><Name author=owner /><small>{format!("@{handle}")}</small></div></div>
        </section>
        // The router knows no such page: the server makes it.
        {is_shown.then(|| view! { <p><a class="small" href=public rel="external" target="_blank"><Icon name="arrow-right" class="icon icon--sm" />" "{t!(i18n, fair.public_page)}</a></p> })}
        {(!is_own).then(|| view! {
            <p class="row">
                <a class="btn grow" href=format!("/mensagens/{handle}")><Icon name="mail" />{t!(i18n, fair.talk, name = first.clone())}</a>
                <Favorite ad class="icon-btn fav-one" />
            </p>
        })}
    }
}

/// What else there is to know.
#[component]
pub fn Details(ad: Ad) -> impl IntoView {
    let i18n = language();
    let place = [ad.neighborhood.clone(), Some(format!("{} · {}", ad.city, ad.state))]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ");
    let day = move |at| format::day(i18n.get_locale(), at);
    view! {
        <section>
            <h2>{t!(i18n, fair.details)}</h2>
            <dl class="dl mt-2">
                {ad.condition.map(|condition| view! { <dt>{t!(i18n, fair.condition)}</dt><dd>{move || condition_word(i18n, condition)}</dd> })}
                {(ad.quantity > 1).then(|| view! { <dt>{t!(i18n, fair.quantity)}</dt><dd>{ad.quantity}</dd> })}
                <dt>{t!(i18n, fair.place)}</dt><dd>{place}</dd>
                {ad.published_at.map(|at| view! { <dt>{t!(i18n, fair.published)}</dt><dd><time datetime=at.to_string()>{move || day(at)}</time></dd> })}
                {ad.expires_at.map(|at| view! { <dt>{t!(i18n, fair.until)}</dt><dd><time datetime=at.to_string()>{move || day(at)}</time></dd> })}
            </dl>
        </section>
    }
}

/// Others like it, once they are here; without any, nothing.
#[component]
fn Similar(of: AdId) -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Square>().session;
    let found = LocalResource::new(move || async move {
        let answer: Answer<Page<Ad>> = session.send(Method::GET, &format!("/ads/{of}/similar"), None::<&()>).await;
        answer.map(|page| page.items).unwrap_or_default()
    });
    move || {
        found.get().filter(|ads| !ads.is_empty()).map(|ads| {
            view! {
                <section class="mt-6">
                    <h2>{t!(i18n, fair.similar)}</h2>
                    <ul class="ads mt-2">{ads.into_iter().map(|ad| view! { <AdCard ad /> }).collect_view()}</ul>
                </section>
            }
        })
    }
}
