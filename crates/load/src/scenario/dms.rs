//! Talk between two people: each pair writes to and fro as fast as it is answered; who gets a message says that it
//! arrived, and now and then that it was read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use praca_api::dms::{Dm, DmState};
use praca_api::events::{ClientEvent, InDm, Receipt};
use praca_api::messages::{MarkRead, NewMessage};
use praca_api::{ConversationId, Seq, UserId};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::crowd::{self, Member, Sent};
use super::{MOST_SECONDS, Target, check_sockets, ratio};
use crate::people::Square;
use crate::process::{Usage, usage};
use crate::reader::{Reader, body};
use crate::socket::Socket;
use crate::tally::{Quantiles, Tally, Times, now};

/// Longest wait for what is still on its way.
const SETTLE: Duration = Duration::from_secs(30);
/// Rest after a refusal.
const AFTER_REFUSAL: Duration = Duration::from_millis(20);
/// Bytes of a message.
const BYTES: usize = 120;

/// How much talk.
#[derive(Args, Clone, Debug)]
pub struct DmLoad {
    /// Pairs of people who write to each other.
    #[arg(long, default_value_t = 64)]
    pub pairs: usize,
    /// Every so many messages, the other says that they have read.
    #[arg(long, default_value_t = 4)]
    pub read_every: i64,
    /// Seconds before measuring.
    #[arg(long, default_value_t = 2.0)]
    pub warm_up: f64,
    /// Seconds to measure.
    #[arg(long, default_value_t = 10.0)]
    pub seconds: f64,
}

/// What was found.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DmReport {
    /// Messages acknowledged a second.
    pub messages_per_second: f64,
    /// Share of one processor the server used.
    pub server_cpu: f64,
    /// From sending to acknowledged, in milliseconds.
    pub ack: Quantiles,
    /// From sending to heard by the other, in milliseconds.
    pub delivery: Quantiles,
    /// From sending until the writer hears that it arrived, in milliseconds.
    pub receipt: Quantiles,
    /// Messages acknowledged in the whole run.
    pub acked: u64,
    /// Events refused or not answered.
    pub refused: u64,
    /// Messages one of the two never heard.
    pub lost: u64,
    /// Heard twice, or after a later one.
    pub doubled: u64,
}

/// One of the two.
struct Side {
    dm: ConversationId,
    socket: Arc<Socket>,
    reader: Arc<Reader>,
    /// The newest message of the conversation that was acknowledged to this side.
    newest: Arc<AtomicI64>,
    /// When this side's last message was sent, and its place.
    sent: Arc<(AtomicI64, AtomicU64)>,
}

/// What all sides share.
struct Talk {
    tally: Arc<Tally>,
    receipts: Times,
    stop: AtomicBool,
    read_every: i64,
}

/// Runs it. The target's people are the pairs: the first two, the next two, and so on.
///
/// # Errors
/// Options out of bounds, or the server refuses a conversation.
pub async fn run(target: &Target, load: &DmLoad) -> Result<DmReport> {
    check_sockets(2 * load.pairs)?;
    ensure!(target.people.len() >= 2 * load.pairs, "each pair takes two people");
    ensure!((0.0..=MOST_SECONDS).contains(&(load.warm_up + load.seconds)), "0 to {MOST_SECONDS} seconds");
    let talk = Arc::new(Talk {
        tally: Arc::new(Tally::new()?),
        receipts: Times::new()?,
        stop: AtomicBool::new(false),
        read_every: load.read_every.max(1),
    });
    let (mut listening, mut writing) = (JoinSet::new(), JoinSet::new());
    let sides = sides(target, load.pairs, &talk, &mut listening).await?;
    for side in &sides {
        writing.spawn(write(talk.clone(), side.dm, side.socket.clone(), side.newest.clone(), side.sent.clone()));
    }
    sleep(Duration::from_secs_f64(load.warm_up)).await;
    let measured = || target.pid.map_or_else(|| Ok(Usage::default()), usage);
    let (began, cpu, acked) = (Instant::now(), measured()?.cpu_seconds, talk.tally.acked.get());
    talk.tally.begin_window();
    talk.receipts.begin_anew();
    sleep(Duration::from_secs_f64(load.seconds)).await;
    talk.tally.end_window();
    let (seconds, done) = (began.elapsed().as_secs_f64(), talk.tally.acked.get() - acked);
    let (cpu, receipt) = (measured()?.cpu_seconds - cpu, talk.receipts.quantiles());
    talk.stop.store(true, Ordering::Relaxed);
    writing.join_all().await;
    let lost = || sides.iter().map(|side| side.reader.lost(newest_of(&sides, side.dm))).sum::<u64>();
    let settling = Instant::now();
    while lost() > 0 && settling.elapsed() < SETTLE {
        sleep(Duration::from_millis(50)).await;
    }
    let tally = &talk.tally;
    Ok(DmReport {
        messages_per_second: ratio(done, seconds),
        server_cpu: cpu / seconds,
        ack: tally.ack.quantiles(),
        delivery: tally.delivery.quantiles(),
        receipt,
        acked: tally.acked.get(),
        refused: tally.refused.get() + tally.unanswered.get(),
        lost: lost(),
        doubled: tally.doubled.get() + tally.late.get(),
    })
}

