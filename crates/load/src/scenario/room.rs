//! Talk in rooms: senders, readers that check what they hear, and readers that stop reading.
//!
//! Closed loop: each sender sends again when it is answered, so many at a time; it finds how much the server can do.
//! Open loop: messages are due at fixed times whatever the server does, and times are counted from then; it finds how
//! long people wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use clap::Args;
use praca_api::ConversationId;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::crowd::{self, Member, join};
use super::logins::{self, Flood};
use super::sender::{self, Sender};
use super::{MOST_SECONDS, Target, check_sockets, ratio};
use crate::process::{Usage, usage};
use crate::reader::Reader;
use crate::report::progress;
use crate::socket::Socket;
use crate::tally::{Quantiles, Tally};

/// Longest wait for what is still on its way when the senders have stopped.
const SETTLE: Duration = Duration::from_secs(30);
/// Connections made at a time.
const AT_ONCE: usize = 64;

/// The load where nothing else is said.
const USUAL: RoomLoad = RoomLoad {
    sockets: 1_000,
    senders: 64,
    in_flight: 1,
    rate: None,
    bytes: 200,
    react_every: 0,
    read_every: 0,
    stalled: 0,
    logins: 0,
    warm_up: 2.0,
    seconds: 10.0,
    messages: None,
};

/// How much talk.
#[derive(Args, Clone, Debug)]
pub struct RoomLoad {
    /// Readers; the first of them send too.
    #[arg(long, default_value_t = USUAL.sockets)]
    pub sockets: usize,
    /// How many of them send.
    #[arg(long, default_value_t = USUAL.senders)]
    pub senders: usize,
    /// Messages a sender has on their way at a time, in closed loop.
    #[arg(long, default_value_t = USUAL.in_flight)]
    pub in_flight: usize,
    /// Open loop: so many messages a second over all senders.
    #[arg(long)]
    pub rate: Option<f64>,
    /// Length of a message.
    #[arg(long, default_value_t = USUAL.bytes)]
    pub bytes: usize,
    /// Every so many messages, react to one; 0 never.
    #[arg(long, default_value_t = USUAL.react_every)]
    pub react_every: u64,
    /// Every so many messages, move the read cursor; 0 never.
    #[arg(long, default_value_t = USUAL.read_every)]
    pub read_every: u64,
    /// Further readers that stop reading once they have joined.
    #[arg(long, default_value_t = USUAL.stalled)]
    pub stalled: usize,
    /// Log-ins at a time, beside the talk.
    #[arg(long, default_value_t = USUAL.logins)]
    pub logins: usize,
    /// Seconds before measuring.
    #[arg(long, default_value_t = USUAL.warm_up)]
    pub warm_up: f64,
    /// Seconds to measure.
    #[arg(long, default_value_t = USUAL.seconds)]
    pub seconds: f64,
    /// Stop earlier, once there are at least so many messages in the rooms.
    #[arg(long)]
    pub messages: Option<u64>,
}

impl Default for RoomLoad {
    fn default() -> Self {
        USUAL
    }
}

/// What was found.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoomReport {
    /// Messages acknowledged a second.
    pub messages_per_second: f64,
    /// Message events heard a second, over all readers.
    pub deliveries_per_second: f64,
    /// Processor seconds of the server for a million of them.
    pub cpu_per_million: f64,
    /// Log-ins a second beside the talk.
    pub logins_per_second: f64,
    /// Share of one processor the server used.
    pub server_cpu: f64,
    /// Share of one processor this load used: near one, the load was the limit.
    pub load_cpu: f64,
    /// From due to acknowledged, in milliseconds.
    pub ack: Quantiles,
    /// From due to heard, in milliseconds.
    pub delivery: Quantiles,
    /// Messages acknowledged in the whole run.
    pub acked: u64,
    /// Events refused.
    pub refused: u64,
    /// Events nobody answered.
    pub unanswered: u64,
    /// Messages healthy readers never heard.
    pub lost: u64,
    /// Heard twice.
    pub doubled: u64,
    /// Heard after a later one.
    pub late: u64,
    /// Healthy readers whose connection ended.
    pub dropped: u64,
    /// What the stalled readers still missed after they came back.
    pub stalled_lost: u64,
    /// The server's memory before the talk and after it, in KiB.
    pub rss_before_kib: u64,
    /// See above.
    pub rss_after_kib: u64,
    /// The most it held in its life.
    pub peak_kib: u64,
}

/// What [`RoomReport::wrong`] counts, as a table names it.
pub const WRONG: &str = "Refused, unanswered, lost, doubled, late, dropped";

impl RoomReport {
    /// Everything that should be nothing.
    pub fn wrong(&self) -> u64 {
        self.refused + self.unanswered + self.lost + self.doubled + self.late + self.dropped
    }
}

