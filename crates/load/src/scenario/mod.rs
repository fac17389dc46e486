//! What a run does. Each scenario takes a [`Target`] and options, and gives a report.

pub mod crowd;
pub mod dms;
pub mod idle;
pub mod logins;
pub mod pictures;
pub mod reads;
pub mod room;
pub mod search;
pub mod sender;
pub mod storm;

use std::fs;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use praca_api::ConversationId;
use tokio::time::timeout;
use uuid::Uuid;

use crate::people::{Person, Square};

/// Most sockets of a run: the ports of one address end not far above.
pub const MOST_SOCKETS: usize = 20_000;
/// Longest that a run may measure, in seconds: an access token lasts fifteen minutes.
pub const MOST_SECONDS: f64 = 600.0;

/// Files that are open beside the sockets.
const OTHER_FILES: usize = 200;

/// A count as a number to divide.
#[expect(clippy::cast_precision_loss, reason = "counts of a run are far below what a double holds exactly")]
pub fn ratio(count: u64, of: f64) -> f64 {
    count as f64 / of
}

/// Longest that a scenario may take, with all its preparations.
const LONGEST: Duration = Duration::from_secs(3_600);

/// A scenario, or a benchmark of several, within an hour.
///
/// # Errors
/// Its own, or it took too long.
pub async fn bounded<T>(scenario: impl Future<Output = Result<T>>) -> Result<T> {
    timeout(LONGEST, scenario).await.context("it took more than an hour")?
}

/// Whether a run may hold so many sockets: it keeps within its own bound and that of the system, which counts one file
/// a socket here and in the server, which inherits it.
///
/// # Errors
/// It may not.
pub fn check_sockets(sockets: usize) -> Result<()> {
    ensure!(sockets <= MOST_SOCKETS, "at most {MOST_SOCKETS} sockets");
    let limits = fs::read_to_string("/proc/self/limits")?;
    let open_files = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let soft = open_files.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok());
    if let Some(soft) = soft {
        let wanted = sockets + OTHER_FILES;
        ensure!(
            wanted <= soft,
            "{sockets} sockets take {wanted} open files and {soft} are allowed: `ulimit -n {wanted}`"
        );
    }
    Ok(())
}

/// A server with people and rooms.
#[derive(Clone, Debug)]
pub struct Target {
    /// Where it is.
    pub address: SocketAddr,
    /// Its process, to read what it uses; none if it runs elsewhere.
    pub pid: Option<u32>,
    /// Who connects. Empty for a peer that asks nobody who they are.
    pub people: Vec<Person>,
    /// The rooms.
    pub rooms: Vec<ConversationId>,
}

impl Target {
    /// Makes people and rooms on a server whose administrator is known. `run` keeps the rooms of several runs apart.
    ///
    /// # Errors
    /// The server refuses.
    pub async fn prepare(square: &Square, admin: &Person, people: usize, rooms: usize, run: &str) -> Result<Self> {
        let people = square.people(people).await?;
        let mut made = Vec::with_capacity(rooms);
        for number in 0..rooms {
            made.push(square.room(admin, &format!("load-{run}-{number}")).await?);
        }
        Ok(Self { address: square.address, pid: None, people, rooms: made })
    }

    /// Rooms on a peer, which takes any id.
    pub fn of_peer(address: SocketAddr, rooms: usize) -> Self {
        let id = |number| ConversationId(Uuid::from_u64_pair(1, number));
        Self { address, pid: None, people: Vec::new(), rooms: (0..rooms as u64).map(id).collect() }
    }

    /// The token of the socket of this number.
    pub fn token(&self, socket: usize) -> Option<&str> {
        let people = self.people.len().max(1);
        self.people.get(socket % people).map(|person| person.token.as_str())
    }

    /// The room of the socket of this number.
    ///
    /// # Errors
    /// There is no room.
    pub fn room(&self, socket: usize) -> Result<(usize, ConversationId)> {
        ensure!(!self.rooms.is_empty(), "no rooms");
        let place = socket % self.rooms.len();
        Ok((place, self.rooms[place]))
    }
}
