//! How long it takes to look for ads in a large fair: the first page, the hundredth, and the counts beside the filters.

use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use praca_api::Page;
use praca_api::ads::Ad;
use praca_api::ads::facets::AdFacets;
use serde::de::DeserializeOwned;

use super::report::{Part, table};
use super::workshop::{Engine, Town, Workshop};
use crate::people::{Person, Square};
use crate::report::say;
use crate::tally::{Quantiles, Times};

/// Ads on each engine.
const FAIRS: [(Engine, u64); 2] = [(Engine::Postgres, 1_000_000), (Engine::Sqlite, 50_000)];
/// Questions for each page.
const QUESTIONS: usize = 200;
/// Ads of a page.
const PAGE: usize = 24;
/// The page far behind.
const FAR: usize = 100;

/// What there is not.
const NOTHING: &str = "Two words of no ad";

/// What is looked for.
const KINDS: [(&str, &str); 11] = [
    ("Everything, the newest first", ""),
    ("Everything, the cheapest first", "&sort=price_asc"),
    ("A group of categories", "&category=casa"),
    ("To trade", "&kind=trade"),
    ("New things up to R$ 100", "&condition=new&maxCentavos=10000"),
    ("A large city", "&state=SP&city=S%C3%A3o%20Paulo"),
    ("A state, the dearest first", "&state=BA&sort=price_desc"),
    ("A frequent word", "&q=sofa%20"),
    ("Two words in a large city", "&q=bicicleta%20azul%20&state=SP&city=S%C3%A3o%20Paulo"),
    ("A word of one ad", "&q=n%C3%BAmero%204242%20"),
    (NOTHING, "&q=refor%C3%A7ado%20azul%20"),
];

/// How long one kind of question takes.
struct Asked {
    first: Quantiles,
    /// None where there are fewer pages.
    far: Option<Quantiles>,
    counts: Quantiles,
}

/// Runs it, once: filling a fair takes minutes, and each question is asked hundreds of times.
///
/// # Errors
/// A server does not do its work.
pub async fn run(shop: &Workshop) -> Result<Part> {
    let mut columns = Vec::new();
    for (engine, ads) in FAIRS {
        let town = shop.town(engine, &[], 0, 0).await?;
        let began = Instant::now();
        shop.fill_fair(&town, ads).await?;
        say(&format!("{}: {ads} ads stored within {:.0} s", engine.name(), began.elapsed().as_secs_f64()));
        columns.push(ask_all(engine, &town).await?);
        town.close().await?;
    }
    let [postgres, sqlite] = &columns[..] else { anyhow::bail!("two engines were to be measured") };
    let cell = |times: &Quantiles| format!("{:.1} / {:.1}", times.p50, times.p95);
    let far = |times: &Option<Quantiles>| times.as_ref().map_or_else(|| "–".to_owned(), cell);
    let rows: Vec<Vec<String>> = KINDS
        .iter()
        .zip(postgres.iter().zip(sqlite))
        .map(|((kind, _), (large, small))| {
            let of = |asked: &Asked| [cell(&asked.first), far(&asked.far), cell(&asked.counts)];
            [vec![(*kind).to_owned()], of(large).to_vec(), of(small).to_vec()].concat()
        })
        .collect();
    let head =
        ["Looked for", "PostgreSQL, first page", "100th page", "counts", "SQLite, first page", "100th page", "counts"];
    let text = format!(
        "{} ads on PostgreSQL and {} on SQLite, made by `praca seed --ads`; nine of ten are on display. Somebody looks for them over \
         HTTP, {PAGE} on a page, and for the counts beside the filters, {QUESTIONS} times each, one question after the other; p50 / p95 in milliseconds. The server has one \
         core. A dash: there are fewer pages.\n\n{}",
        FAIRS[0].1,
        FAIRS[1].1,
        table(&head, &rows)
    );
    Ok(Part { title: "The fair", text, pictures: Vec::new() })
}

async fn ask_all(engine: Engine, town: &Town) -> Result<Vec<Asked>> {
    let square = Square::at(town.server.address);
    let person = square.log_in("davi", "praca-demo-2026").await?;
    let mut all = Vec::new();
    for (kind, filters) in KINDS {
        let path = format!("/ads?limit={PAGE}{filters}");
        let found: Page<Ad> = square.get(&path, &person).await?;
        ensure!(found.items.is_empty() == (kind == NOTHING), "{path} finds {} ads", found.items.len());
        let first = ask::<Page<Ad>>(&square, &person, &path).await?;
        let far = match page_behind(&square, &person, &path).await? {
            Some(after) => Some(ask::<Page<Ad>>(&square, &person, &format!("{path}&after={after}")).await?),
            None => None,
        };
        let behind = far.as_ref().map_or_else(|| "none".to_owned(), |far| format!("{:.1} ms", far.p95));
        say(&format!("{}, {kind}: p95 {:.1} ms, 100th page {behind}", engine.name(), first.p95));
        let counts = ask::<AdFacets>(&square, &person, &format!("/ads/facets?limit={PAGE}{filters}")).await?;
        all.push(Asked { first, far, counts });
    }
    Ok(all)
}

async fn ask<T: DeserializeOwned>(square: &Square, person: &Person, path: &str) -> Result<Quantiles> {
    let times = Times::new()?;
    for _ in 0..QUESTIONS {
        let began = Instant::now();
        let _: T = square.get(path, person).await?;
        times.note(u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX));
    }
    Ok(times.quantiles())
}

/// Where the hundredth page begins, if there are so many.
async fn page_behind(square: &Square, person: &Person, path: &str) -> Result<Option<String>> {
    let mut after = String::new();
    for _ in 1..FAR {
        let page: Page<Ad> = square.get(&format!("{path}{after}"), person).await?;
        match page.next {
            Some(next) => after = format!("&after={next}"),
            None => return Ok(None),
        }
    }
    Ok(Some(after.strip_prefix("&after=").context("a hundred pages have a cursor")?.to_owned()))
}
