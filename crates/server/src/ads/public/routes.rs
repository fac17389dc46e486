//! `/anuncios`, `/sitemap.xml` and `/robots.txt`.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use praca_api::AdId;
use praca_api::accounts::Locale;
use serde::Deserialize;

use super::super::Ads;
use super::super::entity::Model;
use super::render::{
    AdPage, Card, Head, ListPage, Shown, about, ad_path, card, category_path, html, images, linked_data, name_of,
    place, price, style, told, way_to,
};
use super::sitemap;
use super::words::Words;
use crate::error::{Error, Result};
use crate::http::{Path, Query, web};

/// The pages anybody may read.
pub fn routes(ads: Ads) -> Router {
    Router::new()
        .route("/anuncios", get(fair))
        .route("/anuncios/categoria/{slug}", get(category))
        .route("/anuncios/{id}", get(ad))
        .route("/robots.txt", get(sitemap::robots))
        .route("/sitemap.xml", get(sitemap::index))
        .route("/sitemap/{part}", get(sitemap::part))
        .with_state(ads)
}

/// Where a list goes on.
#[derive(Debug, Default, Deserialize)]
struct Further {
    after: Option<String>,
}

/// In which language somebody reads: the first of theirs that is one of ours.
fn language(headers: &HeaderMap) -> Locale {
    let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let ours = wanted.split(',').find_map(|part| match part.trim().split(['-', ';']).next()? {
        "pt" => Some(Locale::PtBr),
        "en" => Some(Locale::En),
        "es" => Some(Locale::Es),
        _ => None,
    });
    ours.unwrap_or(Locale::PtBr)
}

fn answer(status: StatusCode, text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        // What is taken from display is gone at once, for whoever reads it here.
        (header::CACHE_CONTROL, "no-cache"),
        (header::VARY, "accept-language"),
    ];
    (status, headers, text).into_response()
}

async fn fair(State(ads): State<Ads>, headers: HeaderMap, Query(further): Query<Further>) -> Result<Response> {
    ads.list_page(None, further.after, language(&headers)).await
}

async fn category(
    State(ads): State<Ads>,
    headers: HeaderMap,
    Path(slug): Path<String>,
    Query(further): Query<Further>,
) -> Result<Response> {
    ads.list_page(Some(slug), further.after, language(&headers)).await
}

async fn ad(State(ads): State<Ads>, headers: HeaderMap, Path(id): Path<String>) -> Result<Response> {
    ads.ad_page(id.parse().ok().map(AdId), language(&headers)).await
}

impl Ads {
    pub(super) fn origin(&self) -> &str {
        self.0.base.config.public_url.trim_end_matches('/')
    }

    async fn list_page(&self, slug: Option<String>, after: Option<String>, locale: Locale) -> Result<Response> {
        let (tree, words, origin) = (self.categories().await?, Words::of(locale), self.origin());
        let category = match &slug {
            Some(slug) => Some(tree.get(slug).ok_or_else(Error::not_found)?),
            None => None,
        };
        let further = after.as_ref().map(|after| format!("?after={after}")).unwrap_or_default();
        let found = self.shown_page(slug.as_deref(), after).await?;
        let path = slug.as_deref().map_or_else(|| "/anuncios".to_owned(), category_path);
        let inside = slug.as_ref().map_or_else(|| "/feira".to_owned(), |slug| format!("/feira?categoria={slug}"));
        let head = Head {
            locale: locale.as_str(),
            title: category.map_or_else(|| words.fair.to_owned(), |category| name_of(category, locale)),
            about: if slug.is_some() { words.category_about } else { words.fair_about }.to_owned(),
            address: format!("{origin}{path}{further}"),
            inside,
            image: None,
            data: None,
            is_gone: false,
            sheets: web::linked("stylesheet"),
            icon: web::linked("icon").pop(),
        };
        let parts = tree.all().iter().filter(|part| part.parent == slug);
        let page = ListPage {
            head,
            words,
            group: slug.as_ref().map(|slug| way_to(&tree, slug, locale)),
            parts: parts.map(|part| (name_of(part, locale), category_path(&part.slug))).collect(),
            ads: found.items.iter().map(|row| card(row, words, locale, origin)).collect(),
            next: found.next.map(|after| format!("{path}?after={after}")),
        };
        Ok(answer(StatusCode::OK, html(&page)?))
    }

    async fn ad_page(&self, id: Option<AdId>, locale: Locale) -> Result<Response> {
        let (words, origin) = (Words::of(locale), self.origin());
        let cards = |rows: &[Model]| rows.iter().map(|row| card(row, words, locale, origin)).collect::<Vec<Card>>();
        let Some((row, is_shown)) = self.known_to_all(id).await? else {
            let others = self.shown_page(None, None).await?;
            let head = gone(words, locale, format!("{origin}/anuncios"));
            let page = AdPage { head, words, group: Vec::new(), ad: None, similar: cards(&others.items) };
            return Ok(answer(StatusCode::NOT_FOUND, html(&page)?));
        };
        let similar = cards(&self.like(&row, self.shown_to_all()).await?);
        let group = way_to(&*self.categories().await?, &row.category, locale);
        let address = format!("{origin}{}", ad_path(&row));
        if !is_shown {
            let head = gone(words, locale, address);
            return Ok(answer(StatusCode::GONE, html(&AdPage { head, words, group, ad: None, similar })?));
        }
        let pictures = images(&row, origin);
        let head = Head {
            title: row.title.clone(),
            about: about(&row, words, locale),
            data: Some(linked_data(&row, &address, &pictures)),
            image: pictures.into_iter().next(),
            inside: format!("/feira/{}", row.id),
            is_gone: false,
            ..gone(words, locale, address)
        };
        let shown = self.shown_ad(&row, (words, locale)).await?;
        Ok(answer(StatusCode::OK, html(&AdPage { head, words, group, ad: Some(shown), similar })?))
    }

    async fn shown_ad(&self, row: &Model, (words, locale): (&'static Words, Locale)) -> Result<Shown> {
        let owner = self.0.accounts.author(row.owner_id).await?;
        let first = owner.display_name.split_whitespace().next().unwrap_or_default();
        Ok(Shown {
            kind: words.kind(row.kind),
            style: style(row.kind),
            price: price(row, words, locale),
            owner: first.to_owned(),
            told: told(&row.description),
            condition: row.condition.map(|condition| words.state(condition)),
            quantity: row.quantity,
            place: place(row),
            images: images(row, self.origin()),
        })
    }
}

/// The head of a page on what is not on display: of that nothing is told, not even its name.
fn gone(words: &Words, locale: Locale, address: String) -> Head {
    Head {
        locale: locale.as_str(),
        title: words.gone.to_owned(),
        about: words.gone_text.to_owned(),
        address,
        inside: "/feira".to_owned(),
        image: None,
        data: None,
        is_gone: true,
        sheets: web::linked("stylesheet"),
        icon: web::linked("icon").pop(),
    }
}
