//! The square of a fault test: nodes as processes, the services they stand on, neighbours, and what must hold after.

use std::collections::{BTreeMap, HashSet};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use praca_api::ConversationId;
use praca_api::messages::MessagePage;
use praca_load::neighbour::Neighbour;
use praca_load::people::{Person, Square};
use praca_load::process::{NO_LIMITS, SECRET_KEY, Server};
use praca_peers::{Keep, Postgres, Redis};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// Longest that nothing may move.
const PATIENCE: Duration = Duration::from_secs(45);

static COUNT: AtomicU32 = AtomicU32::new(0);

/// How often a fault is repeated: `short` in the tests, `full` in `cargo xtask chaos`.
pub fn times(short: u32, full: u32) -> u32 {
    if std::env::var("PRACA_CHAOS").is_ok_and(|chaos| chaos == "full") { full } else { short }
}

/// A folder for the data of a test; removed when dropped.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("praca-chaos-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A failed test leaves its logs to look at; what else is left is the system's to clean.
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
}

/// What nodes share.
pub struct Services {
    pub postgres: Postgres,
    pub redis: Redis,
}

impl Services {
    pub fn start() -> Self {
        Self { postgres: Postgres::start(Keep::Quickly).unwrap(), redis: Redis::start().unwrap() }
    }

    /// Settings of a node that stands on them.
    pub fn settings(&self) -> Vec<(String, String)> {
        vec![
            ("PRACA_DATABASE_URL".to_owned(), self.postgres.url()),
            ("PRACA_REDIS_URL".to_owned(), self.redis.url()),
            // Tokens of one node are good on the other.
            ("PRACA_PUBLIC_URL".to_owned(), "http://127.0.0.1:1".to_owned()),
        ]
    }
}

/// Starts a node, without flood limits unless the settings bring some.
pub async fn node(folder: &Folder, settings: &[(String, String)]) -> Server {
    let mut all = vec![SECRET_KEY];
    all.extend(NO_LIMITS);
    all.extend(settings.iter().map(|(key, value)| (key.as_str(), value.as_str())));
    let binary = env!("CARGO_BIN_EXE_praca").as_ref();
    Server::praca(binary, None, &folder.0, &["--demo"], &all).await.unwrap()
}

/// The administrator of the demo data.
pub async fn admin(address: SocketAddr) -> Person {
    Square::at(address).log_in("ana", praca::demo::PASSWORD).await.unwrap()
}

/// So many people, and rooms with these names.
pub async fn people(address: SocketAddr, count: usize, rooms: &[&str]) -> (Vec<Person>, Vec<ConversationId>) {
    let (square, ana) = (Square::at(address), admin(address).await);
    let mut made = Vec::new();
    for slug in rooms {
        made.push(square.room(&ana, slug).await.unwrap());
    }
    (square.people(count).await.unwrap(), made)
}

/// People who live on the square until they are asked to leave.
pub struct Neighbours {
    pub all: Vec<Arc<Neighbour>>,
    tasks: JoinSet<()>,
}

impl Neighbours {
    pub fn come(all: Vec<Arc<Neighbour>>) -> Self {
        let mut tasks = JoinSet::new();
        for neighbour in &all {
            tasks.spawn(neighbour.clone().live());
        }
        Self { all, tasks }
    }

    /// How many messages of theirs were acknowledged.
    pub fn acked(&self) -> usize {
        self.all.iter().map(|neighbour| neighbour.acked().len()).sum()
    }

