//! Where the memory of an idle socket goes.

use std::collections::HashMap;
use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use tokio::time::{Instant, sleep};

use super::BenchArgs;
use super::report::{Part, table};
use super::workshop::{Engine, Workshop};
use crate::scenario::{crowd, ratio};

const SOCKETS: usize = 1_000;
const PEOPLE: usize = 50;
/// Rows of the table; what is left is summed up.
const ROWS: usize = 14;
/// Rest before the profile is taken.
const QUIET: Duration = Duration::from_secs(5);
/// Longest wait for it.
const WITHIN: Duration = Duration::from_secs(60);
/// Whose frames say nothing of what the memory is for.
const CARRIERS: [&str; 8] = ["alloc", "core", "std", "dhat", "hashbrown", "bytes", "__rust", "[root]"];

/// A profile as `dhat` writes it, as much of it as is read.
#[derive(Deserialize)]
struct Profile {
    #[serde(rename = "pps")]
    places: Vec<Place>,
    #[serde(rename = "ftbl")]
    frames: Vec<String>,
}

/// A place in the program that asks for memory.
#[derive(Deserialize)]
struct Place {
    /// Bytes it holds at the end.
    #[serde(rename = "eb")]
    held: u64,
    /// Blocks it holds at the end.
    #[serde(rename = "ebk")]
    blocks: u64,
    /// Its frames, the innermost first.
    #[serde(rename = "fs")]
    frames: Vec<usize>,
}

/// Bytes and blocks, by who holds them.
type Held = HashMap<String, (u64, u64)>;

/// Runs it.
///
/// # Errors
/// The program was built without a profile, or does not do its work.
pub async fn run(shop: &Workshop) -> Result<Part> {
    let binary = shop.args.heap.clone().context("the program that notes its memory is named by `--heap`")?;
    let shop = Workshop::open(BenchArgs { praca: binary, ..shop.args.clone() })?;
    let empty = profile(&shop, 0).await?;
    let full = profile(&shop, SOCKETS).await?;
    let mut grown: Vec<(&str, f64, f64)> = full
        .iter()
        .map(|(name, (bytes, blocks))| {
            let (before, blocks_before) = empty.get(name).copied().unwrap_or_default();
            let each = |now: u64, before: u64| ratio(now.saturating_sub(before), ratio(SOCKETS as u64, 1.0));
            (name.as_str(), each(*bytes, before), each(*blocks, blocks_before))
        })
        .collect();
    grown.sort_by(|a, b| b.1.total_cmp(&a.1));
    let whole: f64 = grown.iter().map(|(_, bytes, _)| bytes).sum();
    let rest: f64 = grown.iter().skip(ROWS).map(|(_, bytes, _)| bytes).sum();
    let row = |name: &str, bytes: f64, blocks: String| vec![name.to_owned(), format!("{bytes:.0}"), blocks];
    let mut rows: Vec<_> = grown
        .iter()
        .take(ROWS)
        .map(|(name, bytes, blocks)| row(&format!("`{name}`"), *bytes, format!("{blocks:.1}")))
        .collect();
    rows.push(row("All others", rest, String::new()));
    rows.push(row("Together", whole, String::new()));
    let text = format!(
        "What {SOCKETS} idle sockets of {PEOPLE} people hold of the heap, less what the same server holds without them, by \
         the innermost function that is not a container's. Beside it a socket takes the kernel's buffers and what the \
         allocator rounds up.\n\n{}",
        table(&["Who asked for it", "Bytes a socket", "Blocks a socket"], &rows)
    );
    Ok(Part { title: "Where the memory of a socket goes", text, pictures: Vec::new() })
}

/// What a server with so many idle sockets holds.
async fn profile(shop: &Workshop, sockets: usize) -> Result<Held> {
    let mut town = shop.town(Engine::Sqlite, &[], PEOPLE, 1).await?;
    let members = crowd::connect(&town.target, 0..sockets, 8).await?;
    let listening = members.into_iter().map(|member| {
        let crowd::Member { socket, ear, .. } = member;
        tokio::spawn(async move { ear.listen(&socket, |_| {}).await })
    });
    let listening: Vec<_> = listening.collect();
    sleep(QUIET).await;
    town.server.tell("").await?;
    let path = town.folder().join("dhat-heap.json");
    let until = Instant::now() + WITHIN;
    let profile = loop {
        // The file grows while it is written: it is whole when it can be read.
        let read = fs::read(&path).ok().and_then(|text| serde_json::from_slice::<Profile>(&text).ok());
        match read {
            Some(profile) => break profile,
            None => anyhow::ensure!(Instant::now() < until, "no profile was written"),
        }
        sleep(Duration::from_millis(200)).await;
    };
    listening.iter().for_each(tokio::task::JoinHandle::abort);
    town.close().await?;
    Ok(by_holder(&profile))
}

fn by_holder(profile: &Profile) -> Held {
    let mut held = Held::new();
    for place in &profile.places {
        let names = place.frames.iter().filter_map(|frame| profile.frames.get(*frame)).map(|frame| function(frame));
        let name = names.clone().find(|name| !CARRIERS.contains(&owner(name))).unwrap_or_else(|| "unknown".to_owned());
        let (bytes, blocks) = held.entry(name).or_default();
        *bytes += place.held;
        *blocks += place.blocks;
    }
    held
}

/// The function of a frame, `0xADDRESS: FUNCTION (FILE:LINE:COLUMN)`, without its type parameters.
fn function(frame: &str) -> String {
    let name = frame.split_once(": ").map_or(frame, |(_, name)| name);
    let name = name.rsplit_once(" (").map_or(name, |(name, _)| name);
    let (mut plain, mut depth) = (String::new(), 0_usize);
    for (at, letter) in name.char_indices() {
        match letter {
            '<' if at > 0 => depth += 1,
            '>' if depth > 0 && !name[..at].ends_with('-') => depth -= 1,
            letter if depth == 0 => plain.push(letter),
            _ => {}
        }
    }
    plain.replace("::{{closure}}", "").replace("::::", "::")
}

/// The crate of a function.
fn owner(function: &str) -> &str {
    let begin = function.trim_start_matches(['<', '&']);
    begin.split("::").next().unwrap_or(begin)
}
