//! What search engines are told: where everything is, and what is none of theirs.

use std::fmt::Write as _;
use std::ops::RangeInclusive;
use std::time::Duration;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use praca_api::{AdId, Timestamp};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::super::Ads;
use super::super::entity::{Column, Entity};
use super::render::category_path;
use crate::error::{Error, Result};
use crate::http::Path;

/// Addresses one file may have, by the protocol (sitemaps.org).
const MOST: u64 = 50_000;
/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// What is none of theirs: people's own pages, which say nothing without an account.
pub async fn robots(State(ads): State<Ads>) -> Response {
    let text = format!(
        "User-agent: *\nDisallow: /api/\nDisallow: /socket.io/\nDisallow: /admin\nDisallow: /perfil\nSitemap: {}/sitemap.xml\n",
        ads.0.base.config.public_url.trim_end_matches('/')
    );
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

/// The parts: the fair with its categories, and the ads by the day on which they end, which is soon enough.
pub async fn index(State(ads): State<Ads>) -> Result<Response> {
    let days = days(&ads).await?.map(|day| format!("anuncios-{day}.xml"));
    let mut text = String::new();
    for part in std::iter::once("feira.xml".to_owned()).chain(days) {
        write!(text, "<sitemap><loc>{}/sitemap/{part}</loc></sitemap>", ads.origin()).map_err(Error::internal)?;
    }
    Ok(xml("sitemapindex", &text))
}

/// The days on which ads that are on display end, counted from 1970.
async fn days(ads: &Ads) -> Result<RangeInclusive<i64>> {
    let longest = ads.categories().await?.all().iter().map(|category| category.days).max().unwrap_or_default().max(180);
    let today = ads.0.base.clock.now().millis() / DAY;
    Ok(today..=today + i64::from(longest))
}

/// One part.
pub async fn part(State(ads): State<Ads>, Path(part): Path<String>) -> Result<Response> {
    if part == "feira.xml" {
        let tree = ads.categories().await?;
        let paths = tree.all().iter().map(|category| (category_path(&category.slug), None));
        return Ok(xml("urlset", &addresses(&ads, std::iter::once(("/anuncios".to_owned(), None)).chain(paths))?));
    }
    let day = part.strip_prefix("anuncios-").and_then(|rest| rest.strip_suffix(".xml"));
    let day: i64 = day.and_then(|day| day.parse().ok()).ok_or_else(Error::not_found)?;
    if !days(&ads).await?.contains(&day) {
        return Err(Error::not_found());
    }
    let begins = day.checked_mul(DAY).and_then(Timestamp::from_millis).ok_or_else(Error::not_found)?;
    let rows: Vec<(AdId, Timestamp)> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::ChangedAt])
        .filter(ads.shown_to_all())
        .filter(Column::ExpiresAt.gte(begins))
        .filter(Column::ExpiresAt.lt(begins + Duration::from_secs(86_400)))
        .order_by_asc(Column::ExpiresAt)
        .limit(MOST)
        .into_tuple()
        .all(ads.0.base.db.read())
        .await?;
    let paths = rows.into_iter().map(|(id, changed)| (format!("/anuncios/{id}"), Some(changed)));
    Ok(xml("urlset", &addresses(&ads, paths)?))
}

fn addresses(ads: &Ads, paths: impl Iterator<Item = (String, Option<Timestamp>)>) -> Result<String> {
    let mut text = String::new();
    for (path, changed) in paths {
        let changed = changed.map(|at| format!("<lastmod>{at}</lastmod>")).unwrap_or_default();
        write!(text, "<url><loc>{}{path}</loc>{changed}</url>", ads.origin()).map_err(Error::internal)?;
    }
    Ok(text)
}

fn xml(root: &str, inner: &str) -> Response {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">{inner}</{root}>\n"
    );
    ([(header::CONTENT_TYPE, "application/xml; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], text)
        .into_response()
}
