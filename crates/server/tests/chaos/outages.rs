//! The coordinator and the database go away and come back.

use std::time::{Duration, Instant};

use praca_api::ConversationId;
use praca_api::events::ClientEvent;
use praca_api::rooms::Room;
use praca_load::neighbour::Neighbour;
use praca_load::people::{Person, Square};
use praca_load::process::Server;
use praca_load::scenario::crowd;
use praca_load::socket;
use serde::de::IgnoredAny;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use crate::square::{Folder, Neighbours, Services, admin, node, people, times};

const PACE: Duration = Duration::from_millis(20);
/// Longer than a request waits for a connection to the database.
const BEYOND_PATIENCE: Duration = Duration::from_millis(6_500);
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
    for _ in 0..times(1, 10) {
        plain.say_more(100).await;
        each_says_more(&slow).await;
        services.redis.stop();
        // While it is away the plain room goes on, and both nodes hear all of it.
        plain.say_more(100).await;
        plain.hear_all(&square, &crowd[0], rooms[0]).await;
        let before = (slow.acked(), unavailable(&slow));
        sleep(Duration::from_secs(2)).await;
        assert_eq!(slow.acked(), before.0, "a slow room without its clocks");
        let more = unavailable(&slow).into_iter().zip(before.1).all(|(now, before)| now > before);
        assert!(more, "and both nodes say so");
        services.redis.start_again().unwrap();
        let began = Instant::now();
        each_says_more(&slow).await;
        plain.hear_all(&square, &crowd[0], rooms[0]).await;
        typing_crosses(&one, &two, &crowd, rooms[0]).await;
        for node in [&one, &two] {
            let ready = reqwest::get(format!("http://{}/readyz", node.address)).await.unwrap();
            assert_eq!(ready.status(), 200, "{}", ready.text().await.unwrap());
        }
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

/// Waits until each of them has said something more.
async fn each_says_more(talk: &Neighbours) {
    for neighbour in &talk.all {
        let before = neighbour.acked().len();
        while neighbour.acked().len() == before {
            sleep(Duration::from_millis(10)).await;
        }
    }
}

/// How often each of them was told that something is away.
fn unavailable(talk: &Neighbours) -> Vec<u64> {
    let told = |neighbour: &std::sync::Arc<Neighbour>| neighbour.refusals().get("service.unavailable").copied();
    talk.all.iter().map(|neighbour| told(neighbour).unwrap_or(0)).collect()
}

/// Waits until what is never stored, only signalled, goes from one node to the other.
async fn typing_crosses(one: &Server, two: &Server, crowd: &[Person], room: ConversationId) {
    let (hearing, ear) = socket::connect(two.address, Some(&crowd[0].token)).await.unwrap();
    let (came, mut coming) = mpsc::unbounded_channel();
    let own = hearing.clone();
    let listening = tokio::spawn(async move {
        ear.listen(&own, |packet| {
            if packet.starts_with("42[\"rooms:typing\"") {
                came.send(()).unwrap();
            }
        })
        .await;
    });
    crowd::join(&hearing, room, None).await.unwrap();
    let (typing, ear) = socket::connect(one.address, Some(&crowd[1].token)).await.unwrap();
    let own = typing.clone();
    let answering = tokio::spawn(async move { ear.listen(&own, |_| {}).await });
    crowd::join(&typing, room, None).await.unwrap();
    loop {
        let wish = json!({ "roomId": room, "typing": true });
        typing.ask::<IgnoredAny>(ClientEvent::RoomsTyping, &wish).await.unwrap();
        if timeout(Duration::from_millis(300), coming.recv()).await.is_ok() {
            break;
        }
    }
    listening.abort();
    answering.abort();
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
        let before = unavailable(&talk);
        services.postgres.stop();
        sleep(BEYOND_PATIENCE).await;
        let more = unavailable(&talk).into_iter().zip(before).all(|(now, before)| now > before);
        assert!(more, "everybody is told");
        services.postgres.start_again().unwrap();
        let began = Instant::now();
        each_says_more(&talk).await;
        assert!(began.elapsed() < HEALED_WITHIN, "{:?}", began.elapsed());
    }
    for neighbour in &talk.all {
        let refusals: Vec<String> = neighbour.refusals().into_keys().collect();
        assert_eq!(refusals, ["service.unavailable"]);
        assert_eq!(neighbour.connections(), 1, "the connection stays");
    }
    talk.part(&square, &crowd[0], rooms[0]).await;
}