    /// Waits until so many more messages are acknowledged; fails when nothing moves any more.
    pub async fn say_more(&self, messages: usize) {
        let wanted = self.acked() + messages;
        let (mut last, mut moved) = (0, Instant::now());
        while self.acked() < wanted {
            if self.acked() > last {
                (last, moved) = (self.acked(), Instant::now());
            }
            assert!(moved.elapsed() < PATIENCE, "only {last} of {wanted} are acknowledged");
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until each of them has had one more message acknowledged.
    pub async fn each_says_more(&self) {
        let began = Instant::now();
        for neighbour in &self.all {
            let before = neighbour.acked().len();
            while neighbour.acked().len() == before {
                assert!(began.elapsed() < PATIENCE, "somebody is not heard");
                sleep(Duration::from_millis(10)).await;
            }
        }
    }

    /// How often each of them was told that something is away.
    pub fn unavailable(&self) -> Vec<u64> {
        let told = |neighbour: &Arc<Neighbour>| neighbour.refusals().get("service.unavailable").copied();
        self.all.iter().map(|neighbour| told(neighbour).unwrap_or(0)).collect()
    }

    /// Waits until everybody has heard all there is now.
    pub async fn hear_all(&self, square: &Square, person: &Person, room: ConversationId) {
        let newest = i64::try_from(history(square, person, room).await.len()).unwrap();
        let began = Instant::now();
        while self.all.iter().any(|neighbour| neighbour.reader.last() < newest || neighbour.reader.lost(newest) > 0) {
            assert!(began.elapsed() < PATIENCE, "some have not heard all {newest}");
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Everybody falls silent and hears the rest; then they leave. What they heard is what is stored, and what they said
    /// is there: nothing lost, nothing twice, nothing in another order.
    pub async fn part(self, square: &Square, person: &Person, room: ConversationId) {
        self.all.iter().for_each(|neighbour| neighbour.be_quiet());
        loop {
            let before = history(square, person, room).await.len();
            self.hear_all(square, person, room).await;
            sleep(Duration::from_millis(300)).await;
            if history(square, person, room).await.len() == before {
                break;
            }
        }
        self.all.iter().for_each(|neighbour| neighbour.leave());
        timeout(PATIENCE, self.tasks.join_all()).await.expect("everybody leaves");
        let stored = history(square, person, room).await;
        for neighbour in &self.all {
            let tally = &neighbour.tally;
            let wrong = (tally.doubled.get(), tally.late.get());
            let (came, refusals) = (neighbour.connections(), neighbour.refusals());
            assert_eq!(wrong, (0, 0), "heard twice, late; came {came} times; {refusals:?}");
            for (seq, nonce) in neighbour.heard() {
                assert_eq!(stored.get(&nonce), Some(&seq), "heard as {seq}: {nonce}");
            }
            nothing_is_lost(&neighbour.acked(), &stored);
        }
    }
}

/// Every message of a room, by nonce. Fails unless they are numbered without gaps and stored once.
pub async fn history(square: &Square, person: &Person, room: ConversationId) -> BTreeMap<String, i64> {
    let (mut stored, mut seen, mut last) = (BTreeMap::new(), HashSet::new(), 0);
    loop {
        let path = format!("/rooms/{room}/messages?after={last}&limit=100");
        let page: MessagePage = square.get(&path, person).await.unwrap();
        for message in page.items {
            last += 1;
            assert_eq!(message.seq.0, last, "a gap");
            assert!(seen.insert(message.id), "{} twice", message.id);
            let nonce = message.nonce.expect("every message here has a nonce");
            assert!(stored.insert(nonce.clone(), last).is_none(), "{nonce} is stored twice");
        }
        if !page.has_after {
            return stored;
        }
    }
}

/// Everything acknowledged is there, where it was said to be, and in the order it was said.
#[track_caller]
pub fn nothing_is_lost(acked: &BTreeMap<String, i64>, stored: &BTreeMap<String, i64>) {
    assert!(!acked.is_empty(), "nothing was said");
    let mut orders: BTreeMap<&str, BTreeMap<u64, i64>> = BTreeMap::new();
    for (nonce, seq) in acked {
        assert_eq!(stored.get(nonce), Some(seq), "{nonce} was acknowledged");
        let (sender, number) = nonce.rsplit_once('-').unwrap();
        orders.entry(sender).or_default().insert(number.parse().unwrap(), *seq);
    }
    for (sender, order) in orders {
        assert!(order.values().is_sorted(), "{sender} said them in another order");
    }
}
