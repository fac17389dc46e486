//! What there is at the fair, as far as it fits.

use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use praca_api::ads::Ad;

use super::card::AdCard;
use super::counts::Counts;
use super::filters::{FilterForm, Filters, Order};
use super::place::Back;
use super::searches::SaveSearch;
use super::shelf::{Advertise, Shelves};
use crate::components::{Icon, ListFrame, Listing, Proof, Shell};
use crate::language::language;
use crate::square::Square;

/// The page: filters on the left, on a phone in a pane of their own.
#[component]
pub fn Found() -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    // No conversation is open here.
    square.enter(None);
    let query = use_query_map();
    let filters = Memo::new(move |_| query.with(Filters::of_address));
    let written = RwSignal::new(filters.get_untracked());
    let ads = Listing::<Ad>::new(expect_context::<Proof>());
    let (pane, navigate) = (RwSignal::new("main"), StoredValue::new_local(use_navigate()));
    let (back, scroller, counts) = (filters.with_untracked(Back::to), NodeRef::new(), Counts::new());
    back.lead(ads, scroller);
    // Going back and forth is looking for something else, too.
    Effect::new(move |before: Option<()>| {
        let filters = filters.get();
        if before.is_some() {
            back.give_up();
        }
        ads.load_at_least(filters.request(), back.ads());
        counts.load(square.session, &filters);
        written.set(filters);
    });
    let send = Callback::new(move |()| {
        pane.set("main");
        let address = written.with_untracked(Filters::address);
        navigate.with_value(|navigate| navigate(&address, NavigateOptions::default()));
    });
    let clear = Callback::new(move |()| {
        written.update(|written| *written = Filters { sort: std::mem::take(&mut written.sort), ..Filters::default() });
        send.run(());
    });
    let note = move |event| filters.with_untracked(|filters| back.note(filters, ads, &event));
    view! {
        <Shell pane=pane layout=Signal::stored(Some("list"))>
            <Narrowing written counts send clear pane />
            <section class="pane-main" aria-label=move || t_string!(i18n, nav.fair)>
                <div class="awning" aria-hidden="true"></div>
                <div class="pane-scroll" node_ref=scroller on:scroll=note>
                    <div class="page">
                        <header class="page-head"><div><h1>{t!(i18n, nav.fair)}</h1><p>{t!(i18n, fair.about)}</p></div><Advertise /></header>
                        <Search written send />
                        <Chips written send pane />
                        <SaveSearch filters />
                        <Ads ads filters clear />
                    </div>
                </div>
            </section>
        </Shell>
    }
}

/// The ways to the filters, on a phone, and to shelves; and the order.
#[component]
fn Chips(written: RwSignal<Filters>, send: Callback<()>, pane: RwSignal<&'static str>) -> impl IntoView {
    let i18n = language();
    view! {
        <div class="filters mt-2">
            <button type="button" class="filter-chip only-phone" on:click=move |_| pane.set("list")>
                <Icon name="sliders-horizontal" class="icon icon--sm" />{t!(i18n, fair.filters)}
            </button>
            <Shelves />
            <Order written send />
        </div>
    }
}

/// The filters; on a phone a pane of their own.
#[component]
fn Narrowing(
    written: RwSignal<Filters>,
    counts: Counts,
    send: Callback<()>,
    clear: Callback<()>,
    pane: RwSignal<&'static str>,
) -> impl IntoView {
    let i18n = language();
    view! {
        <section class="pane-list" aria-label=move || t_string!(i18n, fair.filters)>
            <header class="pane-head">
                <button type="button" class="icon-btn only-phone" aria-label=move || t_string!(i18n, fair.back) on:click=move |_| pane.set("main")><Icon name="arrow-left" /></button>
                <div class="pane-title"><h2>{t!(i18n, fair.filters)}</h2></div>
                <button type="button" class="link-btn small" on:click=move |_| clear.run(())>{t!(i18n, fair.clear)}</button>
            </header>
            <div class="pane-scroll pane-scroll--pad"><FilterForm written counts send /></div>
        </section>
    }
}

#[component]
fn Search(written: RwSignal<Filters>, send: Callback<()>) -> impl IntoView {
    let i18n = language();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        send.run(());
    };
    view! {
        <form role="search" class="input-group" aria-label=move || t_string!(i18n, fair.search) on:submit=submit>
            <Icon name="search" />
            <label class="visually-hidden" for="f-busca">{t!(i18n, fair.looking_for)}</label>
            <input
                class="input" id="f-busca" type="search" maxlength="200" placeholder=move || t_string!(i18n, fair.search_hint)
                prop:value=move || written.with(|written| written.words.clone())
                on:input=move |event| written.update(|written| written.words = event_target_value(&event))
            />
            <button type="submit" class="icon-btn" aria-label=move || t_string!(i18n, fair.search)><Icon name="arrow-right" /></button>
        </form>
    }
}

#[component]
fn Ads(ads: Listing<Ad>, filters: Memo<Filters>, clear: Callback<()>) -> impl IntoView {
    let i18n = language();
    let narrowed = move || filters.with(Filters::are_set);
    let nothing = move || if narrowed() { t_string!(i18n, fair.nothing) } else { t_string!(i18n, fair.closed) };
    let text = move || if narrowed() { t_string!(i18n, fair.nothing_text) } else { t_string!(i18n, fair.closed_text) };
    view! {
        <h2 class="visually-hidden">{t!(i18n, fair.ads)}</h2>
        <div class="stack mt-4">
            <ListFrame
                listing=ads drawing="stall"
                nothing=Signal::derive(move || nothing().to_owned()) nothing_text=Signal::derive(move || text().to_owned())
            >
                <ul class="ads"><For each=move || ads.items() key=|ad| (ad.id, ad.version) children=move |ad| view! { <AdCard ad /> } /></ul>
            </ListFrame>
            <Show when=narrowed>
                <p><button type="button" class="btn btn--sm" on:click=move |_| clear.run(())>{t!(i18n, fair.show_all)}</button></p>
            </Show>
        </div>
    }
}
