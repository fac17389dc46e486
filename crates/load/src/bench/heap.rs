//! Where the memory of an idle socket goes.

use std::collections::HashMap;
use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use tokio::time::{Instant, sleep};

use super::BenchArgs;
use super::report::{Part, table};
use super::workshop::{Engine, Workshop};
use crate::scenario::{crowd, ratio};

const SOCKETS: usize = 1_000;
const PEOPLE: usize = 50;
/// Rest before the profile is taken.
const QUIET: Duration = Duration::from_secs(5);
/// Longest wait for it.
const WITHIN: Duration = Duration::from_secs(60);
/// Who holds memory, by what its stack names: a function, or the end of a file's path. The first that fits.
const HOLDERS: [(&[&str], &str); 7] = [
    (&["engineioxide", "sync/mpsc"], "Queues of packets to send (engineioxide, tokio)"),
    (&["new_task"], "Tasks of the connection and its heartbeat (tokio)"),
    (&["src/gateway/"], "What the gateway knows of the socket and its person (ours)"),
    (&["tungstenite"], "Buffers of the WebSocket (tungstenite)"),
    (&["engineioxide"], "Session (engineioxide)"),
    (&["src/http/listener.rs"], "Listener, and what hyper keeps of the handshake"),
    (&["hyper"], "Listener, and what hyper keeps of the handshake"),
];

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
type Held = HashMap<&'static str, (u64, u64)>;

/// Runs it.
///
/// # Errors
/// The program was built without a profile, or does not do its work.
pub async fn run(shop: &Workshop) -> Result<Part> {
    let binary = shop.args.heap.clone().context("the program that notes its memory is named by `--heap`")?;
    let shop = Workshop::open(BenchArgs { praca: binary, ..shop.args.clone() })?;
    let empty = profile(&shop, 0).await?;
    let full = profile(&shop, SOCKETS).await?;
    let each = |now: u64, before: u64| (ratio(now, 1.0) - ratio(before, 1.0)) / ratio(SOCKETS as u64, 1.0);
    let mut grown: Vec<(&str, f64, f64)> = full
        .iter()
        .map(|(name, (bytes, blocks))| {
            let (before, blocks_before) = empty.get(name).copied().unwrap_or_default();
            (*name, each(*bytes, before), each(*blocks, blocks_before))
        })
        .collect();
    ensure!(grown.len() > HOLDERS.len() / 2, "the profile's stacks are not what they were: {grown:?}");
    grown.sort_by(|a, b| b.1.total_cmp(&a.1));
    let whole = grown.iter().fold((0.0, 0.0), |sum, one| (sum.0 + one.1, sum.1 + one.2));
    grown.push(("Together", whole.0, whole.1));
    let row = |(name, bytes, blocks): &(&str, f64, f64)| {
        vec![(*name).to_owned(), format!("{bytes:.0}"), format!("{blocks:.1}")]
    };
    let rows: Vec<_> = grown.iter().map(row).collect();
    let text = format!(
        "What {SOCKETS} idle sockets of {PEOPLE} people hold of the heap, less what the same server holds without them. \
         Beside it, what the allocator rounds up counts as memory of the process; the kernel's buffers do not.\n\n{}",
        table(&["Who holds it", "Bytes a socket", "Blocks a socket"], &rows)
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
            None => ensure!(Instant::now() < until, "no profile was written"),
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
        let frames = place.frames.iter().filter_map(|frame| profile.frames.get(*frame));
        let stack = frames.map(String::as_str).collect::<Vec<_>>().join("\n");
        let fits = |(marks, _): &&(&[&str], &str)| marks.iter().all(|mark| stack.contains(mark));
        let (_, name) = HOLDERS.iter().find(fits).copied().unwrap_or((&[], "Others"));
        let (bytes, blocks) = held.entry(name).or_default();
        *bytes += place.held;
        *blocks += place.blocks;
    }
    held
}
