//! A bus that loses, delays and reorders what nodes tell each other.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use praca_load::neighbour::Neighbour;
use praca_load::people::Square;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::sleep;

use crate::square::{Folder, Neighbours, Services, node, people, times};

/// Of a hundred signals so many are lost, and so many come late.
const LOST: u64 = 20;
const LATE: u64 = 40;
/// The latest they come.
const LATEST_MS: u64 = 150;

/// Signals that were lost, and that came late.
#[derive(Default)]
struct Faults {
    lost: AtomicU64,
    late: AtomicU64,
}

/// A wire to Redis that treats signals of the bus badly, and everything else well; its address.
async fn bad_wire(redis: u16, faults: Arc<Faults>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        for seed in 0_u64.. {
            let (node, _) = listener.accept().await.unwrap();
            let redis = TcpStream::connect(("127.0.0.1", redis)).await.unwrap();
            let (mut from_node, to_node) = node.into_split();
            let (from_redis, mut to_redis) = redis.into_split();
            tokio::spawn(async move { copy(&mut from_node, &mut to_redis).await });
            tokio::spawn(carry(from_redis, to_node, seed, faults.clone()));
        }
    });
    format!("redis://{address}/")
}

/// Carries answers from Redis to a node.
async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, seed: u64, faults: Arc<Faults>) {
    let (sender, mut frames) = mpsc::unbounded_channel::<Vec<u8>>();
    tokio::spawn(async move {
        while let Some(frame) = frames.recv().await {
            if to.write_all(&frame).await.is_err() {
                return;
            }
        }
    });
    // The same faults in every run of a connection.
    let mut dice = Dice(StdRng::seed_from_u64(seed));
    let mut buffer = Vec::new();
    while from.read_buf(&mut buffer).await.is_ok_and(|read| read > 0) {
        while let Some(length) = frame_length(&buffer) {
            let frame: Vec<u8> = buffer.drain(..length).collect();
            let is_signal = frame.starts_with(b">") && frame.windows(9).any(|part| part == b"praca:bus");
            let is_message = frame.windows(11).any(|part| part == b"$7\r\nmessage");
            match dice.throw(100) {
                fate if !(is_signal && is_message) || fate >= LOST + LATE => _ = sender.send(frame),
                fate if fate < LOST => _ = faults.lost.fetch_add(1, Ordering::Relaxed),
                _ => {
                    faults.late.fetch_add(1, Ordering::Relaxed);
                    let (sender, late) = (sender.clone(), dice.throw(LATEST_MS));
                    tokio::spawn(async move {
                        sleep(Duration::from_millis(late)).await;
                        sender.send(frame)
                    });
                }
            }
        }
    }
}

struct Dice(StdRng);

impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        self.0.next_u64() % sides
    }
}

/// The length of the first whole frame of RESP3, if there is one.
fn frame_length(bytes: &[u8]) -> Option<usize> {
    let line = bytes.windows(2).position(|end| end == b"\r\n")? + 2;
    let number = || std::str::from_utf8(&bytes[1..line - 2]).ok()?.parse::<usize>().ok();
    let parts = match bytes[0] {
        b'$' | b'=' | b'!' => {
            let length = number().map_or(line, |length| line + length + 2);
            return (bytes.len() >= length).then_some(length);
        }
        b'*' | b'~' | b'>' => number().unwrap_or(0),
        b'%' | b'|' => 2 * number()?,
        _ => return Some(line),
    };
    (0..parts).try_fold(line, |at, _| Some(at + frame_length(bytes.get(at..).filter(|rest| !rest.is_empty())?)?))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bus_that_loses_delays_and_reorders_costs_neither_order_nor_completeness() {
    let (services, folder) = (Services::start(), Folder::new());
    let with_wire = |url: String| {
        let mut settings = services.settings();
        settings.push(("PRACA_REDIS_URL".to_owned(), url));
        settings
    };
    let faults = Arc::new(Faults::default());
    let wire = async || bad_wire(services.redis.port(), faults.clone()).await;
    let one = node(&folder, &with_wire(wire().await)).await;
    let (crowd, rooms) = people(one.address, 6, &["largo"]).await;
    let two = node(&folder, &with_wire(wire().await)).await;
    let neighbours = crowd.iter().enumerate().map(|(number, person)| {
        let address = vec![[one.address, two.address][number % 2]];
        Neighbour::new(address, person.clone(), rooms[0], "a", Duration::from_millis(15)).unwrap()
    });
    let neighbours = Neighbours::come(neighbours.collect());
    neighbours.say_more(usize::try_from(times(400, 10_000)).unwrap()).await;
    assert!(neighbours.all.iter().all(|neighbour| neighbour.connections() == 1));
    let (lost, late) = (faults.lost.load(Ordering::Relaxed), faults.late.load(Ordering::Relaxed));
    assert!(lost > 20 && late > 20, "{lost} signals were lost and {late} came late");
    neighbours.part(&Square::at(two.address), &crowd[0], rooms[0]).await;
}
