//! Finding messages: rooms are filled with words used as often as words are, then searched, one search after the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Result, bail, ensure};
use clap::Args;
use praca_api::Page;
use praca_api::events::{ClientEvent, InRoom};
use praca_api::messages::NewMessage;
use praca_api::search::SearchHit;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use super::Target;
use super::crowd::{self, Member, Sent};
use crate::people::Square;
use crate::report::progress;
use crate::socket::Socket;
use crate::tally::{Quantiles, Times};

/// Who writes, and how many of their messages are on their way at a time.
const WRITERS: usize = 32;
const IN_FLIGHT: usize = 8;
/// Words there are; the one of rank n is used 1/n as often as the first (G. K. Zipf, 1935).
const WORDS: f64 = 20_000.0;
/// Words of a message.
const WORDS_A_MESSAGE: usize = 10;

/// How much.
#[derive(Args, Clone, Debug)]
pub struct SearchLoad {
    /// Messages to fill the rooms with.
    #[arg(long, default_value_t = 1_000_000)]
    pub messages: usize,
    /// Searches of each kind.
    #[arg(long, default_value_t = 300)]
    pub searches: usize,
}

/// What was found.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchReport {
    /// Messages stored in a second, while the rooms were filled.
    pub filled_per_second: f64,
    /// How long searches took, in milliseconds, by kind.
    pub kinds: Vec<SearchTimes>,
}

/// One kind of search.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchTimes {
    /// What was looked for.
    pub kind: String,
    /// How many hits the first page had.
    pub hits: usize,
    /// How long it took.
    pub times: Quantiles,
}

/// Runs it: everybody writes, and the first person, who is in all rooms, searches.
///
/// # Errors
/// The server refuses.
pub async fn run(target: &Target, load: &SearchLoad) -> Result<SearchReport> {
    let filled_per_second = fill(target, load.messages).await?;
    let (square, person) = (Square::at(target.address), &target.people[0]);
    for room in &target.rooms {
        let _: serde_json::Value = square.put(&format!("/rooms/{room}/membership"), person).await?;
    }
    let room = target.rooms[0];
    let kinds = [
        ("A frequent word", vec![word(1)], String::new()),
        ("A word of one message in a hundred", vec![word(100)], String::new()),
        ("A word of one in a thousand", vec![word(1_000)], String::new()),
        ("A rare word", vec![word(15_000)], String::new()),
        ("Two words", vec![word(3), word(300)], String::new()),
        ("The beginning of a word", vec![word(1_000).chars().take(4).collect()], String::new()),
        ("A frequent word, the best first", vec![word(1)], "&sort=best".to_owned()),
        ("A rare word in one room", vec![word(1_000)], format!("&conversationId={room}")),
        ("A word nobody uses", vec!["xilindró".to_owned()], String::new()),
    ];
    let mut found = Vec::new();
    for (kind, words, more) in kinds {
        let path = format!("/search/messages?limit=20&q={}{more}", words.join("%20"));
        let times = Times::new()?;
        let mut hits = 0;
        for _ in 0..load.searches {
            let began = Instant::now();
            let page: Page<SearchHit> = square.get(&path, person).await?;
            times.note(u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX));
            hits = page.items.len();
        }
        found.push(SearchTimes { kind: kind.to_owned(), hits, times: times.quantiles() });
    }
    Ok(SearchReport { filled_per_second, kinds: found })
}

/// Fills the rooms; messages stored in a second.
async fn fill(target: &Target, messages: usize) -> Result<f64> {
    ensure!(target.people.len() >= WRITERS, "{WRITERS} have to write");
    let bar = progress("filling", messages);
    let taken = Arc::new(AtomicUsize::new(0));
    let mut writing: JoinSet<Result<()>> = JoinSet::new();
    let mut listening = JoinSet::new();
    let began = Instant::now();
    for Member { number, socket, ear } in crowd::connect(target, 0..WRITERS, WRITERS).await? {
        let own = socket.clone();
        listening.spawn(async move { ear.listen(&own, |_| {}).await });
        for hand in 0..IN_FLIGHT {
            let (target, socket, taken, bar) = (target.clone(), socket.clone(), taken.clone(), bar.clone());
            writing.spawn(async move {
                let mut chance = Chance::of(number * IN_FLIGHT + hand);
                loop {
                    let message = taken.fetch_add(1, Ordering::Relaxed);
                    if message >= messages {
                        return Ok(());
                    }
                    write(&target, &socket, message, chance.text()).await?;
                    bar.inc(1);
                }
            });
        }
    }
    while let Some(written) = writing.join_next().await {
        written??;
    }
    bar.finish_and_clear();
    Ok(super::ratio(messages as u64, 1.0) / began.elapsed().as_secs_f64())
}

async fn write(target: &Target, socket: &Socket, message: usize, text: String) -> Result<()> {
    let room_id = target.rooms[message % target.rooms.len()];
    let wish = InRoom { room_id, what: NewMessage::text(text, format!("fill-{message}")) };
    match socket.ask::<Sent>(ClientEvent::RoomsMessageSend, &wish).await {
        Ok(_) => Ok(()),
        Err(refusal) => bail!("a message was refused: {refusal:?}"),
    }
}

/// The word of this rank: syllables, so that engines take it for one of Portuguese.
fn word(rank: usize) -> String {
    const SYLLABLES: [&str; 28] = [
        "ba", "ca", "do", "fe", "ga", "ja", "le", "mi", "no", "pa", "que", "ri", "so", "ta", "vo", "xe", "za", "bre",
        "cha", "dri", "fla", "gui", "lha", "nho", "pra", "tre", "vi", "zu",
    ];
    let (mut word, mut left) = (String::new(), rank + SYLLABLES.len());
    while left > 0 {
        word.push_str(SYLLABLES[left % SYLLABLES.len()]);
        left /= SYLLABLES.len();
    }
    word
}

/// The same words in every run.
struct Chance(u64);

impl Chance {
    fn of(number: usize) -> Self {
        Self((number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// Between 0 and 1.
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        super::ratio(self.0 >> 32, f64::from(u32::MAX))
    }

    fn text(&mut self) -> String {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at least 1, at most `WORDS`")]
        let words = (0..WORDS_A_MESSAGE).map(|_| word(WORDS.powf(self.next()) as usize));
        words.collect::<Vec<_>>().join(" ")
    }
}
