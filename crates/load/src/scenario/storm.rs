//! A crowd that goes and comes back within seconds, beside people who talk: how long those wait meanwhile, and whether
//! presence and unread are right afterwards.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use clap::Args;
use praca_api::events::{ClientEvent, InRoom, Watch, Watched};
use praca_api::limits::WATCHED_AT_ONCE;
use praca_api::messages::NewMessage;
use praca_api::people::{PersonPresence, Presence};
use praca_api::rooms::RoomForMe;
use praca_api::{ConversationId, UserId};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::crowd::{self, Member, Sent};
use super::room::{self, RoomLoad, RoomReport};
use super::{Target, check_sockets, ratio};
use crate::people::{Person, Square};
use crate::reader::body;
use crate::socket::Socket;
use crate::tally::now;

/// How long after the crowd is back presence may take to be right.
const SETTLE: Duration = Duration::from_secs(60);
/// Messages written while the crowd is away.
const WHILE_AWAY: i64 = 20;
/// Connections made at a time.
const AT_ONCE: usize = 256;

/// How large the crowd is.
#[derive(Args, Clone, Debug)]
pub struct StormLoad {
    /// Sockets that go and come back.
    #[arg(long, default_value_t = 10_000)]
    pub sockets: usize,
    /// Seconds they are away.
    #[arg(long, default_value_t = 4.0)]
    pub away: f64,
    /// Whether they go at all: without, the talk alone is measured.
    #[arg(long, default_value_t = false)]
    pub calm: bool,
    /// Messages a second in the room beside.
    #[arg(long, default_value_t = 50.0)]
    pub rate: f64,
    /// Readers in that room.
    #[arg(long, default_value_t = 100)]
    pub readers: usize,
}

/// What was found.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StormReport {
    /// The talk beside it.
    pub talk: RoomReport,
    /// Seconds from when they were told to go until all were back.
    pub seconds: f64,
    /// People in the crowd.
    pub people: usize,
    /// People the watcher heard going while the crowd was away.
    pub presence_gone: usize,
    /// Seconds after the last was back until the watcher had heard that all are there.
    pub presence_after: f64,
    /// People it never heard of as being there.
    pub presence_wrong: usize,
    /// People whose unread messages were not those written while they were away.
    pub unread_wrong: usize,
}

/// Runs it. The first person of the target watches, the rest are the crowd; the talk has a room of its own.
///
/// # Errors
/// Options out of bounds, or the server refuses.
pub async fn run(target: &Target, load: &StormLoad) -> Result<StormReport> {
    check_sockets(load.sockets + load.readers + 1)?;
    ensure!(target.people.len() > 2 && target.rooms.len() > 1, "a storm takes people and two rooms");
    let crowd = Target { people: target.people[1..].to_vec(), ..target.clone() };
    let (watcher, room) = (&target.people[0], target.rooms[1]);
    let square = Square::at(target.address);
    for person in &target.people {
        let _: RoomForMe = square.put(&format!("/rooms/{room}/membership"), person).await?;
    }
    let seen = Arc::new(Seen::default());
    let (watching, _ear) = watch(target, watcher, &crowd.people, &seen).await?;
    let mut here = gather(&crowd, load.sockets).await?;
    seen.wait_for_all(crowd.people.len()).await;
    let talk = talk_beside(load);
    let beside = Target { rooms: vec![target.rooms[0]], ..target.clone() };
    let storm = async {
        // The talk has begun and is measured.
        sleep(Duration::from_secs(8)).await;
        seen.forget_gone();
        if load.calm {
            return Ok((0.0, 0.0));
        }
        let began = Instant::now();
        here.abort_all();
        write_away(&watching, room).await?;
        sleep(Duration::from_secs_f64(load.away)).await;
        here = gather(&crowd, load.sockets).await?;
        let back = Instant::now();
        seen.wait_for_all(crowd.people.len()).await;
        Ok::<_, anyhow::Error>(((back - began).as_secs_f64(), back.elapsed().as_secs_f64()))
    };
    let (talked, stormed) = tokio::join!(room::run(&beside, &talk), storm);
    let ((seconds, presence_after), talked) = (stormed?, talked?);
    let unread_wrong = if load.calm { 0 } else { wrong_unread(&square, &crowd.people, room).await? };
    here.abort_all();
    Ok(StormReport {
        talk: talked,
        seconds,
        people: crowd.people.len(),
        presence_gone: seen.gone(),
        presence_after,
        presence_wrong: crowd.people.len() - seen.there(),
        unread_wrong,
    })
}

