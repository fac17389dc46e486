//! What a visitor's browser loads, and how long until it can be used.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use tokio::process::Command;

use super::report::{Part, table};
use super::workshop::{Engine, Workshop, median};
use crate::scenario::room::{self, RoomLoad};

/// Messages in the room that is shown.
const MESSAGES: u64 = 1_000;

/// What the browser found, in milliseconds and bytes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Visit {
    /// Bytes over the wire until the log-in page could be used.
    first: f64,
    /// Bytes over the wire until the list of rooms was there.
    inside: f64,
    /// Until the log-in page could be used.
    interactive: f64,
    /// From the click on a room of a thousand messages until its newest is seen.
    room: f64,
    /// From opening the page again, logged in and with its files in the cache, until the list of rooms is there.
    again: f64,
}

/// Runs it.
///
/// # Errors
/// A server or the browser does not do its work.
pub async fn run(shop: &Workshop) -> Result<Part> {
    let town = shop.town(Engine::Sqlite, &[], 8, 1).await?;
    let load = RoomLoad {
        sockets: 8,
        senders: 8,
        warm_up: 0.0,
        seconds: 60.0,
        messages: Some(MESSAGES),
        ..RoomLoad::default()
    };
    room::run(&town.target, &load).await?;
    let output = Command::new("node")
        .arg(&shop.args.browser)
        .arg(format!("http://{}", town.target.address))
        .arg("load-bench-0")
        .output()
        .await?;
    ensure!(output.status.success(), "the browser: {}", String::from_utf8_lossy(&output.stderr));
    let visits: Vec<Visit> = serde_json::from_slice(&output.stdout).context("the browser's answer")?;
    town.close().await?;
    let middle = |value: fn(&Visit) -> f64| median(visits.iter().map(value).collect());
    let rows: Vec<_> = files(&shop.args.web.join("assets"))?
        .into_iter()
        .map(|(name, plain, brotli)| vec![name, kb(plain), kb(brotli)])
        .collect();
    let text = format!(
        "A first visit in headless Chromium on the same machine, nothing cached: {} over the wire (Brotli, with headers) \
         until the log-in page can be used, which takes {:.0} ms; {} with the code of the rooms, which is fetched once \
         somebody begins to log in. A room of {MESSAGES} messages shows its newest {:.0} ms after the click that opens \
         it. Opened again, the files in the cache, the list of rooms is there after {:.0} ms. Medians of {} visits.\n\n{}",
        kb(middle(|visit| visit.first)),
        middle(|visit| visit.interactive),
        kb(middle(|visit| visit.inside)),
        middle(|visit| visit.room),
        middle(|visit| visit.again),
        visits.len(),
        table(&["File", "Plain", "Brotli"], &rows)
    );
    Ok(Part { title: "The web client", text, pictures: Vec::new() })
}

/// The largest files that are served compressed: name, bytes, and bytes in Brotli.
fn files(folder: &Path) -> Result<Vec<(String, f64, f64)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let compressed = fs::metadata(format!("{}.br", path.display()));
        if let (Ok(compressed), Some(name)) = (compressed, path.file_name()) {
            let size = |length: u64| crate::scenario::ratio(length, 1.0);
            files.push((name.to_string_lossy().into_owned(), size(fs::metadata(&path)?.len()), size(compressed.len())));
        }
    }
    files.sort_by(|a, b| b.2.total_cmp(&a.2));
    files.truncate(6);
    Ok(files)
}

fn kb(bytes: f64) -> String {
    format!("{:.0} KB", bytes / 1_000.0)
}
