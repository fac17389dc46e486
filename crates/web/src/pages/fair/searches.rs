//! Searches somebody saved: made from what is looked for, listed, gone back to, and forgotten.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use praca_api::ads::searches::{NewSearch, SavedSearch, SearchFilters};
use praca_api::money::parse_amount;

use super::catalog::{Catalog, condition_word, kind_word};
use super::filters::{Filters, written_amount};
use crate::components::{Icon, ListFrame, Listing, Proof, Shell, explain};
use crate::language::{Language, language};
use crate::net::{Answer, Trouble};
use crate::square::Square;

impl Filters {
    /// As a search that is saved; none if there is nothing in it to be told of.
    fn saved(&self) -> Option<SearchFilters> {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let filters = SearchFilters {
            kind: self.kind.parse().ok(),
            category: given(&self.category),
            q: given(&self.words),
            min_centavos: parse_amount(&self.least),
            max_centavos: parse_amount(&self.most),
            state: given(&self.state),
            city: given(&self.city).filter(|_| !self.state.is_empty()),
            condition: self.condition.parse().ok(),
            with_picture: None,
        };
        let says = filters != SearchFilters::default();
        says.then_some(SearchFilters { with_picture: self.pictured.then_some(true), ..filters })
    }

    /// Those of a search that was saved.
    fn of_saved(saved: &SearchFilters) -> Self {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let amount = |centavos: Option<i64>| centavos.map(written_amount).unwrap_or_default();
        Self {
            words: text(&saved.q),
            kind: saved.kind.map_or("", |kind| kind.as_str()).to_owned(),
            category: text(&saved.category),
            least: amount(saved.min_centavos),
            most: amount(saved.max_centavos),
            state: text(&saved.state),
            city: text(&saved.city),
            condition: saved.condition.map_or("", |condition| condition.as_str()).to_owned(),
            pictured: saved.with_picture == Some(true),
            sort: String::new(),
        }
    }
}

/// Saves what is looked for.
#[component]
pub fn SaveSearch(filters: Memo<Filters>) -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Square>().session;
    let (done, trouble) = (RwSignal::new(None::<Filters>), RwSignal::new(None::<Trouble>));
    let wanted = move || filters.with(Filters::saved).is_some();
    let is_done = move || done.get() == Some(filters.get());
    let press = move |_| {
        let now = filters.get_untracked();
        let Some(wish) = now.saved() else { return };
        spawn_local(async move {
            let wish = NewSearch { name: None, filters: wish };
            let answer: Answer<SavedSearch> = session.send(Method::POST, "/me/searches", Some(&wish)).await;
            // The page may be gone by now.
            match answer {
                Ok(_) => drop((trouble.try_set(None), done.try_set(Some(now)))),
                Err(why) => drop(trouble.try_set(Some(why))),
            }
        });
    };
    view! {
        <Show when=wanted>
            <div class="row" role="status">
                <Show
                    when=is_done
                    fallback=move || view! {
                        <button type="button" class="btn btn--sm" on:click=press><Icon name="bell" class="icon icon--sm" />{t!(i18n, fair.tell_me)}</button>
                    }
                >
                    <span class="small"><Icon name="circle-check" class="icon icon--sm" />" "{t!(i18n, fair.will_tell)}" "<a href="/feira/buscas">{t!(i18n, fair.see_searches)}</a></span>
                </Show>
                {move || trouble.get().map(|trouble| view! { <span class="small danger">{explain(i18n, &trouble)}</span> })}
            </div>
        </Show>
    }
}

/// What a search looks for, in words.
fn words(i18n: Language, catalog: Catalog, filters: &SearchFilters) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(filters.q.as_ref().map(|q| format!("“{q}”")));
    parts.extend(filters.kind.map(|kind| kind_word(i18n, kind).to_owned()));
    parts.extend(filters.category.as_ref().map(|slug| catalog.name(i18n, slug)));
    parts.extend(filters.condition.map(|condition| condition_word(i18n, condition).to_owned()));
    parts.extend(filters.min_centavos.map(|least| t_string!(i18n, fair.from_price, price = written_amount(least))));
    parts.extend(filters.max_centavos.map(|most| t_string!(i18n, fair.to_price, price = written_amount(most))));
    parts.extend(filters.city.clone());
    parts.extend(filters.state.clone());
    if filters.with_picture == Some(true) {
        parts.push(t_string!(i18n, fair.pictured).to_owned());
    }
    parts.join(" · ")
}

/// The page of them.
#[component]
pub fn Searches() -> impl IntoView {
    let i18n = language();
    // No conversation is open here.
    expect_context::<Square>().enter(None);
    let searches = Listing::<SavedSearch>::new(expect_context::<Proof>());
    searches.load("/me/searches?limit=50".to_owned());
    view! {
        <Shell pane="main" layout=Signal::stored(Some("single"))>
            <section class="pane-main" aria-label=move || t_string!(i18n, fair.searches)>
                <div class="awning" aria-hidden="true"></div>
                <div class="pane-scroll">
                    <div class="page page--narrow">
                        <nav class="crumbs" aria-label=move || t_string!(i18n, fair.crumbs)>
                            <a href="/feira"><Icon name="arrow-left" class="icon icon--sm" />{t!(i18n, nav.fair)}</a>
                        </nav>
                        <header class="page-head mt-2"><div><h1>{t!(i18n, fair.searches)}</h1><p>{t!(i18n, fair.searches_text)}</p></div></header>
                        <ListFrame
                            listing=searches drawing="stall"
                            nothing=Signal::derive(move || t_string!(i18n, fair.none_saved).to_owned())
                            nothing_text=Signal::derive(move || t_string!(i18n, fair.none_saved_text).to_owned())
                        >
                            <ul class="rows"><For each=move || searches.items() key=|search| search.id children=move |search| view! { <Saved search searches /> } /></ul>
                        </ListFrame>
                    </div>
                </div>
            </section>
        </Shell>
    }
}

#[component]
fn Saved(search: SavedSearch, searches: Listing<SavedSearch>) -> impl IntoView {
    let i18n = language();
    let (session, catalog) = (expect_context::<Square>().session, expect_context::<Catalog>());
    let (address, id) = (Filters::of_saved(&search.filters).address(), search.id);
    let said = StoredValue::new(search.filters);
    let said = move || said.with_value(|filters| words(i18n, catalog, filters));
    let forget = move |_| {
        spawn_local(async move {
            let answer: Answer<()> = session.send(Method::DELETE, &format!("/me/searches/{id}"), None::<&()>).await;
            match answer {
                Ok(()) => searches.update(|all| all.retain(|other: &SavedSearch| other.id != id)),
                Err(trouble) => searches.complain(trouble),
            }
        });
    };
    view! {
        <li class="row row--nowrap">
            <Icon name="search" />
            <a class="grow" href=address>{said}</a>
            <button type="button" class="btn btn--sm" aria-label=move || t_string!(i18n, fair.forget_search, what = said()) on:click=forget>{t!(i18n, fair.forget)}</button>
        </li>
    }
}