/// The talk that goes on meanwhile.
fn talk_beside(load: &StormLoad) -> RoomLoad {
    RoomLoad {
        sockets: load.readers,
        senders: load.readers.min(16),
        rate: Some(load.rate),
        warm_up: 2.0,
        seconds: 25.0,
        ..RoomLoad::default()
    }
}

/// What the watcher was last told of each.
#[derive(Default)]
struct Seen(Mutex<Heard>);

#[derive(Default)]
struct Heard {
    last: HashMap<UserId, Presence>,
    /// Who was heard going since that was last forgotten.
    gone: HashSet<UserId>,
}

impl Seen {
    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, seen: PersonPresence) {
        let mut heard = self.heard();
        heard.last.insert(seen.user_id, seen.state);
        if seen.state == Presence::Offline {
            heard.gone.insert(seen.user_id);
        }
    }

    /// Counts anew who goes.
    fn forget_gone(&self) {
        self.heard().gone.clear();
    }

    fn gone(&self) -> usize {
        self.heard().gone.len()
    }

    fn there(&self) -> usize {
        self.heard().last.values().filter(|state| **state == Presence::Online).count()
    }

    async fn wait_for_all(&self, people: usize) {
        let began = Instant::now();
        while self.there() < people && began.elapsed() < SETTLE {
            sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Somebody watches all of them.
async fn watch(
    target: &Target,
    watcher: &Person,
    people: &[Person],
    seen: &Arc<Seen>,
) -> Result<(Arc<Socket>, JoinSet<()>)> {
    let (socket, ear) = crate::socket::connect(target.address, Some(&watcher.token)).await?;
    let (own, heard, mut listening) = (socket.clone(), seen.clone(), JoinSet::new());
    listening.spawn(async move {
        let each = |packet: &str| {
            let payload = packet.strip_prefix("42[\"presence:changed\",").and_then(|rest| rest.strip_suffix(']'));
            if let Some(Ok(change)) = payload.map(serde_json::from_str::<PersonPresence>) {
                heard.note(change);
            }
        };
        ear.listen(&own, each).await;
    });
    // A socket watches a thousand people at most.
    for some in people.chunks(WATCHED_AT_ONCE) {
        let user_ids = some.iter().map(|person| person.id).collect();
        let found: Watched = refused(socket.ask(ClientEvent::PresenceWatch, &Watch { user_ids }).await)?;
        found.items.into_iter().for_each(|item| seen.note(item));
    }
    Ok((socket, listening))
}

/// The crowd connects; each listens until it is told to go.
async fn gather(crowd: &Target, sockets: usize) -> Result<JoinSet<()>> {
    let mut here = JoinSet::new();
    for Member { socket, ear, .. } in crowd::connect(crowd, 0..sockets, AT_ONCE).await? {
        here.spawn(async move { ear.listen(&socket, |_| {}).await });
    }
    Ok(here)
}

/// Messages the crowd finds unread when it is back.
async fn write_away(socket: &Socket, room_id: ConversationId) -> Result<()> {
    for number in 0..WHILE_AWAY {
        let what = NewMessage::text(body(now(), 80), format!("storm-{}-{number}", now()));
        let _: Sent = refused(socket.ask(ClientEvent::RoomsMessageSend, &InRoom { room_id, what }).await)?;
    }
    Ok(())
}

/// People whose list says something else than what was written.
async fn wrong_unread(square: &Square, people: &[Person], room: ConversationId) -> Result<usize> {
    let mut wrong = 0;
    for person in people {
        let found: RoomForMe = square.get(&format!("/rooms/{room}"), person).await?;
        wrong += usize::from(found.unread != WHILE_AWAY);
    }
    Ok(wrong)
}

fn refused<T>(answer: Result<T, crate::socket::Refusal>) -> Result<T> {
    answer.map_err(|refusal| anyhow::anyhow!("refused: {refusal:?}"))
}

/// How many times the talk's wait was longer beside the storm.
pub fn slower(storm: &StormReport, calm: &StormReport) -> f64 {
    storm.talk.delivery.p99 / calm.talk.delivery.p99.max(ratio(1, 1_000.0))
}
