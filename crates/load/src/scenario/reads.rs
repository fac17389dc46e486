//! What a person waits for when they come: the rooms list, a page of history, joining a room.

use std::time::Instant;

use anyhow::{Result, ensure};
use clap::Args;
use praca_api::messages::MessagePage;
use praca_api::rooms::RoomForMe;
use praca_api::{Page, Seq};
use serde::{Deserialize, Serialize};

use super::Target;
use super::crowd::{self, join};
use crate::people::Square;
use crate::report::progress;
use crate::tally::{Quantiles, Times};

/// How often.
#[derive(Args, Clone, Debug)]
pub struct ReadLoad {
    /// Readings of each kind.
    #[arg(long, default_value_t = 500)]
    pub readings: usize,
}

/// What was found; times in milliseconds.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReadReport {
    /// The newest page of a room.
    pub newest_page: Quantiles,
    /// A page from anywhere in a room.
    pub older_page: Quantiles,
    /// The rooms of the first person.
    pub rooms_list: Quantiles,
    /// How many rooms that list holds.
    pub rooms: usize,
    /// Joining a room with a socket.
    pub join: Quantiles,
    /// Messages in the rooms.
    pub messages: i64,
}

/// Runs it, one reading after the other, each round in another room.
///
/// # Errors
/// The server refuses one.
pub async fn run(target: &Target, load: &ReadLoad) -> Result<ReadReport> {
    ensure!(!target.people.is_empty(), "somebody must read");
    let (square, person) = (Square::at(target.address), &target.people[0]);
    let (newest, older, rooms, joining) = (Times::new()?, Times::new()?, Times::new()?, Times::new()?);
    let mut connected = crowd::connect(target, 0..1, 1).await?;
    let crowd::Member { socket, ear, .. } = connected.remove(0);
    let own = socket.clone();
    let heard = tokio::spawn(async move { ear.listen(&own, |_| {}).await });
    let bar = progress("reading", load.readings);
    let mut all: Page<RoomForMe> = square.get("/rooms", person).await?;
    for round in 0..load.readings {
        let (_, room) = target.room(round)?;
        let page: MessagePage = timed(&newest, square.get(&format!("/rooms/{room}/messages"), person)).await?;
        let last = page.items.last().map_or(0, |message| message.seq.0);
        // Spread over the whole room, the same in every run.
        let before = 1 + i64::try_from(round)?.wrapping_mul(7_919) % last.max(1);
        let path = format!("/rooms/{room}/messages?before={before}");
        timed::<MessagePage>(&older, square.get(&path, person)).await?;
        all = timed(&rooms, square.get("/rooms", person)).await?;
        let began = Instant::now();
        join(&socket, room, None).await?;
        joining.note(nanos(began));
        bar.inc(1);
    }
    bar.finish_and_clear();
    heard.abort();
    Ok(ReadReport {
        newest_page: newest.quantiles(),
        older_page: older.quantiles(),
        rooms_list: rooms.quantiles(),
        rooms: all.items.len(),
        join: joining.quantiles(),
        messages: all.items.iter().map(|room| room.room.last_seq).map(|Seq(seq)| seq).sum(),
    })
}

async fn timed<T>(times: &Times, work: impl Future<Output = Result<T>>) -> Result<T> {
    let began = Instant::now();
    let done = work.await?;
    times.note(nanos(began));
    Ok(done)
}

fn nanos(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX)
}
