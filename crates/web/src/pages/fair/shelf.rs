//! Shelves: one's own ads, and those one keeps.

use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use praca_api::ads::Ad;

use super::Kept;
use super::card::AdCard;
use crate::components::{Icon, ListFrame, Listing, Proof, Shell};
use crate::language::language;
use crate::square::Square;

/// The ways to both.
#[component]
pub fn Shelves() -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    view! {
        <a class="filter-chip" href="/feira/meus"><Icon name="tag" class="icon icon--sm" />{t!(i18n, fair.mine)}</a>
        <a class="filter-chip" href="/feira/guardados"><Icon name="heart" class="icon icon--sm" />{t!(i18n, fair.kept)}</a>
        <a class="filter-chip" href="/feira/buscas"><Icon name="bell" class="icon icon--sm" />{t!(i18n, fair.searches)}</a>
        <Show when=move || square.moderates()>
            <a class="filter-chip" href="/feira/fila"><Icon name="shield-check" class="icon icon--sm" />{t!(i18n, fair.queue)}</a>
        </Show>
    }
}

/// The way to a new ad.
#[component]
pub fn Advertise() -> impl IntoView {
    let i18n = language();
    view! { <a class="btn btn--primary" href="/feira/novo"><Icon name="plus" />{t!(i18n, fair.advertise)}</a> }
}

/// The page of one.
#[component]
pub fn Shelf(kept: Kept) -> impl IntoView {
    let i18n = language();
    // No conversation is open here.
    expect_context::<Square>().enter(None);
    let ads = Listing::<Ad>::new(expect_context::<Proof>());
    ads.load(if kept == Kept::Own { "/me/ads?limit=24" } else { "/me/favorites?limit=24" }.to_owned());
    let is_own = kept == Kept::Own;
    let title = move || if is_own { t_string!(i18n, fair.mine) } else { t_string!(i18n, fair.kept) };
    let nothing = move || if is_own { t_string!(i18n, fair.none_mine) } else { t_string!(i18n, fair.none_kept) };
    let text = move || if is_own { t_string!(i18n, fair.none_mine_text) } else { t_string!(i18n, fair.none_kept_text) };
    view! {
        <Shell pane="main" layout=Signal::stored(Some("single"))>
            <section class="pane-main" aria-label=title>
                <div class="awning" aria-hidden="true"></div>
                <div class="pane-scroll">
                    <div class="page">
                        <nav class="crumbs" aria-label=move || t_string!(i18n, fair.crumbs)>
                            <a href="/feira"><Icon name="arrow-left" class="icon icon--sm" />{t!(i18n, nav.fair)}</a>
                        </nav>
                        <header class="page-head mt-2"><div><h1>{title}</h1></div>{is_own.then(|| view! { <Advertise /> })}</header>
                        <h2 class="visually-hidden">{t!(i18n, fair.ads)}</h2>
                        <ListFrame
                            listing=ads drawing="stall"
                            nothing=Signal::derive(move || nothing().to_owned()) nothing_text=Signal::derive(move || text().to_owned())
                        >
                            <ul class="ads">
                                <For each=move || ads.items() key=|ad| (ad.id, ad.version) children=move |ad| view! { <AdCard ad with_status=is_own /> } />
                            </ul>
                        </ListFrame>
                    </div>
                </div>
            </section>
        </Shell>
    }
}
