//! An ad as it stands among others.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::t_string;
use praca_api::ads::{Ad, AdKind, AdStatus};
use praca_api::money::Money;

use super::catalog::{kind_looks, kind_word, status_looks, status_word};
use crate::components::{Icon, Picture};
use crate::format;
use crate::i18n::Locale;
use crate::language::language;
use crate::net::Answer;
use crate::square::Square;

/// A card that leads to the ad.
#[component]
pub fn AdCard(
    ad: Ad,
    /// Whether it says where it stands, for its owner.
    #[prop(default = false)]
    with_status: bool,
) -> impl IntoView {
    let i18n = language();
    let at = ad.published_at.unwrap_or(ad.created_at);
    let place = ad.neighborhood.clone().unwrap_or_else(|| ad.city.clone());
    let address = format!("/feira/{}", ad.id);
    let status = ad.status;
    view! {
        <li class="ad">
            <div class="ad-photo"><Cover ad=ad.clone() /><Kind kind=ad.kind /></div>
            <div class="ad-body">
                <Price price=ad.price kind=ad.kind />
                <h3><a href=address>{ad.title.clone()}</a></h3>
                {with_status.then(|| view! { <p><Status status /></p> })}
                <p class="ad-foot">
                    <span>{place}</span>
                    <time datetime=at.to_string()>{move || format::short(i18n.get_locale(), at)}</time>
                </p>
            </div>
            {(!with_status).then(|| view! { <Favorite ad /> })}
        </li>
    }
}

/// The first picture, or the icon of what somebody wants.
#[component]
fn Cover(ad: Ad) -> impl IntoView {
    let (icon, _) = kind_looks(ad.kind);
    // A picture that was replaced is gone; the ad is not.
    let gone = RwSignal::new(false);
    move || match ad.images.first().filter(|_| !gone.get()).cloned() {
        Some(cover) => {
            let medium = cover.variants.medium.clone();
            let failed = Callback::new(move |()| gone.set(true));
            view! { <Picture attachment=cover src=medium.url width=medium.width height=medium.height failed /> }
                .into_any()
        }
        None => view! { <span class="ad-blank" aria-hidden="true"><Icon name=icon /></span> }.into_any(),
    }
}

/// What somebody wants.
#[component]
pub fn Kind(kind: AdKind) -> impl IntoView {
    let i18n = language();
    let (icon, style) = kind_looks(kind);
    view! { <span class="kind" data-kind=style><Icon name=icon />{move || kind_word(i18n, kind)}</span> }
}

/// Where an ad stands.
#[component]
pub fn Status(status: AdStatus) -> impl IntoView {
    let i18n = language();
    let (icon, style) = status_looks(status);
    view! { <span class="chip" data-status=style><Icon name=icon />{move || status_word(i18n, status)}</span> }
}

/// What it costs.
#[component]
pub fn Price(price: Option<Money>, kind: AdKind, #[prop(default = "price")] class: &'static str) -> impl IntoView {
    let i18n = language();
    let Some(Money { centavos, .. }) = price else {
        let word = move || match kind {
            AdKind::Trade => t_string!(i18n, fair.to_trade),
            AdKind::Sale | AdKind::Service => t_string!(i18n, fair.to_agree),
        };
        return view! { <p class=class>{word}</p> }.into_any();
    };
    let (whole, cents) = (centavos / 100, centavos % 100);
    let value = format!("{whole}.{cents:02}");
    let point = move || if i18n.get_locale() == Locale::en { '.' } else { ',' };
    view! {
        <data class=class value=value>
            <span class="cur">"R$"</span>" "{move || format::whole(i18n.get_locale(), whole)}
            <span class="cents">{move || format!("{}{cents:02}", point())}</span>
        </data>
    }
    .into_any()
}

/// Keeps an ad, or no longer.
#[component]
pub fn Favorite(ad: Ad, #[prop(default = "icon-btn fav")] class: &'static str) -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Square>().session;
    let kept = RwSignal::new(ad.favorite);
    let (id, title) = (ad.id, ad.title);
    let press = move |_| {
        // It is shown at once, and taken back if it was not done.
        let wanted = !kept.get_untracked();
        kept.set(wanted);
        spawn_local(async move {
            let method = if wanted { Method::PUT } else { Method::DELETE };
            let answer: Answer<()> = session.send(method, &format!("/ads/{id}/favorite"), None::<&()>).await;
            if answer.is_err() {
                let _ = kept.try_set(!wanted);
            }
        });
    };
    let label = move || t_string!(i18n, fair.keep_one, title = title.clone());
    view! {
        <button type="button" class=class aria-pressed=move || if kept.get() { "true" } else { "false" } aria-label=label on:click=press>
            <Icon name="heart" />
        </button>
    }
}
