//! The coordinator and the database go away and come back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use praca_api::ConversationId;
use praca_api::events::ClientEvent;
use praca_api::rooms::Room;
use praca_load::neighbour::Neighbour;
use praca_load::people::{Person, Square};
use praca_load::process::Server;
use praca_load::scenario::crowd;
use praca_load::socket::{self, Socket};
use serde::de::IgnoredAny;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use crate::square::{Folder, Neighbours, Services, admin, node, people, times};

const PACE: Duration = Duration::from_millis(20);
/// Everybody is told within: a message waits for the group before it, and each waits five seconds for a connection.
const TOLD_WITHIN: Duration = Duration::from_secs(12);
/// Everything is back so long after the coordinator is.
const BACK_WITHIN: Duration = Duration::from_secs(5);
/// Everybody's messages are stored again so long after the database is back.
const HEALED_WITHIN: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_only_slow_rooms_wait_and_all_is_back_within_seconds() {
    let (mut services, folder) = (Services::start(), Folder::new());
    let one = node(&folder, &services.settings()).await;
    let (crowd, rooms) = people(one.address, 7, &["largo", "feira"]).await;
    let two = node(&folder, &services.settings()).await;
    let square = Square::at(one.address);
    let slowly = json!({ "perUserSeconds": 1 });
    square.patch::<Room>(&format!("/rooms/{}", rooms[1]), &admin(one.address).await, &slowly).await.unwrap();
    let plain = crowd[..5].iter().enumerate().map(|(number, person)| {
        let address = [one.address, two.address][number % 2];
        Neighbour::new(vec![address], person.clone(), rooms[0], "a", PACE).unwrap()
    });
    let plain = Neighbours::come(plain.collect());
    let slow = [(&one, 5), (&two, 6)]
        .map(|(node, number)| Neighbour::new(vec![node.address], crowd[number].clone(), rooms[1], "a", PACE).unwrap());
    let slow = Neighbours::come(slow.into());
    let mut typing = Typing::between(&one, &two, &crowd, rooms[0]).await;
    typing.crosses().await;
    for _ in 0..times(1, 10) {
        plain.say_more(100).await;
        slow.each_says_more().await;
        services.redis.stop();
        // While it is away the plain room goes on, and both nodes hear all of it.
        plain.say_more(100).await;
        plain.hear_all(&square, &crowd[0], rooms[0]).await;
        let before = (slow.acked(), slow.unavailable());
        sleep(Duration::from_secs(2)).await;
        assert_eq!(slow.acked(), before.0, "a slow room without its clocks");
        let more = slow.unavailable().into_iter().zip(before.1).all(|(now, before)| now > before);
        assert!(more, "and both nodes say so");
        services.redis.start_again().unwrap();
        let began = Instant::now();
        let heard = plain.hear_all(&square, &crowd[0], rooms[0]);
        tokio::join!(slow.each_says_more(), heard, typing.crosses(), is_ready(&one), is_ready(&two));
        assert!(began.elapsed() < BACK_WITHIN, "{:?}", began.elapsed());
    }
    let known = ["service.unavailable", "rooms.slow_mode"];
    for refused in slow.all.iter().flat_map(|neighbour| neighbour.refusals().into_keys()) {
        assert!(known.contains(&refused.as_str()), "{refused}");
    }
    assert!(plain.all.iter().all(|neighbour| neighbour.refusals().is_empty() && neighbour.connections() == 1));
    plain.part(&square, &crowd[0], rooms[0]).await;
    slow.part(&square, &crowd[0], rooms[1]).await;
}

/// Waits until a node has heard itself again: that the other one was heard says nothing of its own way.
async fn is_ready(node: &Server) {
    let asked = format!("http://{}/readyz", node.address);
    loop {
        let answer = reqwest::get(&asked).await.unwrap().text().await.unwrap();
        if answer == r#"{"status":"ready","problems":[]}"# {
            return;
        }
        sleep(Duration::from_millis(50)).await;
    }
}

/// Somebody who types on one node, and somebody who sees it on the other: it is never stored, only signalled.
struct Typing {
    room: ConversationId,
    typist: Arc<Socket>,
    seen: mpsc::UnboundedReceiver<()>,
}

impl Typing {
    async fn between(one: &Server, two: &Server, crowd: &[Person], room: ConversationId) -> Self {
        let (came, seen) = mpsc::unbounded_channel();
        let mut sockets = Vec::new();
        for (server, person) in [(one, &crowd[1]), (two, &crowd[0])] {
            let (socket, ear) = socket::connect(server.address, Some(&person.token)).await.unwrap();
            let (own, came) = (socket.clone(), came.clone());
            tokio::spawn(async move {
                let hear = |packet: &str| {
                    if packet.starts_with("42[\"rooms:typing\"") {
                        // At the end of the test nobody looks any more.
                        let _ = came.send(());
                    }
                };
                ear.listen(&own, hear).await;
            });
            crowd::join(&socket, room, None).await.unwrap();
            sockets.push(socket);
        }
        Self { room, typist: sockets.remove(0), seen }
    }

    /// Waits until one sees the other type.
    async fn crosses(&mut self) {
        while self.seen.try_recv().is_ok() {}
        let began = Instant::now();
        loop {
            let wish = json!({ "roomId": self.room, "typing": true });
            self.typist.ask::<IgnoredAny>(ClientEvent::RoomsTyping, &wish).await.unwrap();
            if timeout(Duration::from_millis(300), self.seen.recv()).await.is_ok() {
                return;
            }
            assert!(began.elapsed() < Duration::from_secs(45), "typing on one node is not seen on the other");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_database_refuses_clearly_and_heals() {
    let (mut services, folder) = (Services::start(), Folder::new());
    let server = node(&folder, &services.settings()).await;
    let (crowd, rooms) = people(server.address, 6, &["largo"]).await;
    let square = Square::at(server.address);
    let talk =
        crowd.iter().map(|person| Neighbour::new(vec![server.address], person.clone(), rooms[0], "a", PACE).unwrap());
    let talk = Neighbours::come(talk.collect());
    for _ in 0..times(1, 10) {
        talk.say_more(100).await;
        let before = talk.unavailable();
        services.postgres.stop();
        let began = Instant::now();
        while talk.unavailable().iter().zip(&before).any(|(now, before)| now == before) {
            assert!(began.elapsed() < TOLD_WITHIN, "not everybody is told");
            sleep(PACE).await;
        }
        services.postgres.start_again().unwrap();
        let began = Instant::now();
        talk.each_says_more().await;
        assert!(began.elapsed() < HEALED_WITHIN, "{:?}", began.elapsed());
    }
    for neighbour in &talk.all {
        let refusals: Vec<String> = neighbour.refusals().into_keys().collect();
        assert_eq!(refusals, ["service.unavailable"]);
        assert_eq!(neighbour.connections(), 1, "the connection stays");
    }
    talk.part(&square, &crowd[0], rooms[0]).await;
}