/// A run under way.
pub struct Talk {
    /// What is counted.
    pub tally: Arc<Tally>,
    /// Set when senders stop.
    pub stop: AtomicBool,
    /// The newest acknowledged message of each room.
    pub newest: Vec<AtomicI64>,
    /// Messages in the rooms before it began.
    there_were: AtomicU64,
    /// How much talk.
    pub load: RoomLoad,
}

impl Talk {
    fn new(rooms: usize, load: &RoomLoad) -> Result<Self> {
        Ok(Self {
            tally: Arc::new(Tally::new()?),
            stop: AtomicBool::new(false),
            newest: (0..rooms).map(|_| AtomicI64::new(0)).collect(),
            there_were: AtomicU64::new(0),
            load: load.clone(),
        })
    }

    /// Whether senders stop: they were told to, or there is enough.
    pub fn is_over(&self) -> bool {
        let enough = |wanted| self.there_were.load(Ordering::Relaxed) + self.tally.acked.get() >= wanted;
        self.stop.load(Ordering::Relaxed) || self.load.messages.is_some_and(enough)
    }

    fn count_what_there_is(&self) {
        let newest = (0..self.newest.len()).map(|room| u64::try_from(self.newest_of(room)).unwrap_or(0));
        self.there_were.store(newest.sum(), Ordering::Relaxed);
    }

    fn newest_of(&self, room: usize) -> i64 {
        self.newest.get(room).map_or(0, |newest| newest.load(Ordering::Relaxed))
    }
}

/// A reader in its room.
struct Seat {
    room: usize,
    reader: Arc<Reader>,
}

/// Runs it.
///
/// # Errors
/// Options out of bounds, or the server refuses a connection or a join.
pub async fn run(target: &Target, load: &RoomLoad) -> Result<RoomReport> {
    check_sockets(load.sockets + load.stalled)?;
    let seconds = 0.0..=MOST_SECONDS;
    let all = load.warm_up + load.seconds;
    ensure!([load.warm_up, load.seconds, all].iter().all(|it| seconds.contains(it)), "0 to {MOST_SECONDS} seconds");
    ensure!(load.rate.is_none_or(|rate| rate > 0.0), "a rate is above 0");
    ensure!(load.senders <= load.sockets, "more senders than sockets");
    let talk = Arc::new(Talk::new(target.rooms.len(), load)?);
    let members = crowd::connect(target, 0..load.sockets, AT_ONCE).await?;
    let mut listening = JoinSet::new();
    let (places, senders) = settle_in(target, &talk, members, &mut listening).await?;
    let stalled = stall(target, load).await?;
    talk.count_what_there_is();
    let before = measured(target)?;
    let senders = sender::start(&talk, senders);
    sleep(Duration::from_secs_f64(load.warm_up)).await;
    let flood = logins::start(target, load.logins);
    let window = Window::measure(target, &talk, &flood).await?;
    talk.stop.store(true, Ordering::Relaxed);
    senders.join_all().await;
    flood.end().await;
    settle_down(&talk, &places).await;
    let after = measured(target)?;
    let stalled_lost = come_back(target, &talk, stalled).await?;
    let tally = &talk.tally;
    Ok(RoomReport {
        messages_per_second: window.acked / window.seconds,
        deliveries_per_second: window.delivered / window.seconds,
        cpu_per_million: window.cpu / window.delivered.max(1.0) * 1e6,
        server_cpu: window.cpu / window.seconds,
        load_cpu: window.own_cpu / window.seconds,
        logins_per_second: window.logins / window.seconds,
        ack: tally.ack.quantiles(),
        delivery: tally.delivery.quantiles(),
        acked: tally.acked.get(),
        refused: tally.refused.get(),
        unanswered: tally.unanswered.get(),
        lost: places.iter().map(|place| place.reader.lost(talk.newest_of(place.room))).sum(),
        doubled: tally.doubled.get(),
        late: tally.late.get(),
        dropped: tally.dropped.get(),
        stalled_lost,
        rss_before_kib: before.rss_kib,
        rss_after_kib: after.rss_kib,
        peak_kib: after.peak_kib,
    })
}

/// What happened while it was measured.
struct Window {
    seconds: f64,
    cpu: f64,
    own_cpu: f64,
    delivered: f64,
    acked: f64,
    logins: f64,
}

impl Window {
    async fn measure(target: &Target, talk: &Talk, flood: &Flood) -> Result<Self> {
        let tally = &talk.tally;
        let counts = || [tally.delivered.get(), tally.acked.get(), flood.done()].map(|number| ratio(number, 1.0));
        let own = || usage(std::process::id());
        let (began, start, [delivered, acked, logins]) = (Instant::now(), measured(target)?, counts());
        let own_start = own()?;
        tally.begin_window();
        wait(talk).await;
        tally.end_window();
        let (seconds, end, counted) = (began.elapsed().as_secs_f64(), measured(target)?, counts());
        Ok(Self {
            seconds,
            cpu: end.cpu_seconds - start.cpu_seconds,
            own_cpu: own()?.cpu_seconds - own_start.cpu_seconds,
            delivered: counted[0] - delivered,
            acked: counted[1] - acked,
            logins: counted[2] - logins,
        })
    }
}

