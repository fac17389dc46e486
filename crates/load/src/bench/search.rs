//! How long a search takes in a large square.

use anyhow::Result;

use super::report::{Part, table};
use super::workshop::{Engine, Workshop};
use crate::report::say;
use crate::scenario::search::{self, SearchLoad, SearchReport};

const ROOMS: usize = 200;
const MESSAGES: usize = 1_000_000;
const SEARCHES: usize = 300;

/// Runs it on both engines, once: filling a square takes minutes, and each search is made hundreds of times.
///
/// # Errors
/// A server does not do its work.
pub async fn run(shop: &Workshop) -> Result<Part> {
    let mut reports = Vec::new();
    for engine in [Engine::Postgres, Engine::Sqlite] {
        let town = shop.town(engine, &[], ROOMS, ROOMS).await?;
        let report = search::run(&town.target, &SearchLoad { messages: MESSAGES, searches: SEARCHES }).await?;
        say(&format!("{}: filled with {:.0} messages/s", engine.name(), report.filled_per_second));
        for kind in &report.kinds {
            say(&format!("  {}: p95 {:.1} ms, {} hits", kind.kind, kind.times.p95, kind.hits));
        }
        town.close().await?;
        reports.push(report);
    }
    let [postgres, sqlite] = &reports[..] else { anyhow::bail!("two engines were to be measured") };
    let cell = |report: &SearchReport, at: usize| {
        let times = report.kinds[at].times;
        format!("{:.1} / {:.1} / {:.1}", times.p50, times.p95, times.p99)
    };
    let rows: Vec<Vec<String>> = postgres
        .kinds
        .iter()
        .enumerate()
        .map(|(at, kind)| vec![kind.kind.clone(), kind.hits.to_string(), cell(postgres, at), cell(sqlite, at)])
        .collect();
    let head =
        ["Search", "Hits on the first page (20)", "PostgreSQL, p50 / p95 / p99 ms", "SQLite, p50 / p95 / p99 ms"];
    let text = format!(
        "{MESSAGES} messages of ten words in {ROOMS} rooms, written through the program ({:.0} messages/s on PostgreSQL, {:.0} on \
         SQLite); a person who is in all rooms searches, {SEARCHES} times each, one search after the other, over HTTP. The server \
         has one core.\n\n{}",
        postgres.filled_per_second,
        sqlite.filled_per_second,
        table(&head, &rows)
    );
    Ok(Part { title: "Search", text, pictures: Vec::new() })
}
