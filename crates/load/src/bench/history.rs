//! Whether a square with two million messages is as quick to read as one with ten thousand.

use anyhow::{Result, ensure};

use super::report::{Part, table};
use super::workshop::{Engine, Town, Workshop};
use crate::report::say;
use crate::scenario::MOST_SECONDS;
use crate::scenario::reads::{self, ReadLoad, ReadReport};
use crate::scenario::room::{self, RoomLoad};
use crate::tally::Quantiles;

const ROOMS: usize = 200;
const FEW: i64 = 10_000;
const MANY: i64 = 2_000_000;
/// Some times of a report.
type Times = fn(&ReadReport) -> &Quantiles;

/// Messages on their way at a time while the square is filled.
const FILLING: usize = 10;

/// Runs it: the same square, first small, then large.
///
/// # Errors
/// A server does not do its work.
pub async fn run(shop: &Workshop) -> Result<Part> {
    // Everybody writes in a room of their own; reading makes the first of them a member of all.
    let town = shop.town(Engine::Postgres, &[], ROOMS, ROOMS).await?;
    fill(&town, FEW).await?;
    let few = read(&town).await?;
    fill(&town, MANY).await?;
    let many = read(&town).await?;
    // Again at once: it shows how far two readings of one square differ.
    let again = read(&town).await?;
    town.close().await?;
    let kinds: [(&str, Times); 4] = [
        ("Newest page of a room (50)", |report| &report.newest_page),
        ("Older page of a room (50)", |report| &report.older_page),
        ("Rooms list of a member of 200", |report| &report.rooms_list),
        ("Joining a room", |report| &report.join),
    ];
    let rows = kinds.map(|(name, of)| {
        let cell = |report: &ReadReport| format!("{:.2} / {:.2}", of(report).p50, of(report).p99);
        let ratio = of(&many).p50.max(of(&again).p50) / of(&few).p50.max(1e-9);
        vec![name.to_owned(), cell(&few), cell(&many), cell(&again), format!("× {ratio:.2}")]
    });
    ensure!(many.messages >= MANY, "the square holds {} messages only", many.messages);
    let head = ["p50 / p99 in ms", "Few", "Many", "Many, again", "Ratio of p50 (the worse)"];
    let text = format!(
        "PostgreSQL with `fsync` on; {ROOMS} rooms with {} and then {} messages in them, written through the program; one \
         reader at a time, each reading in another room. `crates/server/tests/it/plans.rs` reads the plans of these \
         queries: index ranges, all of them.\n\n{}",
        few.messages,
        many.messages,
        table(&head, &rows)
    );
    Ok(Part { title: "Reading a large square", text, pictures: Vec::new() })
}

/// Writes until there are so many messages.
async fn fill(town: &Town, wanted: i64) -> Result<()> {
    let load = RoomLoad {
        sockets: ROOMS,
        senders: ROOMS,
        in_flight: FILLING,
        warm_up: 0.0,
        seconds: MOST_SECONDS,
        messages: Some(u64::try_from(wanted)?),
        ..RoomLoad::default()
    };
    let report = room::run(&town.target, &load).await?;
    say(&format!("{} messages at {:.0} a second", report.acked, report.messages_per_second));
    ensure!(report.dropped == 0, "{} who wrote lost their connection", report.dropped);
    Ok(())
}

async fn read(town: &Town) -> Result<ReadReport> {
    let load = ReadLoad { readings: 400 };
    // A first round brings what is read into memory, as a square in use has it.
    reads::run(&town.target, &load).await?;
    reads::run(&town.target, &load).await
}
