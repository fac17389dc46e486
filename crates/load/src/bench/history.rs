//! Whether a square with two million messages is as quick to read as one with ten thousand.

use anyhow::{Context as _, Result, ensure};
use tokio::process::Command;

use super::report::{Part, table};
use super::workshop::{Engine, Town, Workshop};
use crate::report::say;
use crate::scenario::reads::{self, ReadLoad, ReadReport};
use crate::scenario::room::{self, RoomLoad};
use crate::tally::Quantiles;

const ROOMS: usize = 200;
const FEW: i64 = 10_000;
const MANY: i64 = 2_000_000;
/// Messages on their way at a time while the square is filled.
const FILLING: usize = 10;
/// Some times of a report.
type Times = fn(&ReadReport) -> &Quantiles;

/// Runs it: the same square, first small, then large.
///
/// # Errors
/// A server does not do its work.
pub async fn run(shop: &Workshop) -> Result<Part> {
    let (mut town, few) = small(shop).await?;
    enlarge(&town).await?;
    town.server.restart().await?;
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
        let ratio = |value: fn(&Quantiles) -> f64| value(of(&many)).max(value(of(&again))) / value(of(&few)).max(1e-9);
        let ratios = format!("× {:.2} / × {:.2}", ratio(|times| times.p50), ratio(|times| times.p99));
        vec![name.to_owned(), cell(&few), cell(&many), cell(&again), ratios]
    });
    ensure!(many.messages >= MANY, "the square holds {} messages only", many.messages);
    let head = ["p50 / p99 in ms", "Few", "Many", "Many, again", "Ratio (the worse)"];
    let text = format!(
        "PostgreSQL with `fsync` on; {ROOMS} rooms with {} messages in them, written through the program, and then with {}, \
         the further ones put into its tables, which are then analyzed. One reader at a time, each reading in another room. \
         `crates/server/tests/it/plans.rs` reads the plans of these queries.\n\n{}",
        few.messages,
        many.messages,
        table(&head, &rows)
    );
    Ok(Part { title: "Reading a large square", text, pictures: Vec::new() })
}

/// A square of few messages in many rooms, and how quick it is to read.
///
/// # Errors
/// A server does not do its work.
pub async fn small(shop: &Workshop) -> Result<(Town, ReadReport)> {
    // Everybody writes in a room of their own; reading makes the first of them a member of all.
    let town = shop.town(Engine::Postgres, &[], ROOMS, ROOMS).await?;
    let load = RoomLoad {
        sockets: ROOMS,
        senders: ROOMS,
        in_flight: FILLING,
        warm_up: 0.0,
        seconds: 60.0,
        messages: Some(u64::try_from(FEW)?),
        ..RoomLoad::default()
    };
    let filled = room::run(&town.target, &load).await?;
    ensure!(filled.dropped == 0, "{} who wrote lost their connection", filled.dropped);
    let few = read(&town).await?;
    say(&format!(
        "{} messages: rooms list {:.2} ms, page {:.2} ms",
        few.messages, few.rooms_list.p50, few.newest_page.p50
    ));
    Ok((town, few))
}

/// Puts as many messages into the tables as there shall be, spread evenly over the rooms.
async fn enlarge(town: &Town) -> Result<()> {
    let each = MANY / i64::try_from(ROOMS)?;
    let rooms = "FROM conversations c JOIN rooms r ON r.conversation_id = c.id WHERE r.slug LIKE 'load-bench-%'";
    let id = "lpad(to_hex(1770000000000 + s), 12, '0') || '7' || left(md5(c.id || s::text), 3) || '8' || right(md5(c.id || s::text), 15)";
    // `OFFSET 0`: the author is looked for once a room, not once a message.
    let insert = format!(
        "INSERT INTO messages (conversation_id, seq, id, kind, author_id, body, nonce, rev, created_at) \
         SELECT c.id, s, ({id})::uuid, 'text', c.author, \
         repeat('palavra ', 25), 'fill-' || s, c.last_rev + s - c.last_seq, now() \
         FROM (SELECT c.*, (SELECT author_id FROM messages WHERE conversation_id = c.id LIMIT 1) author {rooms} OFFSET 0) c, generate_series(c.last_seq + 1, {each}) s"
    );
    let update = format!(
        "UPDATE conversations SET last_rev = last_rev + {each} - last_seq, last_seq = {each} \
         WHERE id IN (SELECT c.id {rooms}) AND last_seq < {each}"
    );
    let database = town.database.as_deref().context("the square stands on PostgreSQL")?;
    let mut psql = Command::new("psql");
    psql.args([database, "-qv", "ON_ERROR_STOP=1"]);
    // Each row refers to a room and a person that are there: nothing has to look.
    let unchecked = "SET session_replication_role = replica";
    for statement in [unchecked, insert.as_str(), update.as_str(), "VACUUM ANALYZE"] {
        psql.args(["-c", statement]);
    }
    ensure!(psql.status().await?.success(), "psql cannot enlarge the square");
    Ok(())
}

async fn read(town: &Town) -> Result<ReadReport> {
    let load = ReadLoad { readings: 400 };
    // A first round brings what is read into memory, as a square in use has it.
    reads::run(&town.target, &load).await?;
    let report = reads::run(&town.target, &load).await?;
    ensure!(report.rooms >= ROOMS, "the reader is in {} rooms only", report.rooms);
    Ok(report)
}