/// The newest message both sides of a conversation must have.
fn newest_of(sides: &[Side], dm: ConversationId) -> i64 {
    let here = sides.iter().filter(|side| side.dm == dm);
    here.map(|side| side.newest.load(Ordering::Relaxed)).max().unwrap_or_default()
}

/// Opens the conversations, and connects both people of each.
async fn sides(target: &Target, pairs: usize, talk: &Arc<Talk>, listening: &mut JoinSet<()>) -> Result<Vec<Side>> {
    let square = Square::at(target.address);
    let members = crowd::connect(target, 0..2 * pairs, 64).await?;
    let mut sides = Vec::new();
    for member in members {
        let people = &target.people;
        let me = &people[member.number];
        let (one, other) = (&people[member.number & !1], &people[member.number | 1]);
        let dm: Dm = square.put(&format!("/dms/with/{}", other.id), one).await.context("opening a conversation")?;
        let dm: Dm = square.put(&format!("/dms/{}/acceptance", dm.id), other).await?;
        ensure!(dm.state == DmState::Open, "a conversation is not open");
        sides.push(seat(talk, member, &dm, me.id, listening));
    }
    Ok(sides)
}

/// One side listens from now on.
fn seat(talk: &Arc<Talk>, member: Member, dm: &Dm, me: UserId, listening: &mut JoinSet<()>) -> Side {
    let Member { socket, ear, .. } = member;
    let reader = Reader::new(talk.tally.clone());
    reader.begin(dm.last_seq.0);
    let side = Side {
        dm: dm.id,
        socket: socket.clone(),
        reader: reader.clone(),
        newest: Arc::default(),
        sent: Arc::default(),
    };
    let (heard, mut arrived) = mpsc::unbounded_channel::<i64>();
    let (own, talk_here, sent, dm) = (socket.clone(), talk.clone(), side.sent.clone(), dm.id);
    listening.spawn(async move {
        let each = |packet: &str| {
            if packet.starts_with("42[\"dms:message:new\"") {
                reader.hear(packet);
                // Whoever is told of a message says that it arrived; a closed channel is the end of the run.
                let _ = heard.send(reader.last());
            } else if let Some(receipt) = receipt_of(packet).filter(|receipt| receipt.user_id != me) {
                let (seq, at) = (sent.0.load(Ordering::Relaxed), sent.1.load(Ordering::Relaxed));
                if seq > 0 && receipt.delivered_seq.0 >= seq && sent.0.swap(0, Ordering::Relaxed) == seq {
                    talk_here.receipts.note(now().saturating_sub(at));
                }
            }
        };
        ear.listen(&own, each).await;
    });
    let talk = talk.clone();
    listening.spawn(async move {
        while let Some(mut seq) = arrived.recv().await {
            while let Ok(later) = arrived.try_recv() {
                seq = later;
            }
            let event = if seq % talk.read_every == 0 { ClientEvent::DmsRead } else { ClientEvent::DmsDelivered };
            let wish = InDm { conversation_id: dm, what: MarkRead { seq: Seq(seq) } };
            if socket.ask::<IgnoredAny>(event, &wish).await.is_err() {
                talk.tally.refused.add();
            }
        }
    });
    side
}

fn receipt_of(packet: &str) -> Option<Receipt> {
    let payload = packet.strip_prefix("42[\"dms:receipt\",")?.strip_suffix(']')?;
    serde_json::from_str(payload).ok()
}

/// Closed loop.
async fn write(
    talk: Arc<Talk>,
    dm: ConversationId,
    socket: Arc<Socket>,
    newest: Arc<AtomicI64>,
    sent: Arc<(AtomicI64, AtomicU64)>,
) {
    let mut number = 0_u64;
    while !talk.stop.load(Ordering::Relaxed) {
        number += 1;
        let due = now();
        let nonce = format!("dm-{}-{due}-{number}", std::process::id());
        let what = NewMessage::text(body(due, BYTES), nonce);
        let wish = InDm { conversation_id: dm, what };
        let Ok(Sent { message }) = socket.ask::<Sent>(ClientEvent::DmsMessageSend, &wish).await else {
            talk.tally.refused.add();
            sleep(AFTER_REFUSAL).await;
            continue;
        };
        talk.tally.note_ack(due);
        talk.tally.acked.add();
        newest.fetch_max(message.seq.0, Ordering::Relaxed);
        // One message at a time is followed until its receipt.
        if sent.0.load(Ordering::Relaxed) == 0 {
            sent.1.store(due, Ordering::Relaxed);
            sent.0.store(message.seq.0, Ordering::Relaxed);
        }
    }
}
