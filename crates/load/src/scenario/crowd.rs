//! Many sockets at once: connecting them, and putting them into their rooms.

use std::sync::Arc;

use anyhow::Result;
use praca_api::events::{ClientEvent, InRoom, Join};
use praca_api::{ConversationId, Seq};
use serde::Deserialize;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::Target;
use crate::report::progress;
use crate::socket::{self, Ear, Refusal, Socket};

/// What this load reads of the answer to a join; the peer gives no more.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Joined {
    /// Where the room stands.
    pub room: Standing,
    /// What came after the message the client had.
    #[serde(default)]
    pub messages: Vec<Place>,
    /// Whether there is more.
    #[serde(default)]
    pub has_after: bool,
}

/// Where a room stands.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    /// Its newest message.
    pub last_seq: Seq,
}

/// A message, as little of it as is counted.
#[derive(Debug, Deserialize)]
pub struct Place {
    /// Its id.
    pub id: String,
    /// Its place.
    pub seq: Seq,
    /// Its sender's own name for it.
    #[serde(default)]
    pub nonce: Option<String>,
}

/// What this load reads of the answer to a message.
#[derive(Debug, Deserialize)]
pub struct Sent {
    /// As it is stored.
    pub message: Place,
}

/// A socket that is connected, and who it is among the others.
pub struct Member {
    /// Its number.
    pub number: usize,
    /// What it says.
    pub socket: Arc<Socket>,
    /// What it hears.
    pub ear: Ear,
}

/// Connects sockets, so many at a time.
///
/// # Errors
/// One of them is refused.
pub async fn connect(target: &Target, numbers: std::ops::Range<usize>, at_once: usize) -> Result<Vec<Member>> {
    let bar = progress("sockets", numbers.len());
    let turns = Arc::new(Semaphore::new(at_once));
    let mut connecting = JoinSet::new();
    for number in numbers {
        let (target, turns) = (target.clone(), turns.clone());
        connecting.spawn(async move {
            let _turn = turns.acquire_owned().await?;
            let (socket, ear) = socket::connect(target.address, target.token(number)).await?;
            Ok::<_, anyhow::Error>(Member { number, socket, ear })
        });
    }
    let mut members = Vec::new();
    while let Some(member) = connecting.join_next().await {
        members.push(member??);
        bar.inc(1);
    }
    bar.finish_and_clear();
    members.sort_by_key(|member| member.number);
    Ok(members)
}

/// Joins a room; `after` is the newest message the reader has; without it a first page comes along.
///
/// # Errors
/// See [`Refusal`].
pub async fn join(socket: &Socket, room_id: ConversationId, after: Option<Seq>) -> Result<Joined, Refusal> {
    let wish = InRoom { room_id, what: Join { limit: after.map(|_| 100), after_seq: after, after_rev: None } };
    socket.ask(ClientEvent::RoomsJoin, &wish).await
}
