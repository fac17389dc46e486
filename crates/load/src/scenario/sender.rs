//! Those who talk: in closed loop as fast as they are answered, in open loop when a message is due.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use praca_api::ConversationId;
use praca_api::events::{ClientEvent, InRoom, ReactAt};
use praca_api::messages::{MarkRead, NewMessage};
use serde::de::IgnoredAny;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::crowd::{Place, Sent};
use super::room::Talk;
use crate::reader::body;
use crate::socket::{Refusal, Socket};
use crate::tally::now;

/// Rest after a refusal, so that a server that refuses is not asked a million times.
const AFTER_REFUSAL: Duration = Duration::from_millis(20);

/// Somebody who talks in a room.
#[derive(Clone)]
pub struct Sender {
    /// Which socket.
    pub number: usize,
    /// Which room, among those of the run.
    pub room: usize,
    /// Its id.
    pub id: ConversationId,
    /// Through which.
    pub socket: Arc<Socket>,
}

/// Nonces of this process, so that a run repeated on the same rooms sends new messages.
static NONCE: AtomicU64 = AtomicU64::new(0);

/// Starts them; they end when the talk stops.
pub fn start(talk: &Arc<Talk>, senders: Vec<Sender>) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    if let Some(rate) = talk.load.rate.filter(|_| !senders.is_empty()) {
        tasks.spawn(keep_pace(talk.clone(), senders, rate));
        return tasks;
    }
    for sender in senders {
        for _ in 0..talk.load.in_flight.max(1) {
            tasks.spawn(talk_on(talk.clone(), sender.clone()));
        }
    }
    tasks
}

/// Closed loop.
async fn talk_on(talk: Arc<Talk>, sender: Sender) {
    while !talk.is_over() {
        if !send(&talk, &sender, now()).await {
            tokio::time::sleep(AFTER_REFUSAL).await;
        }
    }
}

/// Open loop: a thread of its own keeps the time, which the runtime's clock of whole milliseconds could not.
async fn keep_pace(talk: Arc<Talk>, senders: Vec<Sender>, rate: f64) {
    let (due, mut dues) = mpsc::unbounded_channel();
    let pacing = talk.clone();
    thread::spawn(move || {
        let (began, pause) = (now(), Duration::from_secs_f64(1.0 / rate));
        for number in 0_u32.. {
            let at = began + u64::try_from(pause.as_nanos()).unwrap_or(u64::MAX).saturating_mul(number.into());
            thread::sleep(Duration::from_nanos(at.saturating_sub(now())));
            if pacing.is_over() || due.send(at).is_err() {
                return;
            }
        }
    });
    let mut sending = JoinSet::new();
    let mut turn = senders.iter().cycle();
    while let (Some(at), Some(sender)) = (dues.recv().await, turn.next()) {
        let (talk, sender) = (talk.clone(), sender.clone());
        sending.spawn(async move { send(&talk, &sender, at).await });
        while sending.try_join_next().is_some() {}
    }
    sending.join_all().await;
}

/// Sends a message that was due at `due`; false if it was not stored.
async fn send(talk: &Talk, sender: &Sender, due: u64) -> bool {
    let number = NONCE.fetch_add(1, Ordering::Relaxed);
    let nonce = format!("load-{}-{number}", std::process::id());
    let message = NewMessage::text(body(due, talk.load.bytes), nonce);
    let wish = InRoom { room_id: sender.id, what: message };
    match sender.socket.ask::<Sent>(ClientEvent::RoomsMessageSend, &wish).await {
        Ok(Sent { message }) => {
            talk.tally.note_ack(due);
            talk.tally.acked.add();
            talk.newest[sender.room].fetch_max(message.seq.0, Ordering::Relaxed);
            follow_up(talk, sender, &message, number).await;
            true
        }
        Err(refusal) => {
            note_refusal(talk, &refusal);
            false
        }
    }
}

/// What people do beside writing: react, and read.
async fn follow_up(talk: &Talk, sender: &Sender, message: &Place, number: u64) {
    let due = |every: u64| every > 0 && number.is_multiple_of(every);
    if due(talk.load.react_every)
        && let Ok(message_id) = message.id.parse()
    {
        let wish = InRoom { room_id: sender.id, what: ReactAt { message_id, emoji: "👍".into(), on: true } };
        if let Err(refusal) = sender.socket.ask::<IgnoredAny>(ClientEvent::RoomsMessageReact, &wish).await {
            note_refusal(talk, &refusal);
        }
    }
    if due(talk.load.read_every) {
        let wish = InRoom { room_id: sender.id, what: MarkRead { seq: message.seq } };
        if let Err(refusal) = sender.socket.ask::<IgnoredAny>(ClientEvent::RoomsRead, &wish).await {
            note_refusal(talk, &refusal);
        }
    }
}

fn note_refusal(talk: &Talk, refusal: &Refusal) {
    match refusal {
        Refusal::Problem(_) => talk.tally.refused.add(),
        Refusal::Unknown => talk.tally.unanswered.add(),
    }
}
