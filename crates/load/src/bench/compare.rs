//! An older program beside the present one.

use anyhow::{Context as _, Result};

use super::fanout::{self, mib};
use super::report::{Part, table};
use super::stored;
use super::workshop::{Engine, Workshop, in_turns, median};
use super::{BenchArgs, history, memory};
use crate::scenario::idle;

/// People who register one after the other, each with an Argon2 hash.
const REGISTERED: usize = 64;

/// What is compared, in the order of [`measure`].
const MEASURES: [&str; 9] = [
    "Stored messages/s, 64 senders in 16 rooms, SQLite",
    "The same, PostgreSQL",
    "Fan-out into 1,000, saturated: CPU-s per million",
    "75 messages/s into 1,000: CPU-s per million",
    "The same: p99 of a delivery, ms",
    "Idle socket, KiB",
    "After 64 registrations, MiB",
    "Rooms list of a member of 200, PostgreSQL: p50, ms",
    "Newest page of a room there: p50, ms",
];

/// Runs it.
///
/// # Errors
/// There is no older program, or a server does not do its work.
pub async fn run(shop: &Workshop) -> Result<Part> {
    let before = shop.args.before.clone().context("an older program is named by `--before`")?;
    let older = Workshop::open(BenchArgs { praca: before, ..shop.args.clone() })?;
    let side = async |now: bool| measure(if now { shop } else { &older }).await;
    let (now, before) = in_turns(shop.args.rounds, side).await?;
    let rows = MEASURES.iter().enumerate().map(|(at, name)| {
        let middle = |runs: &[[f64; MEASURES.len()]]| median(runs.iter().map(|run| run[at]).collect());
        let pairs = now.iter().zip(&before).map(|(now, before)| now[at] / before[at].max(1e-9));
        let ratio = median(pairs.collect());
        vec![
            (*name).to_owned(),
            format!("{:.2}", middle(&before)),
            format!("{:.2}", middle(&now)),
            format!("× {ratio:.2}"),
        ]
    });
    let commit = shop.args.before_commit.as_deref().unwrap_or_default();
    let text = format!(
        "The program of commit {commit} and the present one, in turns. The ratio is the median of the rounds' own, each of two runs next to each other; where it \
         disagrees with the two medians, the machine changed its speed between rounds.\n\n{}",
        table(&["", "Before", "Now", "Ratio"], &rows.collect::<Vec<_>>())
    );
    Ok(Part { title: "Before and after", text, pictures: Vec::new() })
}

async fn measure(shop: &Workshop) -> Result<[f64; MEASURES.len()]> {
    let sqlite = stored::once(shop, Engine::Sqlite, 64, 16, true).await?;
    let postgres = stored::once(shop, Engine::Postgres, 64, 16, true).await?;
    let saturated = fanout::once(shop, true, 1_000, None, 0).await?;
    let paced = fanout::once(shop, true, 1_000, Some(fanout::PACE), 0).await?;
    let town = shop.town(Engine::Sqlite, &[], REGISTERED, 1).await?;
    let registered = mib(town.server.usage()?.rss_kib);
    let idle = idle::run(&town.target, &memory::LOAD).await?;
    town.close().await?;
    let (large, reads) = history::small(shop).await?;
    large.close().await?;
    Ok([
        sqlite.messages_per_second,
        postgres.messages_per_second,
        saturated.cpu_per_million,
        paced.cpu_per_million,
        paced.delivery.p99,
        idle.kib_per_socket,
        registered,
        reads.rooms_list.p50,
        reads.newest_page.p50,
    ])
}