/// Everybody listens and joins; the first of them are given back as senders.
async fn settle_in(
    target: &Target,
    talk: &Arc<Talk>,
    members: Vec<Member>,
    listening: &mut JoinSet<()>,
) -> Result<(Vec<Seat>, Vec<Sender>)> {
    let bar = progress("joining", members.len());
    let (mut places, mut senders, mut joining) = (Vec::new(), Vec::new(), JoinSet::new());
    for Member { number, socket, ear } in members {
        let (room, id) = target.room(number)?;
        let reader = Reader::new(talk.tally.clone());
        listening.spawn(listen(talk.clone(), socket.clone(), ear, reader.clone()));
        places.push(Seat { room, reader: reader.clone() });
        if number < talk.load.senders {
            senders.push(Sender { number, room, id, socket: socket.clone() });
        }
        let talk = talk.clone();
        joining.spawn(async move {
            let joined = join(&socket, id, None).await?;
            reader.begin(joined.room.last_seq.0);
            talk.newest[room].fetch_max(joined.room.last_seq.0, Ordering::Relaxed);
            Ok::<_, anyhow::Error>(())
        });
        if joining.len() >= AT_ONCE
            && let Some(joined) = joining.join_next().await
        {
            joined??;
        }
        bar.inc(1);
    }
    while let Some(joined) = joining.join_next().await {
        joined??;
    }
    bar.finish_and_clear();
    Ok((places, senders))
}

async fn listen(talk: Arc<Talk>, socket: Arc<Socket>, ear: crate::socket::Ear, reader: Arc<Reader>) {
    ear.listen(&socket, |packet| reader.hear(packet)).await;
    talk.tally.dropped.add();
}

/// Readers that join and then read nothing more.
async fn stall(target: &Target, load: &RoomLoad) -> Result<Vec<(Member, ConversationId, Arc<Reader>)>> {
    let mut stalled = Vec::new();
    for mut member in crowd::connect(target, load.sockets..load.sockets + load.stalled, 1).await? {
        let (_, id) = target.room(member.number)?;
        let reader = Reader::new(Arc::new(Tally::new()?));
        let socket = member.socket.clone();
        let joined = tokio::select! {
            joined = join(&socket, id, None) => joined?,
            () = member.ear.hear_answers(&socket) => anyhow::bail!("a stalled reader was closed before it joined"),
        };
        reader.begin(joined.room.last_seq.0);
        stalled.push((member, id, reader));
    }
    Ok(stalled)
}

/// Waits until every reader has what was acknowledged, or far too long.
async fn settle_down(talk: &Talk, places: &[Seat]) {
    let began = Instant::now();
    let behind = || places.iter().any(|place| place.reader.lost(talk.newest_of(place.room)) > 0);
    while behind() && began.elapsed() < SETTLE {
        sleep(Duration::from_millis(50)).await;
    }
}

/// The stalled readers read what was kept for them, connect again and ask for the rest; what they still miss.
async fn come_back(target: &Target, talk: &Talk, stalled: Vec<(Member, ConversationId, Arc<Reader>)>) -> Result<u64> {
    let mut lost = 0;
    for (member, id, reader) in stalled {
        let Member { number, socket, ear } = member;
        let rest = ear.listen(&socket, |packet| reader.hear(packet));
        // One that was not closed has read all there is after a moment.
        let _ = tokio::time::timeout(Duration::from_secs(3), rest).await;
        let newest = talk.newest_of(number % target.rooms.len());
        let again = crowd::connect(target, number..number + 1, 1).await?;
        for Member { socket, ear, .. } in again {
            let (own, heard) = (socket.clone(), reader.clone());
            let listening = tokio::spawn(async move { ear.listen(&own, |packet| heard.hear(packet)).await });
            while reader.last() < newest {
                let joined = join(&socket, id, Some(praca_api::Seq(reader.last()))).await?;
                for message in &joined.messages {
                    reader.note(message.seq.0);
                }
                if joined.messages.is_empty() {
                    break;
                }
            }
            listening.abort();
        }
        lost += reader.lost(newest);
    }
    Ok(lost)
}

fn measured(target: &Target) -> Result<Usage> {
    target.pid.map_or_else(|| Ok(Usage::default()), usage)
}

/// Waits until the time is over, or enough is sent.
async fn wait(talk: &Talk) {
    let (began, seconds) = (Instant::now(), Duration::from_secs_f64(talk.load.seconds));
    let step = (seconds / 100).min(Duration::from_millis(100));
    let steps = usize::try_from(seconds.as_millis() / step.as_millis().max(1)).unwrap_or(0);
    let bar = progress("measuring", steps);
    while began.elapsed() < seconds && !talk.is_over() {
        sleep(step).await;
        bar.inc(1);
    }
    bar.finish_and_clear();
}
